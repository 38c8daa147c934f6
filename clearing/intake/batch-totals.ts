import { type Database, type Fen, fen, type Transaction } from '@citycard/common';

export interface CountAndAmount {
  readonly count: number;
  readonly amount: Fen;
}

interface TotalsRow {
  load_count: bigint;
  load_amount: bigint;
  purchase_count: bigint;
  purchase_amount: bigint;
}

/**
 * The host's figures of a terminal's batch (terminal-interface.md §3, "Batches"): loads whose result "credited" was answered
 * 00, and purchases of messages answered 00, gray ones included, each record once however often it was sent, reports of
 * locked cards left out. What arrives later for the batch changes these figures.
 */
export async function batchTotals(
  db: Database | Transaction,
  terminalNo: string,
  batchNo: string,
): Promise<{ loads: CountAndAmount; purchases: CountAndAmount }> {
  // A load carries its TAC from the moment a right result was answered 00; one proved by other means has none. The records are
  // counted as they arrived, judged or not; bytes 2-13, 16 and 20-50 are what makes two of them equal.
  const { rows } = await (db as Database).query<TotalsRow>(
    `select l.count as load_count, l.amount as load_amount, p.count as purchase_count, p.amount as purchase_amount
       from (select count(*) as count, coalesce(sum(amount_fen), 0)::bigint as amount from clearing.load
              where terminal_no = $1 and batch_no = $2 and state = 'posted' and tac is not null) l,
            (select count(*) as count, coalesce(sum(('x' || encode(amount, 'hex'))::bit(32)::bigint), 0)::bigint as amount
               from (select distinct substring(r.raw from 3 for 12) || substring(r.raw from 17 for 1) || substring(r.raw from 21 for 31),
                            substring(r.raw from 27 for 4) as amount
                       from clearing.intake i
                       join clearing.received_content c on c.content_id = i.content_id
                      cross join lateral (select substring(c.bytes from n * 64 + 1 for 64) as raw
                                            from generate_series(0, octet_length(c.bytes) / 64 - 1) as n) r
                      where i.terminal_no = $1 and i.batch_no = $2 and i.answered and get_byte(r.raw, 1) & 15 <> 3) once) p`,
    [terminalNo, batchNo],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('two sums are one row');
  return {
    loads: { count: Number(row.load_count), amount: fen(row.load_amount) },
    purchases: { count: Number(row.purchase_count), amount: fen(row.purchase_amount) },
  };
}
