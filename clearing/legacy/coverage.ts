import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** Part of what a former issuer owes, by when it came to owe it. */
export interface UncoveredPart {
  readonly since: BusinessDate;
  /** Whole days since then. */
  readonly ageDays: number;
  readonly amountFen: Fen;
}

/** What became of the balances taken over from one former issuer, and how far it has paid for them. */
export interface Coverage {
  readonly participantNo: string;
  readonly name: string;
  /** Imported and corrected: what holders were owed in all. */
  readonly takenOverFen: Fen;
  readonly paidFen: Fen;
  /** Taken over and not paid: float that no money of the issuer covers. */
  readonly uncoveredFen: Fen;
  /** Of holders who have not converted their old card yet. */
  readonly unconvertedFen: Fen;
  /** The oldest first; payments cover the oldest. */
  readonly parts: readonly UncoveredPart[];
}

interface EntryRow {
  participant_no: string;
  business_date: BusinessDate;
  kind: 'import' | 'adjustment' | 'transfer';
  amount_fen: bigint;
}

const DAY_MS = 86_400_000;

/** The coverage of every former issuer, as of a day. */
export async function coverageOfFormerIssuers(db: Database | Transaction, today: BusinessDate): Promise<Coverage[]> {
  const issuers = await (db as Database).query<{
    participant_no: string;
    name: string;
    owed: bigint;
    unconverted: bigint;
  }>(
    `select f.participant_no, p.name, r.debits_posted - r.credits_posted as owed, m.credits_posted - m.debits_posted as unconverted
       from clearing.former_issuer f
       join clearing.participant p using (participant_no)
       join clearing.account r on r.account_code = 'former-issuer-receivable:' || f.participant_no
       join clearing.account m on m.account_code = 'migrated-balance:' || f.participant_no
      order by f.participant_no`,
  );
  const entries = await (db as Database).query<EntryRow>(
    `select participant_no, business_date, kind, amount_fen from clearing.former_issuer_entry order by participant_no, business_date, posting_key`,
  );
  return issuers.rows.map((issuer): Coverage => {
    const own = entries.rows.filter((entry) => entry.participant_no === issuer.participant_no);
    const parts = uncoveredParts(own);
    const sum = (isTransfer: boolean) =>
      own.reduce((total, entry) => ((entry.kind === 'transfer') === isTransfer ? total + entry.amount_fen : total), 0n);
    const [takenOver, paid] = [sum(false), -sum(true)];
    return {
      participantNo: issuer.participant_no,
      name: issuer.name,
      takenOverFen: fen(takenOver),
      paidFen: fen(paid),
      uncoveredFen: fen(issuer.owed),
      unconvertedFen: fen(issuer.unconverted),
      parts: parts.map(({ since, amount }) => ({ since, ageDays: daysBetween(since, today), amountFen: fen(amount) })),
    };
  });
}

/** First in, first out: what is paid or taken back covers the oldest that is owed. */
export function uncoveredParts(
  entries: readonly Pick<EntryRow, 'business_date' | 'amount_fen'>[],
): { since: BusinessDate; amount: bigint }[] {
  const owed = new Map<BusinessDate, bigint>();
  let paid = 0n;
  for (const { business_date: date, amount_fen: amount } of entries) {
    if (amount > 0n) owed.set(date, (owed.get(date) ?? 0n) + amount);
    else paid -= amount;
  }
  const left: { since: BusinessDate; amount: bigint }[] = [];
  for (const [since, amount] of [...owed].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const covered = paid < amount ? paid : amount;
    paid -= covered;
    if (amount > covered) left.push({ since, amount: amount - covered });
  }
  return left;
}

function daysBetween(from: BusinessDate, to: BusinessDate): number {
  return Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS));
}
