import { businessDate, copyRows, type Database, type Transaction } from '@citycard/common';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { RECORD_COLUMNS, recordRow } from '../intake/stored-record.ts';
import { codeOf } from './outcome.ts';
import { prepared } from './prepared.ts';
import {
  type IntakeRow,
  readIntakes,
  receivedPurchase,
  type ReceivedPurchase,
  type RecordRef,
} from './received-purchase.ts';
import { type FinalDecision, Overtaken } from './write-decisions.ts';

/**
 * The oldest intakes with undecided records, as many as hold the records wanted, and of each the slices of its content that are
 * next. Intakes go in the order they were stored, records in the order they stand in them.
 */
const OLDEST = `
with waiting as (
  select u.*, coalesce(sum(record_count - first) over (order by business_date, intake_id rows between unbounded preceding and 1 preceding), 0) as before
    from (select business_date, intake_id, content_id, record_count,
                 case when business_date = $2::date and intake_id = $3::bigint then greatest(next_index, $4::integer) else next_index end as first
            from clearing.undecided_intake where $2::date is null or (business_date, intake_id) >= ($2::date, $3::bigint)
           order by business_date, intake_id limit $1::integer + 1) u where record_count > first
), chosen as (
  select business_date, intake_id, content_id, first as next_index, least(record_count - first, $1 - before)::integer as take
    from waiting where before < $1
)
select h.business_date, h.intake_id, h.next_index, h.take,
       substring(c.bytes from (greatest(h.next_index * 64::bigint - c.start, 0) + 1)::integer
                         for (least((h.next_index + h.take) * 64::bigint - c.start, 262144) - greatest(h.next_index * 64::bigint - c.start, 0))::integer) as bytes,
       case when c.lines is not null then
       substring(c.lines from (greatest(h.next_index - c.start / 64, 0) * (octet_length(c.lines) * 64::bigint / octet_length(c.bytes)) + 1)::integer
                         for ((least(h.next_index + h.take - c.start / 64, 4096) - greatest(h.next_index - c.start / 64, 0))
                              * (octet_length(c.lines) * 64::bigint / octet_length(c.bytes)))::integer) end as lines
  from chosen h
  join clearing.received_content c on c.content_id = h.content_id
   and c.start < (h.next_index + h.take) * 64::bigint and c.start > h.next_index * 64::bigint - 262144
 order by h.business_date, h.intake_id, c.start`;

interface SliceRow {
  business_date: string;
  intake_id: bigint;
  next_index: number;
  take: number;
  bytes: Buffer;
  lines: Buffer | null;
}

/**
 * The oldest records that nobody has judged yet, in the order they arrived: taken from the messages and files as they were
 * received.
 *
 * @param after the last record of those that are being judged already
 */
export async function oldestReceived(db: Database, limit: number, after?: RecordRef): Promise<ReceivedPurchase[]> {
  const place = after === undefined ? [null, null, null] : [after.businessDate, after.intakeId, after.index + 1];
  const { rows } = await db.query<SliceRow>(prepared('purchase-oldest', OLDEST), [limit, ...place]);
  const intakes = await readIntakes(db, [...new Set(rows.map((row) => row.intake_id))]);
  const purchases: ReceivedPurchase[] = [];
  let last: bigint | undefined;
  let index = 0;
  for (const row of rows) {
    if (row.intake_id !== last) index = row.next_index;
    last = row.intake_id;
    for (const slice of slices(row)) purchases.push(purchaseOf(row, intakes, index++, slice));
  }
  return purchases;
}

function* slices({ bytes, lines }: SliceRow): Generator<{ raw: Buffer; line: string | undefined }> {
  const count = bytes.length / RECORD_LENGTH;
  const width = (lines?.length ?? 0) / count;
  for (let n = 0; n < count; n += 1) {
    const raw = bytes.subarray(n * RECORD_LENGTH, (n + 1) * RECORD_LENGTH);
    yield { raw, line: lines?.toString('latin1', n * width, (n + 1) * width) };
  }
}

