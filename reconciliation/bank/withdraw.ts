import { currentBusinessDate, type Leg, type Posting, postOrThrow, raiseAlarm } from '@citycard/clearing';
import {
  approveAct,
  type BusinessDate,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { endDifferences } from '../differences/index.ts';
import { lockBankEntries } from './entries.ts';
import { bankErrors } from './errors.ts';

/** An entry the bank notified and now says otherwise of. */
export interface Withdrawal {
  readonly account: string;
  readonly reference: string;
  readonly reason: string;
}

interface EntryRow {
  direction: 'credit' | 'debit';
  amount_fen: bigint;
  booked_on: BusinessDate;
  first_message: string;
  statement_date: BusinessDate | null;
  attempt: number;
  parts: { part: number; state: string; rule: string | null; postingKey: string | null }[];
}

const ACT = 'bank.withdraw-entry';
/** What reference rules booked is reversed as it was booked; payments and receipts of former issuers have ways of their own. */
const REVERSIBLE = ['prefund', 'city', 'pay-in', 'owed', 'subsidy'];

const contentOf = ({ account, reference, reason }: Withdrawal, { amount_fen: amount }: EntryRow) => ({
  account,
  reference,
  reason,
  amountFen: amount.toString(),
});
const subjectOf = ({ account, reference }: Withdrawal): string => `${account} ${reference}`;

/** The entry, ours until the transaction ends. @throws `bank.entry-unknown`, `.entry-in-statement`, `.entry-not-reversible` */
async function requireWithdrawable(tx: Transaction, withdrawal: Withdrawal): Promise<EntryRow> {
  const { account, reference } = withdrawal;
  await lockBankEntries(tx);
  const { rows } = await tx.query<EntryRow>(
    `select e.direction, e.amount_fen, e.booked_on, e.first_message, e.statement_date,
            1 + coalesce((select max(w.attempt) from reconciliation.withdrawn_entry w
                           where (w.account_no, w.bank_reference) = (e.account_no, e.bank_reference)), 0) as attempt,
            (select jsonb_agg(jsonb_build_object('part', p.part_no, 'state', p.state, 'rule', p.rule, 'postingKey', p.posting_key,
                                                 'amountFen', p.amount_fen, 'remittance', p.remittance) order by p.part_no)
               from reconciliation.bank_entry_part p where (p.account_no, p.bank_reference) = (e.account_no, e.bank_reference)) as parts
       from reconciliation.bank_entry e where e.account_no = $1 and e.bank_reference = $2 for update`,
    [account, reference],
  );
  const [entry] = rows;
  if (entry === undefined) throw bankErrors.entryUnknown({ account, reference });
  if (entry.statement_date !== null)
    throw bankErrors.entryInStatement({ account, reference, date: entry.statement_date });
  const other = entry.parts.find(({ state, rule }) => state !== 'unmatched' && !REVERSIBLE.includes(rule ?? ''));
  if (other !== undefined) throw bankErrors.entryNotReversible({ reference, part: other.part, rule: other.rule ?? '' });
  return entry;
}

/**
 * Proposes to take back an entry that the bank notified and whose statement says otherwise: what it booked is reversed, and the
 * statement can bring it as it is.
 *
 * @throws CityCardError `bank.entry-unknown`, `.entry-in-statement`, `.entry-not-reversible`
 */
export async function proposeWithdrawal(
  tx: Transaction,
  maker: Principal,
  withdrawal: Withdrawal,
): Promise<{ approvalId: bigint }> {
  const entry = await requireWithdrawable(tx, withdrawal);
  const content = contentOf(withdrawal, entry);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: subjectOf(withdrawal), content });
  await recordAct(tx, maker, { act: `${ACT} proposed`, subject: subjectOf(withdrawal), detail: content });
  return proposal;
}

/**
 * A second person confirms: the postings are reversed, below the floor of a prefund if need be, for the money is not at the bank; with
 * an alarm.
 *
 * @throws as {@link proposeWithdrawal}, `identity.same-person`, `.content-differs`
 */
export async function approveWithdrawal(
  tx: Transaction,
  checker: Principal,
  withdrawal: Withdrawal,
  approvalId: bigint,
): Promise<{ reversed: readonly string[] }> {
  const businessDate = await currentBusinessDate(tx);
  const entry = await requireWithdrawable(tx, withdrawal);
  const content = contentOf(withdrawal, entry);
  const { maker } = await approveAct(tx, checker, approvalId, content);
  const { account, reference, reason } = withdrawal;
  const keys = entry.parts.flatMap(({ postingKey }) => (postingKey === null ? [] : [postingKey]));
  const postings = await reversalsOf(tx, keys, reason);
  await postOrThrow(tx, businessDate, postings);
  await tx.query(
    `insert into reconciliation.withdrawn_entry (account_no, bank_reference, attempt, direction, amount_fen, booked_on, first_message, parts,
       reason, proposed_by, approved_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      account,
      reference,
      entry.attempt,
      entry.direction,
      entry.amount_fen,
      entry.booked_on,
      entry.first_message,
      JSON.stringify(entry.parts),
      reason,
      maker,
      checker.id,
    ],
  );
  await tx.query('delete from reconciliation.bank_entry_part where account_no = $1 and bank_reference = $2', [
    account,
    reference,
  ]);
  await tx.query('delete from reconciliation.bank_entry where account_no = $1 and bank_reference = $2', [
    account,
    reference,
  ]);
  await endDifferences(
    tx,
    [`notified ${reference}`, ...entry.parts.map(({ part }) => `entry ${reference} ${part}`)].map((subjectKey) => ({
      counterpartKind: 'bank' as const,
      counterpart: account,
      businessDay: entry.booked_on,
      subjectKey,
    })),
    { by: 'rule', reason: `taken back by ${maker} and ${checker.id}: ${reason}` },
  );
  await raiseAlarm(tx, {
    kind: 'bank-entry-withdrawn',
    severity: 'warning',
    subject: subjectOf(withdrawal),
    evidence: { ...content, postings: postings.map(({ key }) => key) },
  });
  await recordAct(tx, checker, { act: ACT, subject: subjectOf(withdrawal), detail: { ...content, approvalId } });
  return { reversed: postings.map(({ key }) => key) };
}

async function reversalsOf(tx: Transaction, keys: readonly string[], reason: string): Promise<Posting[]> {
  const { rows } = await tx.query<{
    posting_key: string;
    debit_account: string;
    credit_account: string;
    amount_fen: bigint;
  }>(
    `select posting_key, debit_account, credit_account, amount_fen from clearing.ledger_transfer
      where card_no = '' and posting_key = any($1) and phase = 'posted' order by posting_key, leg`,
    [keys],
  );
  return keys.map((key) => ({
    key: `${key}:withdrawn`,
    reason: `entry taken back: ${reason}`,
    legs: rows
      .filter((row) => row.posting_key === key)
      .map((row): Leg => ({ debit: row.credit_account, credit: row.debit_account, amount: fen(row.amount_fen) })),
    ignoreFloor: true,
  }));
}
