import { accountBalance, migratedBalanceOf, receivableOf } from '@citycard/clearing';
import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { writeCsv } from '../spreadsheet/csv.ts';
import { legacyErrors } from './errors.ts';

interface CountAndAmount {
  readonly cards: number;
  readonly amountFen: Fen;
}

/** What became of the old cards of a former issuer, to the fen. */
export interface LegacyReport {
  readonly participantNo: string;
  readonly files: { readonly accepted: number; readonly staged: number; readonly refused: number };
  readonly imported: CountAndAmount;
  /** Sum of all corrections, up and down. */
  readonly adjustedFen: Fen;
  readonly converted: CountAndAmount;
  readonly unclaimed: CountAndAmount;
  readonly disputed: CountAndAmount;
  /** Unclaimed and disputed, by the business day they are owed since; the oldest first. */
  readonly waitingSince: readonly (CountAndAmount & { readonly since: BusinessDate })[];
  readonly returnedRows: CountAndAmount;
  readonly ledger: { readonly migratedBalanceFen: Fen; readonly receivableFen: Fen };
  readonly proof: {
    /** imported + adjusted = converted + unclaimed + disputed. */
    readonly cardsAddUp: boolean;
    /** unclaimed + disputed = the ledger's migrated balance. */
    readonly ledgerAgrees: boolean;
    /** Nobody is waiting and the former issuer owes nothing: the migration is finished. */
    readonly finished: boolean;
  };
}

/** The report of one former issuer, from one snapshot. @throws card-issuer.legacy.issuer-unknown */
export async function legacyReport(db: Database, participantNo: string): Promise<LegacyReport> {
  const tx = await db.connect();
  try {
    await tx.query('begin isolation level repeatable read read only');
    const report = await reportOf(tx, participantNo);
    await tx.query('commit');
    return report;
  } catch (error) {
    await tx.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    tx.release();
  }
}

async function reportOf(tx: Transaction, participantNo: string): Promise<LegacyReport> {
  const known = await tx.query('select from issuer.legacy_issuer where participant_no = $1', [participantNo]);
  if (known.rowCount === 0) throw legacyErrors.issuerUnknown({ participantNo });
  const files = await tx.query<{ state: string; files: bigint; rows: bigint; returned: bigint }>(
    `select state, count(*) as files, coalesce(sum(returned_count), 0)::bigint as rows, coalesce(sum(returned_fen), 0)::bigint as returned
       from issuer.legacy_import where participant_no = $1 group by state`,
    [participantNo],
  );
  const file = (state: string) => files.rows.find((row) => row.state === state);
  const states = await tx.query<{ state: string; cards: bigint; imported: bigint; adjusted: bigint }>(
    `select state, count(*) as cards, sum(balance_fen)::bigint as imported, sum(adjusted_fen)::bigint as adjusted
       from issuer.legacy_balance where participant_no = $1 and state <> 'staged' group by state`,
    [participantNo],
  );
  const of = (state: string): CountAndAmount => {
    const row = states.rows.find((found) => found.state === state);
    return { cards: Number(row?.cards ?? 0n), amountFen: fen((row?.imported ?? 0n) + (row?.adjusted ?? 0n)) };
  };
  const sum = (pick: (row: (typeof states.rows)[number]) => bigint) =>
    states.rows.reduce((all, row) => all + pick(row), 0n);
  const imported = { cards: Number(sum((row) => row.cards)), amountFen: fen(sum((row) => row.imported)) };
  const adjustedFen = fen(sum((row) => row.adjusted));
  const [converted, unclaimed, disputed] = [of('converted'), of('unclaimed'), of('disputed')];
  const migrated = (await accountBalance(tx, migratedBalanceOf(participantNo))).posted;
  const receivable = (await accountBalance(tx, receivableOf(participantNo))).posted;
  const waiting = unclaimed.amountFen + disputed.amountFen;
  return {
    participantNo,
    files: {
      accepted: Number(file('accepted')?.files ?? 0n),
      staged: Number(file('staged')?.files ?? 0n),
      refused: Number(file('refused')?.files ?? 0n),
    },
    imported,
    adjustedFen,
    converted,
    unclaimed,
    disputed,
    waitingSince: await waitingSince(tx, participantNo),
    returnedRows: {
      cards: Number(file('accepted')?.rows ?? 0n),
      amountFen: fen(file('accepted')?.returned ?? 0n),
    },
    ledger: { migratedBalanceFen: migrated, receivableFen: receivable },
    proof: {
      cardsAddUp: imported.amountFen + adjustedFen === converted.amountFen + waiting,
      ledgerAgrees: waiting === migrated,
      finished: waiting === 0n && receivable === 0n && file('staged') === undefined && imported.cards > 0,
    },
  };
}

async function waitingSince(tx: Transaction, participantNo: string): Promise<LegacyReport['waitingSince']> {
  const { rows } = await tx.query<{ owed_since: BusinessDate; cards: bigint; amount: bigint }>(
    `select owed_since, count(*) as cards, sum(balance_fen + adjusted_fen)::bigint as amount from issuer.legacy_balance
      where participant_no = $1 and state in ('unclaimed', 'disputed') group by owed_since order by owed_since`,
    [participantNo],
  );
  return rows.map((row) => ({ since: row.owed_since, cards: Number(row.cards), amountFen: fen(row.amount) }));
}

/** The report as a table for paper and signatures. */
export function reportCsv(report: LegacyReport): string {
  const line = (item: string, { cards, amountFen }: CountAndAmount) => [item, cards, amountFen] as const;
  return writeCsv([
    ['item', 'cards', 'amountFen'],
    line('imported', report.imported),
    ['adjusted', '', report.adjustedFen],
    line('converted', report.converted),
    line('unclaimed', report.unclaimed),
    line('disputed', report.disputed),
    ...report.waitingSince.map((each) => line(`waiting since ${each.since}`, each)),
    line('returned to the former issuer', report.returnedRows),
    ['ledger: owed to holders', '', report.ledger.migratedBalanceFen],
    ['ledger: owed by the former issuer', '', report.ledger.receivableFen],
    ['imported + adjusted = converted + unclaimed + disputed', '', String(report.proof.cardsAddUp)],
    ['ledger agrees', '', String(report.proof.ledgerAgrees)],
    ['finished', '', String(report.proof.finished)],
  ]);
}