function purchaseOf(
  row: SliceRow,
  intakes: ReadonlyMap<bigint, IntakeRow>,
  index: number,
  { raw, line }: { raw: Buffer; line: string | undefined },
): ReceivedPurchase {
  const intake = intakes.get(row.intake_id);
  if (intake === undefined) throw new Error(`undecided records of intake ${row.intake_id} have no intake`);
  const place = { intakeId: row.intake_id, businessDate: businessDate(row.business_date), index };
  const purchase = receivedPurchase(place, raw, intake);
  return line === undefined ? purchase : { ...purchase, sourceLine: line };
}

/** Guarded by where judging stood, so that records are judged once whoever else is at it. */
const MOVE_ON = `
with judged as (
  select * from unnest($1::date[], $2::bigint[], $3::integer[], $4::integer[], $5::bigint[]) as j(business_date, intake_id, next_index, count, fen)
), ended as (
  delete from clearing.undecided_intake u using judged j
   where u.business_date = j.business_date and u.intake_id = j.intake_id and u.next_index = j.next_index
     and u.record_count = j.next_index + j.count returning u.business_date, u.intake_id, u.record_count
), chained as (
  insert into clearing.chain_work select business_date, intake_id, 0, record_count from ended
), moved as (
  update clearing.undecided_intake u set next_index = j.next_index + j.count, left_fen = u.left_fen - j.fen from judged j
   where u.business_date = j.business_date and u.intake_id = j.intake_id and u.next_index = j.next_index
     and u.record_count > j.next_index + j.count returning 1
)
select (select count(*) from ended) + (select count(*) from moved) as intakes, now() as decided_at`;

/**
 * Takes judged records off the list of what waits and writes them with their outcomes, one for each and in the same order; a
 * record has a row of its own from here on.
 *
 * @throws Overtaken when one of them was judged by somebody else meanwhile.
 */
export async function writeJudged(
  tx: Transaction,
  purchases: readonly ReceivedPurchase[],
  decisions: readonly FinalDecision[],
): Promise<void> {
  const decidedAt = (await takeOff(tx, purchases)).toISOString();
  await copyRows(
    tx,
    'clearing.purchase_record',
    [...RECORD_COLUMNS, 'state', 'reason_code', 'detail', 'decided_at', 'posted_date'],
    purchases.map((purchase, place) => {
      const decision = decisions[place];
      if (decision === undefined) throw new Error('every judged record has a decision');
      const { outcome, postedDate } = decision;
      const { ref, raw, record, sourceLine, participantNo } = purchase;
      const row = recordRow({ ...ref, participantNo }, { raw, record, sourceLine }, ref.index);
      row.push(outcome.state, codeOf(outcome), outcome.detail ?? null, decidedAt, postedDate);
      return row;
    }),
  );
}

async function takeOff(tx: Transaction, purchases: readonly ReceivedPurchase[]): Promise<Date> {
  const judged = new Map<bigint, { date: string; from: number; count: number; fen: bigint }>();
  for (const { ref, record } of purchases) {
    const own = judged.get(ref.intakeId);
    if (own === undefined)
      judged.set(ref.intakeId, { date: ref.businessDate, from: ref.index, count: 1, fen: record.amountFen });
    else {
      own.count += 1;
      own.fen += record.amountFen;
    }
  }
  const columns = [...judged.values()];
  const { rows } = await tx.query<{ intakes: bigint; decided_at: Date }>(prepared('purchase-take-off', MOVE_ON), [
    columns.map(({ date }) => date),
    [...judged.keys()],
    columns.map(({ from }) => from),
    columns.map(({ count }) => count),
    columns.map(({ fen }) => fen),
  ]);
  const [row] = rows;
  if (row === undefined || Number(row.intakes) !== columns.length) throw new Overtaken();
  return row.decided_at;
}
