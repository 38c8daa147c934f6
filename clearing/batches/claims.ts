import { type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** Loads or purchases of a batch, as one side has them. */
export interface BatchFigure {
  readonly count: number;
  readonly amount: Fen;
}

/** What a terminal says its batch holds (terminal-interface.md §3, message 14). */
export interface BatchClaim {
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly batchNo: string;
  readonly traceNo: string;
  readonly claimedAt: Date;
  readonly loads: BatchFigure;
  readonly purchases: BatchFigure;
  /** Whether our figures were the same at that moment. */
  readonly equal: boolean;
}

/** Keeps what a terminal said of a batch; the same message again changes nothing. */
export async function recordBatchClaim(tx: Transaction, claim: BatchClaim): Promise<void> {
  const { terminalNo, batchNo, claimedAt, merchantNo, traceNo, loads, purchases, equal } = claim;
  await tx.query(
    `insert into clearing.batch_claim (terminal_no, batch_no, claimed_at, merchant_no, trace_no, load_count, load_fen, purchase_count,
       purchase_fen, equal) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    [
      terminalNo,
      batchNo,
      claimedAt,
      merchantNo,
      traceNo,
      loads.count,
      loads.amount,
      purchases.count,
      purchases.amount,
      equal,
    ],
  );
}

/** The newest claim of a batch beside what we have of it now. */
export interface ComparedBatch extends BatchClaim {
  readonly ours: { readonly loads: BatchFigure; readonly purchases: BatchFigure };
}

interface ComparedRow {
  terminal_no: string;
  batch_no: string;
  claimed_at: Date;
  merchant_no: string;
  trace_no: string;
  load_count: bigint;
  load_fen: bigint;
  purchase_count: bigint;
  purchase_fen: bigint;
  equal: boolean;
  our_loads: bigint;
  our_load_fen: bigint;
  our_purchases: bigint;
  our_purchase_fen: bigint;
}

/**
 * Batches claimed at or after a moment and before another, with the newest claim of each and what we have now, by the same rule as the
 * answer to the terminal: what arrived since counts.
 */
export async function claimedBatches(db: Database | Transaction, since: Date, before: Date): Promise<ComparedBatch[]> {
  const { rows } = await (db as Database).query<ComparedRow>(
    `select c.*, l.count as our_loads, l.amount as our_load_fen, p.count as our_purchases, p.amount as our_purchase_fen
       from (select distinct on (terminal_no, batch_no) * from clearing.batch_claim where claimed_at >= $1
              order by terminal_no, batch_no, claimed_at desc) c
      cross join lateral (
        select count(*) as count, coalesce(sum(amount_fen), 0)::bigint as amount from clearing.load
         where terminal_no = c.terminal_no and batch_no = c.batch_no and state = 'posted' and tac is not null) l
      cross join lateral (
        select count(*) as count, coalesce(sum(('x' || encode(amount, 'hex'))::bit(32)::bigint), 0)::bigint as amount
          from (select distinct substring(r.raw from 3 for 12) || substring(r.raw from 17 for 1) || substring(r.raw from 21 for 31),
                       substring(r.raw from 27 for 4) as amount
                  from clearing.intake i
                  join clearing.received_content t on t.content_id = i.content_id
                 cross join lateral (select substring(t.bytes from n * 64 + 1 for 64) as raw
                                       from generate_series(0, octet_length(t.bytes) / 64 - 1) as n) r
                 where i.terminal_no = c.terminal_no and i.batch_no = c.batch_no and i.answered
                   and get_byte(r.raw, 1) & 15 <> 3) once) p
      where c.claimed_at < $2
      order by c.terminal_no, c.batch_no`,
    [since, before],
  );
  const figure = (count: bigint, amount: bigint): BatchFigure => ({ count: Number(count), amount: fen(amount) });
  return rows.map((row) => ({
    terminalNo: row.terminal_no,
    merchantNo: row.merchant_no,
    batchNo: row.batch_no,
    traceNo: row.trace_no,
    claimedAt: row.claimed_at,
    loads: figure(row.load_count, row.load_fen),
    purchases: figure(row.purchase_count, row.purchase_fen),
    equal: row.equal,
    ours: {
      loads: figure(row.our_loads, row.our_load_fen),
      purchases: figure(row.our_purchases, row.our_purchase_fen),
    },
  }));
}
