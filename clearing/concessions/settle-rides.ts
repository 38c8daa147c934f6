import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { postOrThrow, type Posting } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { pricedRides, RIDE_COLUMNS, ridesOf } from './price-rides.ts';

/**
 * A purchase is corrected before its ride is worked out, or after: then each knows of the other. Corrections do not wait for
 * one another.
 */
export async function lockRides(tx: Transaction, why: 'to work them out' | 'to correct one'): Promise<void> {
  const shared = why === 'to correct one' ? '_shared' : '';
  await tx.query(`select pg_advisory_xact_lock${shared}(hashtextextended('concession rides', 5012019370705))`);
}

/** Postings of one call of the ledger. */
const AT_ONCE = 500;

/**
 * Works out what the day's rides should have cost and gives back, as pending credit, what cards paid above it; the operator
 * that took it gives it back, and claims its part from the finance bureau with the month. Belongs before the day is priced, in
 * the same transaction.
 *
 * @returns how many rides a rule was about, and what went back
 */
export async function settleRides(
  tx: Transaction,
  date: BusinessDate,
): Promise<{ readonly rides: number; readonly backFen: Fen }> {
  const { rowCount: ruled } = await tx.query(`select from clearing.concession_rule where kind <> 'pass' limit 1`);
  if (ruled === 0) return { rides: 0, backFen: fen(0) };
  await lockRides(tx, 'to work them out');
  // Every window is a sort of the day by card; with the default of 4 MB each of them goes to disk.
  await tx.query(`set local work_mem = '64MB'`);
  const { rowCount } = await tx.query(
    `insert into clearing.concession_ride (${RIDE_COLUMNS}) ${await pricedRides(tx)}`,
    ridesOf(date),
  );
  const { rows } = await tx.query<{ card_no: CardNo; participant_no: string; back_fen: bigint }>(
    `select card_no, participant_no, sum(back_fen)::bigint as back_fen from clearing.concession_ride
      where posted_date = $1 and back_fen > 0 group by 1, 2 order by 1, 2`,
    [date],
  );
  const postings = rows.map((row): Posting => ({
    cardNo: row.card_no,
    key: `concession:${date}:${row.participant_no}`,
    reason: `fares above concession or cap, ${date}`,
    legs: [{ debit: `operator-pending:${row.participant_no}`, credit: 'pending-credit', amount: fen(row.back_fen) }],
  }));
  for (let from = 0; from < postings.length; from += AT_ONCE)
    await postOrThrow(tx, date, postings.slice(from, from + AT_ONCE));
  await alarmFindings(tx, date);
  return { rides: rowCount ?? 0, backFen: fen(rows.reduce((sum, row) => sum + row.back_fen, 0n)) };
}

/** One alarm per operator and kind of finding that is the terminal's, however many rides there are. */
async function alarmFindings(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; finding: string; rides: bigint }>(
    `select participant_no, finding, count(*) as rides from clearing.concession_ride
      where posted_date = $1 and finding in ('fare-too-high', 'charged-too-little') group by 1, 2 order by 1, 2`,
    [date],
  );
  for (const { participant_no: participantNo, finding, rides } of rows) {
    await raiseAlarm(tx, {
      kind: 'concession-finding',
      severity: 'warning',
      subject: participantNo,
      evidence: { businessDate: date, finding, rides },
    });
  }
}

/** A ride whose stored row is not what records and rules say, or that is missing or too many. */
export interface DifferingRide {
  readonly cardNo: string;
  readonly businessDate: string;
  readonly intakeId: bigint;
  readonly recordIndex: number;
}

/** Works out a priced day again, ride by ride, and answers the first hundred rides that differ; none when all is well. */
export async function differingRides(db: Database | Transaction, date: BusinessDate): Promise<DifferingRide[]> {
  const { rows } = await (db as Database).query<DifferingRide>(
    `with again as materialized (${await pricedRides(db)}), stored as (
       select ${RIDE_COLUMNS} from clearing.concession_ride where posted_date = $1
     ), differing as ((select * from again except select * from stored) union (select * from stored except select * from again))
     select distinct card_no as "cardNo", business_date as "businessDate", intake_id as "intakeId", record_index as "recordIndex"
       from differing order by 1, 2, 3, 4 limit 100`,
    ridesOf(date),
  );
  return rows;
}
