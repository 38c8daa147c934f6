import { createHash } from 'node:crypto';
import { contentSha256, type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { type AccountStatement, joinPages, readStatements, type StatementPage } from './camt.ts';
import { bankErrors } from './errors.ts';

/** Pages of a statement that wait for the others. */
export interface HeldPages {
  readonly account: string;
  readonly statementId: string;
  readonly pages: readonly number[];
  /** Pages known to be missing; when the last one has not come, there may be more. */
  readonly missing: readonly number[];
  readonly lastSeen: boolean;
}

interface PageRow {
  page_no: number;
  is_last: boolean;
  content: Buffer;
}

/**
 * Keeps a page until all of its statement are there, then answers the statement they are. The pages of a statement that was
 * taken are no longer kept: its entries are.
 *
 * @throws CityCardError `bank.page-differs`, and what is wrong with the statement as a whole
 */
export async function collectPages(
  tx: Transaction,
  { messageId, page, xml }: { messageId: string; page: StatementPage; xml: Buffer },
): Promise<AccountStatement | HeldPages> {
  const key = [page.accountNo, page.id] as const;
  const sha256 = createHash('sha256').update(xml).digest();
  const inserted = await tx.query(
    `insert into reconciliation.statement_page (account_no, statement_id, page_no, is_last, message_id, sha256, content)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (account_no, statement_id, page_no) do nothing`,
    [...key, page.number, page.last, messageId, sha256, xml],
  );
  if (inserted.rowCount === 0) await refuseOther(tx, page);
  const { rows } = await tx.query<PageRow>(
    `select page_no, is_last, content from reconciliation.statement_page
      where account_no = $1 and statement_id = $2 order by page_no`,
    [...key],
  );
  const held = heldOf(page.accountNo, page.id, rows);
  if (held.missing.length > 0 || !held.lastSeen) return held;
  await tx.query('delete from reconciliation.statement_page where account_no = $1 and statement_id = $2', [...key]);
  return joinPages(rows.map(({ content }) => pageIn(content)));
}

/** A copy of a page under another message id is the same page: only what it says counts. */
async function refuseOther(tx: Transaction, page: StatementPage): Promise<void> {
  const { accountNo: account, id: statement, number } = page;
  const { rows } = await tx.query<{ message_id: string; content: Buffer }>(
    `select message_id, content from reconciliation.statement_page
      where account_no = $1 and statement_id = $2 and page_no = $3`,
    [account, statement, number],
  );
  const [kept] = rows;
  if (kept !== undefined && contentSha256(pageIn(kept.content)).equals(contentSha256(page))) return;
  throw bankErrors.pageDiffers({ page: number, statement, account, messageId: kept?.message_id });
}

function pageIn(content: Buffer): StatementPage {
  const message = readStatements(content);
  if (!('page' in message)) throw new Error('a kept page of a statement is no page');
  return message.page;
}

function heldOf(
  account: string,
  statementId: string,
  rows: readonly Pick<PageRow, 'page_no' | 'is_last'>[],
): HeldPages {
  const pages = rows.map((row) => row.page_no);
  const highest = pages.at(-1) ?? 0;
  return {
    account,
    statementId,
    pages,
    missing: Array.from({ length: highest }, (_, index) => index + 1).filter((number) => !pages.includes(number)),
    lastSeen: rows.at(-1)?.is_last === true,
  };
}

/** Statements of which pages are missing, with since when they wait, the oldest first. */
export async function heldPages(db: Database | Transaction): Promise<(HeldPages & { readonly since: Date })[]> {
  const { rows } = await (db as Database).query<{
    account_no: string;
    statement_id: string;
    since: Date;
    pages: { page_no: number; is_last: boolean }[];
  }>(
    `select account_no, statement_id, min(received_at) as since,
            json_agg(json_build_object('page_no', page_no, 'is_last', is_last) order by page_no) as pages
       from reconciliation.statement_page group by 1, 2 order by 3, 1, 2`,
  );
  return rows.map((row) => ({ ...heldOf(row.account_no, row.statement_id, row.pages), since: row.since }));
}

/**
 * Forgets the waiting pages of a statement, because the bank sends it anew; none of them has moved anything.
 *
 * @throws CityCardError `bank.pages-unknown`
 */
export async function dropPages(
  tx: Transaction,
  person: Principal,
  { account, statementId }: { account: string; statementId: string },
): Promise<{ dropped: number }> {
  const { rows } = await tx.query<{ message_id: string }>(
    'delete from reconciliation.statement_page where account_no = $1 and statement_id = $2 returning message_id',
    [account, statementId],
  );
  if (rows.length === 0) throw bankErrors.pagesUnknown({ account, statement: statementId });
  // The bank may send a page again under the id it had: as a message it was never taken.
  await tx.query(`delete from reconciliation.bank_message where kind = 'camt.053' and message_id = any($1)`, [
    rows.map((row) => row.message_id),
  ]);
  const subject = `${account} ${statementId}`.slice(0, 200);
  await recordAct(tx, person, { act: 'bank.drop-pages', subject, detail: { pages: rows.length } });
  return { dropped: rows.length };
}
