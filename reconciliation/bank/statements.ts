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
import { collectPages, type HeldPages } from './statement-pages.ts';

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

export interface TakenStatements {
  readonly messageId: string;
  readonly statements: readonly StatementResult[];
  /** Given when the message was one page of a statement and others have not come yet. */
  readonly held?: HeldPages;
}

/**
 * Takes in a camt.053 with one or more statements, whole or not at all. Each must be of an account of ours, in CNY,
 * complete, add up, and open with what the statement before it closed with. Entries notified before are ticked off, not
 * posted again. The same message, or the same statement in another message, is harmless. A page of a statement waits until
 * all its pages are there.
 *
 * @throws CityCardError of the bank catalogue; then nothing was changed
 */
export async function takeStatement(
  db: Database,
  xml: Buffer,
): Promise<{ result: TakenStatements; repeated: boolean }> {
  const message = readStatements(xml);
  const { messageId } = message;
  return transact(db, async (tx) => {
    await lockBankEntries(tx);
    return onceOnly<TakenStatements>(tx, { kind: 'camt.053', messageId, xml }, async () => {
      const statements: StatementResult[] = [];
      if ('page' in message) {
        const collected = await collectPages(tx, { messageId, page: message.page, xml });
        if ('missing' in collected) return { messageId, statements, held: collected };
        statements.push(await takeOne(tx, messageId, collected));
      } else {
        for (const statement of message.reports) statements.push(await takeOne(tx, messageId, statement));
      }
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
       (account_no, statement_date, opening_fen, closing_fen, entry_count, statement_id, message_id, content_sha256, sequence_no)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      account,
      date,
      openingFen,
      closingFen,
      statement.entries.length,
      statement.id,
      messageId,
      sha256,
      statement.sequence ?? null,
    ],
  );
  return true;
}

interface Neighbour {
  statement_date: string;
  opening_fen: bigint;
  closing_fen: bigint;
  sequence_no: bigint | null;
}

/**
 * The statement before must close with what this one opens with and have the number before it, and one that came before its
 * turn must go on where this one ends. The first one ever has nothing to follow.
 */
async function checkContinuity(tx: Transaction, statement: AccountStatement): Promise<void> {
  const { accountNo: account, date, openingFen, closingFen } = statement;
  const neighbour = async (side: '<' | '>') => {
    const { rows } = await tx.query<Neighbour>(
      `select statement_date, opening_fen, closing_fen, sequence_no from clearing.bank_statement
        where account_no = $1 and statement_date ${side} $2 order by statement_date ${side === '<' ? 'desc' : 'asc'} limit 1`,
      [account, date],
    );
    return rows[0];
  };
  const [previous, next] = [await neighbour('<'), await neighbour('>')];
  if (previous !== undefined && previous.closing_fen !== openingFen) {
    throw bankErrors.statementGap({
      account,
      date,
      opening: openingFen,
      previousDate: previous.statement_date,
      previousClosing: previous.closing_fen,
    });
  }
  if (previous !== undefined) refuseHole(statement, previous);
  if (next !== undefined && next.opening_fen !== closingFen) {
    throw bankErrors.statementOverlaps({
      account,
      date,
      closing: closingFen,
      nextDate: next.statement_date,
      nextOpening: next.opening_fen,
    });
  }
}

/** Numbers follow one another; a new year may begin with 1 again. */
function refuseHole({ accountNo, date, sequence }: AccountStatement, previous: Neighbour): void {
  if (sequence === undefined || previous.sequence_no === null) return;
  const newYear = sequence === 1n && date.slice(0, 4) !== previous.statement_date.slice(0, 4);
  if (sequence === previous.sequence_no + 1n || newYear) return;
  throw bankErrors.statementMissing({
    account: accountNo,
    date,
    number: sequence,
    previousDate: previous.statement_date,
    previous: previous.sequence_no,
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
