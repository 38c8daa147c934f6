import { addDays, type BusinessDate, businessDate, type Database, transact, type Transaction } from '@citycard/common';
import { dayErrors } from './errors.ts';
import { recordStage } from './evidence.ts';
import type { DayState } from './transitions.ts';

export interface BusinessDay {
  readonly date: BusinessDate;
  readonly state: DayState;
  readonly openedAt: Date;
  readonly cutOffAt?: Date;
  readonly closedAt?: Date;
}

interface DayRow {
  business_date: string;
  state: DayState;
  opened_at: Date;
  cut_off_at: Date | null;
  closed_at: Date | null;
}

const COLUMNS = 'business_date, state, opened_at, cut_off_at, closed_at';

const toDay = (row: DayRow): BusinessDay => ({
  date: businessDate(row.business_date),
  state: row.state,
  openedAt: row.opened_at,
  ...(row.cut_off_at !== null && { cutOffAt: row.cut_off_at }),
  ...(row.closed_at !== null && { closedAt: row.closed_at }),
});

/** All business days, newest first. */
export async function listDays(db: Database | Transaction, limit = 400): Promise<BusinessDay[]> {
  const { rows } = await (db as Database).query<DayRow>(
    `select ${COLUMNS} from clearing.business_day order by business_date desc limit $1`,
    [limit],
  );
  return rows.map(toDay);
}

/** The business day. @throws CityCardError `clearing-day.unknown`. */
export async function readDay(db: Database | Transaction, date: BusinessDate): Promise<BusinessDay> {
  const { rows } = await (db as Database).query<DayRow>(
    `select ${COLUMNS} from clearing.business_day where business_date = $1`,
    [date],
  );
  if (rows[0] === undefined) throw dayErrors.unknown({ date });
  return toDay(rows[0]);
}

/** The business day, ours until the transaction ends: nobody else advances it meanwhile. */
export async function lockDay(tx: Transaction, date: BusinessDate): Promise<BusinessDay> {
  const { rows } = await tx.query<DayRow>(
    `select ${COLUMNS} from clearing.business_day where business_date = $1 for update`,
    [date],
  );
  if (rows[0] === undefined) throw dayErrors.unknown({ date });
  return toDay(rows[0]);
}

/** The day before this one, if the city was already running then. */
export async function dayBefore(tx: Transaction, date: BusinessDate): Promise<BusinessDay | undefined> {
  const { rows } = await tx.query<DayRow>(
    `select ${COLUMNS} from clearing.business_day where business_date < $1 order by business_date desc limit 1`,
    [date],
  );
  return rows[0] === undefined ? undefined : toDay(rows[0]);
}

/**
 * Opens the city's first business day (every later one is opened by the cut-off before it). Opening the open day again
 * does nothing.
 *
 * @throws CityCardError `clearing-day.already-open`, `clearing-day.opened-before`.
 */
export async function openDay(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ business_date: string; state: DayState }>(
    'select business_date, state from clearing.business_day order by business_date desc limit 1 for update',
  );
  const latest = rows[0];
  if (latest?.business_date === date && latest.state === 'open') return;
  if (latest?.state === 'open') throw dayErrors.alreadyOpen({ open: latest.business_date, date });
  if (latest !== undefined && latest.business_date >= date) {
    throw dayErrors.openedBefore({ date, latest: latest.business_date });
  }
  await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [date]);
}

/**
 * Ends intake for the open day and opens the next calendar day, at one instant: intake holds the day's row shared while
 * it stores, this takes it whole, so every record is on one side. Cutting off a day again changes nothing and answers
 * what it is now. In the caller's transaction, or in one of its own when given the pool.
 *
 * @throws CityCardError `clearing-day.unknown`.
 */
export async function cutOff(
  db: Database | Transaction,
  date: BusinessDate,
): Promise<{ state: DayState; nextDate: BusinessDate; repeated: boolean }> {
  if (!('release' in db)) return transact(db, (tx) => cutOff(tx, date));
  const tx = db;
  // Whoever holds a day's row shared holds this table shared, and waits for it in turn: without this, one intake after
  // another could hold the row for ever, each joining the one before, and the cut-off would never come.
  if ((await readDay(tx, date)).state === 'open') await tx.query('lock table clearing.business_day in exclusive mode');
  const day = await lockDay(tx, date);
  const nextDate = addDays(date, 1);
  if (day.state !== 'open') return { state: day.state, nextDate, repeated: true };
  const { rows } = await tx.query<{ records: bigint; amount_fen: bigint; intakes: bigint }>(
    `select count(*) as intakes, coalesce(sum(record_count), 0)::bigint as records, coalesce(sum(amount_fen), 0)::bigint as amount_fen
       from clearing.intake where business_date = $1`,
    [date],
  );
  await tx.query(
    `update clearing.business_day set state = 'cut-off', cut_off_at = clock_timestamp() where business_date = $1`,
    [date],
  );
  await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [nextDate]);
  const intake = rows[0];
  await recordStage(tx, date, 'cut-off', {
    intakes: intake?.intakes ?? 0n,
    records: intake?.records ?? 0n,
    amountFen: intake?.amount_fen ?? 0n,
  });
  return { state: 'cut-off', nextDate, repeated: false };
}

/** Days on which a job can do something now, oldest first: from PostgreSQL alone, so a lost queue loses nothing. */
export async function daysWithWork(db: Database | Transaction): Promise<BusinessDate[]> {
  const { rows } = await (db as Database).query<{ business_date: string }>(
    `select d.business_date from clearing.business_day d
      where d.state in ('cut-off', 'validated', 'priced', 'approved', 'settled')
         or d.state = 'instructed' and not exists (
              select from clearing.settlement_sheet s
               where s.business_date = d.business_date and s.state in ('instructed', 'rejected'))
      order by d.business_date`,
  );
  return rows.map((row) => businessDate(row.business_date));
}
