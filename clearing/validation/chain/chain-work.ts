import type { BusinessDate, Database, Transaction } from '@citycard/common';
import type { RecordRef } from '../received-purchase.ts';

/** Records from `from` to before `to` of one message or file. */
export interface ChainWork {
  readonly date: BusinessDate;
  readonly intakeId: bigint;
  readonly from: number;
  readonly to: number;
}

interface WorkRow {
  business_date: BusinessDate;
  intake_id: bigint;
  from_index: number;
  to_index: number;
}

/** Has the chains of these records' cards looked at again: one of them has taken, or lost, its place. */
export async function walkAgain(tx: Transaction, refs: readonly RecordRef[]): Promise<void> {
  if (refs.length === 0) return;
  await tx.query(
    `insert into clearing.chain_work select d, i, r, r + 1 from unnest($1::date[], $2::bigint[], $3::integer[]) as w(d, i, r)
     on conflict do nothing`,
    [
      refs.map(({ businessDate }) => businessDate),
      refs.map(({ intakeId }) => intakeId),
      refs.map(({ index }) => index),
    ],
  );
}

/** The next work, of so many records at most; a long file is taken in parts. */
export async function nextWork(db: Database, records: number): Promise<ChainWork[]> {
  const { rows } = await db.query<WorkRow>(
    'select * from clearing.chain_work order by business_date, intake_id, from_index, to_index limit $1',
    [records],
  );
  const work: ChainWork[] = [];
  let left = records;
  for (const row of rows) {
    if (left === 0) break;
    const to = Math.min(row.to_index, row.from_index + left);
    work.push({ date: row.business_date, intakeId: row.intake_id, from: row.from_index, to });
    left -= to - row.from_index;
  }
  return work;
}

/** Takes work off the list; of a long file the rest stays. */
export async function endWork(tx: Transaction, work: readonly ChainWork[]): Promise<void> {
  const columns = [
    work.map(({ date }) => date),
    work.map(({ intakeId }) => intakeId),
    work.map(({ from }) => from),
    work.map(({ to }) => to),
  ];
  await tx.query(
    `delete from clearing.chain_work c using unnest($1::date[], $2::bigint[], $3::integer[], $4::integer[]) as w(d, i, f, t)
      where c.business_date = w.d and c.intake_id = w.i and c.from_index = w.f and c.to_index = w.t`,
    columns,
  );
  await tx.query(
    `update clearing.chain_work c set from_index = w.t from unnest($1::date[], $2::bigint[], $3::integer[], $4::integer[]) as w(d, i, f, t)
      where c.business_date = w.d and c.intake_id = w.i and c.from_index = w.f and c.to_index > w.t`,
    columns,
  );
}
