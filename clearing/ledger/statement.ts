import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';
import { clearingErrors } from '../errors.ts';
import { chunkAt } from './chunk-at.ts';
import { ledgerErrors } from './errors.ts';

/** A page of this many movements by default, and at most. */
export const STATEMENT_LINES = 1_000;

export interface StatementQuery {
  /** Account code, or the kind of a card's account. */
  readonly account: string;
  /** Whose account, when every card has one of this kind. */
  readonly card?: CardNo;
  /** Movements sealed after this instant … */
  readonly from: Date;
  /** … up to this one. */
  readonly to: Date;
  /** `next` of the page before. */
  readonly after?: string;
  readonly limit?: number;
}

export interface StatementLine {
  readonly at: Date;
  readonly businessDate: BusinessDate;
  readonly key: string;
  readonly leg: number;
  /** The account on the other side. */
  readonly counterAccount: string;
  readonly card?: CardNo;
  readonly side: 'debit' | 'credit';
  readonly amountFen: Fen;
  readonly phase: 'posted' | 'pending' | 'post' | 'void';
  readonly reason: string;
  /** What is posted after it, on the account's normal side. What is pending or void moves nothing. */
  readonly balanceFen: Fen;
}

export interface Statement {
  readonly account: string;
  readonly card?: CardNo;
  readonly normalSide: 'debit' | 'credit';
  /** Posted before the first line, and after the last. */
  readonly openingFen: Fen;
  readonly closingFen: Fen;
  readonly lines: readonly StatementLine[];
  /** Where the next page begins, when there is one. */
  readonly next?: string;
}

interface LineRow {
  posted_at: Date;
  business_date: BusinessDate;
  posting_key: string;
  leg: number;
  counter_account: string;
  card_no: string;
  side: 'debit' | 'credit';
  amount_fen: bigint;
  phase: StatementLine['phase'];
  reason: string;
  chunk_no: bigint;
  position: number;
}

/**
 * What moved on an account between two instants, oldest first, with the balance before and after: of any past time whose
 * transfers are in the ledger.
 *
 * @throws CityCardError `clearing.account-unknown`, `clearing-ledger.archived`, `.times-reversed`, `.card-missing`
 */
export async function accountStatement(tx: Database | Transaction, query: StatementQuery): Promise<Statement> {
  if (query.to <= query.from) throw ledgerErrors.timesReversed();
  const ofCard = !query.account.includes(':');
  if (ofCard && query.card === undefined) throw ledgerErrors.cardMissing({ account: query.account });
  const card = ofCard ? (query.card ?? null) : null;
  const [chunk, position] = query.after?.split('.') ?? [];
  const start = chunk === undefined ? await chunkAt(tx, query.from) : BigInt(chunk);
  const startPosition = position === undefined ? LAST_POSITION : Number(position);
  const end = await chunkAt(tx, query.to);
  const limit = Math.min(query.limit ?? STATEMENT_LINES, STATEMENT_LINES);
  const { rows: accounts } = await tx.query<{ normal_side: 'debit' | 'credit'; opening: bigint; lines: string }>(
    statementSql(card !== null),
    card === null
      ? [query.account, start, startPosition, end, limit + 1]
      : [query.account, start, startPosition, end, limit + 1, card],
  );
  const found = accounts[0];
  if (found === undefined) throw clearingErrors.accountUnknown({ code: query.account });
  const read = (JSON.parse(found.lines) as JsonLine[]).map(lineRow);
  const rows = read.slice(0, limit);
  let balance = found.opening;
  const lines = rows.map((row): StatementLine => {
    const moves = row.phase === 'posted' || row.phase === 'post';
    if (moves) balance += row.side === found.normal_side ? row.amount_fen : -row.amount_fen;
    return {
      at: row.posted_at,
      businessDate: row.business_date,
      key: row.posting_key,
      leg: row.leg,
      counterAccount: row.counter_account,
      ...(row.card_no !== '' && { card: row.card_no as CardNo }),
      side: row.side,
      amountFen: fen(row.amount_fen),
      phase: row.phase,
      reason: row.reason,
      balanceFen: fen(balance),
    };
  });
  const last = rows.at(-1);
  return {
    account: query.account,
    ...(card !== null && { card }),
    normalSide: found.normal_side,
    openingFen: fen(found.opening),
    closingFen: fen(balance),
    lines,
    ...(read.length > limit && last && { next: `${last.chunk_no}.${last.position}` }),
  };
}

const LAST_POSITION = 2_147_483_647;

type JsonLine = Omit<LineRow, 'posted_at' | 'amount_fen' | 'chunk_no'> & {
  posted_at: string;
  amount_fen: string;
  chunk_no: string;
};

const lineRow = (line: JsonLine): LineRow => ({
  ...line,
  posted_at: new Date(line.posted_at),
  amount_fen: BigInt(line.amount_fen),
  chunk_no: BigInt(line.chunk_no),
});

/** Balance and movements in one statement, so at one instant: the balance is today's less everything after the beginning. */
const statementSql = (ofCard: boolean): string => `
  with account as (
    ${
      ofCard
        ? `select 'credit' as normal_side, credits_posted - debits_posted as posted from clearing.card_account where card_no = $6 and kind = $1`
        : `select normal_side, case normal_side when 'credit' then credits_posted - debits_posted else debits_posted - credits_posted end as posted
             from clearing.account where account_code = $1`
    }
  ), moved as (
    select t.*, case when t.debit_account = $1 then 'debit' else 'credit' end as side
      from clearing.ledger_transfer t
     where ${ofCard ? 't.card_no = $6 and ' : ''}t.chunk_no >= $2 and (t.chunk_no > $2 or t.position > $3) and $1 in (t.debit_account, t.credit_account)
  ), since as (
    select coalesce(sum(case when m.side = a.normal_side then m.amount_fen else -m.amount_fen end), 0)::bigint as fen
      from moved m cross join account a where m.phase in ('posted', 'post')
  ), line as (
    select m.posted_at, m.business_date, m.posting_key, m.leg, case m.side when 'debit' then m.credit_account else m.debit_account end as counter_account,
           m.card_no, m.side, m.amount_fen::text as amount_fen, m.phase, m.reason, m.chunk_no::text as chunk_no, m.position
      from moved m where m.chunk_no <= $4 order by m.chunk_no, m.position limit $5
  )
  select a.normal_side, a.posted - s.fen as opening, (select coalesce(json_agg(l order by l.chunk_no::bigint, l.position), '[]')::text from line l) as lines
    from account a cross join since s`;
