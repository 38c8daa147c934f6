import { createHash } from 'node:crypto';
import {
  type BusinessDate,
  type Database,
  type Fen,
  fen,
  fenToNumber,
  transact,
  type Transaction,
} from '@citycard/common';
import { type AccountStatement, readStatements } from './camt.ts';
import { bankErrors } from './errors.ts';
import { lockBankEntries, recordEntries } from './entries.ts';
import { onceOnly } from './messages.ts';

export interface StatementResult {
  readonly account: string;
  readonly date: BusinessDate;
  readonly openingFen: number;
  readonly closingFen: number;
  readonly entries: number;
  /** Payments of ours, credits taken by a rule now, and entries notified before. */
  readonly matched: number;
  readonly unmatched: number;
  /** Entries notified for this account up to this day that no statement has brought yet. */
  readonly missing: number;
}

/**
 * Takes in a camt.053 with one or more statements, whole or not at all. Each must be of an account of ours, in CNY,
 * complete, add up, and open with what the statement before it closed with. Entries notified before are ticked off, not
 * posted again. The same message, or the same statement in another message, is harmless.
 *
 * @throws CityCardError of the bank catalogue; then nothing was changed
 */
export async function takeStatement(
  db: Database,
  xml: Buffer,
): Promise<{ result: { messageId: string; statements: StatementResult[] }; repeated: boolean }> {
  const { messageId, reports } = readStatements(xml);
  return transact(db, async (tx) => {
    await lockBankEntries(tx);
    return onceOnly(tx, { kind: 'camt.053', messageId, xml }, async () => {
      const statements: StatementResult[] = [];
      for (const statement of reports) statements.push(await takeOne(tx, messageId, statement));
      return { messageId, statements };
    });
  });
}

/** What the bank says the account held at the end of that day; undefined while no statement has come. */
export async function statementBalance(
  db: Database | Transaction,
  accountNo: string,
  date: BusinessDate,
): Promise<Fen | undefined> {
  const { rows } = await (db as Database).query<{ closing_fen: bigint }>(
    'select closing_fen from clearing.bank_statement where account_no = $1 and statement_date = $2',
    [accountNo, date],
  );
  return rows[0] === undefined ? undefined : fen(rows[0].closing_fen);
}

async function takeOne(tx: Transaction, messageId: string, statement: AccountStatement): Promise<StatementResult> {
  const { accountNo, date, openingFen, closingFen, entries } = statement;
  const isNew = await insertStatement(tx, messageId, statement);
  const source = { kind: 'camt.053', messageId, accountNo } as const;
  const counts = await recordEntries(tx, isNew ? { ...source, statementDate: date } : source, entries);
  return {
    account: accountNo,
    date,
    openingFen: fenToNumber(openingFen),
    closingFen: fenToNumber(closingFen),
    entries: counts.entries,
    matched: counts.matched + counts.recognised + counts.repeated,
    unmatched: counts.unmatched,
    missing: await countMissing(tx, accountNo, date),
  };
}

/** False when the very same statement is already there. */
async function insertStatement(tx: Transaction, messageId: string, statement: AccountStatement): Promise<boolean> {
  const { accountNo: account, date, openingFen, closingFen } = statement;
  const sha256 = contentOf(statement);
  const { rows } = await tx.query<{ content_sha256: Buffer; message_id: string }>(
    'select content_sha256, message_id from clearing.bank_statement where account_no = $1 and statement_date = $2',
    [account, date],
  );
  const [known] = rows;
  if (known !== undefined) {
    if (known.content_sha256.equals(sha256)) return false;
    throw bankErrors.statementDiffers({ account, date, messageId: known.message_id });
  }
  await checkContinuity(tx, statement);
  await tx.query(
    `insert into clearing.bank_statement
       (account_no, statement_date, opening_fen, closing_fen, entry_count, statement_id, message_id, content_sha256)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [account, date, openingFen, closingFen, statement.entries.length, statement.id, messageId, sha256],
  );
  return true;
}

/** The statement before must close with what this one opens with; the first one ever has nothing to follow. */
async function checkContinuity(tx: Transaction, { accountNo, date, openingFen }: AccountStatement): Promise<void> {
  const { rows } = await tx.query<{ statement_date: string; closing_fen: bigint }>(
    `select statement_date, closing_fen from clearing.bank_statement where account_no = $1 and statement_date < $2
      order by statement_date desc limit 1`,
    [accountNo, date],
  );
  const [previous] = rows;
  if (previous === undefined || previous.closing_fen === openingFen) return;
  throw bankErrors.statementGap({
    account: accountNo,
    date,
    opening: openingFen,
    previousDate: previous.statement_date,
    previousClosing: previous.closing_fen,
  });
}

/** A copy under another message id is the same statement: only what it says of the money counts. */
function contentOf(statement: AccountStatement): Buffer {
  const entries = statement.entries.map(({ reference, direction, amountFen }) => [
    reference,
    direction,
    `${amountFen}`,
  ]);
  const { accountNo, date, openingFen, closingFen } = statement;
  return createHash('sha256')
    .update(JSON.stringify([accountNo, date, `${openingFen}`, `${closingFen}`, entries]))
    .digest();
}

async function countMissing(tx: Transaction, accountNo: string, date: BusinessDate): Promise<number> {
  const { rows } = await tx.query<{ count: bigint }>(
    'select count(*) from reconciliation.bank_entry where account_no = $1 and booked_on <= $2 and statement_date is null',
    [accountNo, date],
  );
  return Number(rows[0]?.count ?? 0n);
}
