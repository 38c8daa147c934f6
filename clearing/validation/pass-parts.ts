import { type BusinessDate, type Database, numberArray, transact, type Transaction } from '@citycard/common';
import { prepared } from '../prepared.ts';

/** Records `from` to before `to` of one message or file. */
export interface PassPart {
  readonly businessDate: BusinessDate;
  readonly intakeId: bigint;
  readonly contentId: bigint;
  readonly from: number;
  readonly to: number;
}

interface PartRow {
  business_date: BusinessDate;
  intake_id: bigint;
  content_id: bigint;
  from_index: number;
  to_index: number;
}

const partOf = (row: PartRow): PassPart => ({
  businessDate: row.business_date,
  intakeId: row.intake_id,
  contentId: row.content_id,
  from: row.from_index,
  to: row.to_index,
});

/** The oldest intakes of the oldest day, in the order they were stored, as many as hold the records wanted. */
const OLDEST = `
with waiting as (
  select u.*, coalesce(sum(record_count - next_index) over (order by intake_id rows between unbounded preceding and 1 preceding), 0) as before
    from (select business_date, intake_id, content_id, record_count, next_index from clearing.undecided_intake
           where business_date = (select min(business_date) from clearing.undecided_intake)
           order by intake_id limit $1::integer) u
)
select business_date, intake_id, content_id, next_index as from_index, next_index + least(record_count - next_index, $1 - before)::integer as to_index
  from waiting where before < $1 order by intake_id`;

/** What the next pass would take: at most so many records, all of one business day; nothing when nothing waits. */
export async function choosePass(db: Database, records: number): Promise<PassPart[]> {
  const { rows } = await db.query<PartRow>(prepared('purchase-oldest', OLDEST), [records]);
  return rows.map(partOf);
}

/** Writes down that a pass takes these parts; answers its number. */
export async function beginPass(db: Database, parts: readonly PassPart[], records: number): Promise<bigint> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ pass_no: bigint }>(
      'insert into clearing.validation_pass (business_date, record_count) values ($1, $2) returning pass_no',
      [parts[0]?.businessDate, records],
    );
    await tx.query(
      `insert into clearing.validation_pass_part (intake_id, content_id, from_index, to_index)
       select * from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[])`,
      [
        parts.map(({ intakeId }) => intakeId),
        parts.map(({ contentId }) => contentId),
        parts.map(({ from }) => from),
        parts.map(({ to }) => to),
      ],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('a pass that is written down has a number');
    return row.pass_no;
  });
}

/** The pass that was begun and has not ended. */
export async function passUnderWay(
  db: Database,
): Promise<{ readonly passNo: bigint; readonly decided: number } | undefined> {
  const { rows } = await db.query<{ pass_no: bigint; decided_count: number }>(
    'select pass_no, decided_count from clearing.validation_pass',
  );
  const [row] = rows;
  return row && { passNo: row.pass_no, decided: row.decided_count };
}

/** What the pass under way takes, in the order it was stored. */
export async function partsUnderWay(db: Database): Promise<PassPart[]> {
  const { rows } = await db.query<PartRow>(
    `select p.business_date, t.intake_id, t.content_id, t.from_index, t.to_index
       from clearing.validation_pass p cross join clearing.validation_pass_part t order by t.intake_id`,
  );
  return rows.map(partOf);
}

/** Notes how far the pass is; false when it was not where it is said to have been. */
export async function notePassed(
  tx: Transaction,
  passNo: bigint | undefined,
  { from, to, fen }: { readonly from: number; readonly to: number; readonly fen: bigint },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    prepared(
      'purchase-passed',
      'update clearing.validation_pass set decided_count = $3, decided_fen = decided_fen + $4 where pass_no = $1 and decided_count = $2',
    ),
    [passNo, from, to, fen],
  );
  return rowCount === 1;
}

/** Ends a pass that was written down; false when it was not where it is said to have been. */
export async function endPass(tx: Transaction, passNo: bigint, decided: number): Promise<boolean> {
  const ended = await tx.query('delete from clearing.validation_pass where pass_no = $1 and decided_count = $2', [
    passNo,
    decided,
  ]);
  await tx.query('delete from clearing.validation_pass_part');
  return ended.rowCount === 1;
}

/** Guarded by where judging stood, so that records are judged once whoever else is at it. */
const MOVE_ON = `
with judged as (
  select * from unnest($1::date[], $2::bigint[], $3::integer[], $4::integer[], $5::bigint[]) as j(business_date, intake_id, from_index, to_index, fen)
), ended as (
  delete from clearing.undecided_intake u using judged j
   where u.business_date = j.business_date and u.intake_id = j.intake_id and u.next_index = j.from_index
     and u.record_count = j.to_index returning 1
), moved as (
  update clearing.undecided_intake u set next_index = j.to_index, left_fen = u.left_fen - j.fen from judged j
   where u.business_date = j.business_date and u.intake_id = j.intake_id and u.next_index = j.from_index
     and u.record_count > j.to_index returning 1
)
select (select count(*) from ended) + (select count(*) from moved) as intakes`;

/** Takes judged parts off the list of what waits; false when one was not there as it was. `fen`: what the records of each move. */
export async function takeOff(tx: Transaction, parts: readonly PassPart[], fen: readonly number[]): Promise<boolean> {
  const { rows } = await tx.query<{ intakes: bigint }>(prepared('purchase-take-off', MOVE_ON), [
    parts.map(({ businessDate }) => businessDate),
    numberArray(parts.map(({ intakeId }) => intakeId)),
    numberArray(parts.map(({ from }) => from)),
    numberArray(parts.map(({ to }) => to)),
    numberArray(fen),
  ]);
  return Number(rows[0]?.intakes) === parts.length;
}
