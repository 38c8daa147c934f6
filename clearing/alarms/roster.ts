import { type Database, type Principal, recordAct, sqlState, type Transaction } from '@citycard/common';
import { alarmErrors } from './errors.ts';

/** Somebody on duty, from when to when; level 0 is told first. */
export interface Duty {
  readonly shiftNo: bigint;
  readonly level: number;
  readonly principalId: string;
  readonly beginsAt: Date;
  readonly endsAt: Date;
}

const DAY_MS = 86_400_000;
/** Longer than any duty lasts; a slip of the year is noticed. */
const LONGEST_MS = 62 * DAY_MS;

/**
 * Puts somebody on duty.
 *
 * @throws CityCardError `alarms.shift-times`, `.person-unknown`, `.shift-overlaps`
 */
export async function planDuty(
  tx: Transaction,
  by: Principal,
  duty: Omit<Duty, 'shiftNo'>,
): Promise<{ readonly shiftNo: bigint }> {
  const { level, principalId, beginsAt, endsAt } = duty;
  const long = endsAt.getTime() - beginsAt.getTime();
  if (long <= 0 || long > LONGEST_MS || beginsAt.getTime() < Date.now() - DAY_MS) throw alarmErrors.shiftTimes();
  const known = await tx.query('select from platform.principal where id = $1', [principalId]);
  if (known.rowCount === 0) throw alarmErrors.personUnknown({ principalId });
  const { rows } = await tx
    .query<{ shift_no: bigint }>(
      `insert into clearing.duty_shift (level, principal_id, begins_at, ends_at, set_by) values ($1, $2, $3, $4, $5) returning shift_no`,
      [level, principalId, beginsAt, endsAt, by.id],
    )
    .catch((error: unknown) => {
      throw sqlState(error) === '23P01' ? alarmErrors.shiftOverlaps({ principalId, level }) : error;
    });
  const shiftNo = rows[0]?.shift_no ?? 0n;
  const detail = { level, principalId, beginsAt: beginsAt.toISOString(), endsAt: endsAt.toISOString() };
  await recordAct(tx, by, { act: 'duty.plan', subject: `duty ${shiftNo}`, detail });
  return { shiftNo };
}

/** Ends a duty now, or takes back one that has not begun. @throws CityCardError `alarms.shift-unknown` */
export async function endDuty(tx: Transaction, by: Principal, shiftNo: bigint): Promise<void> {
  const ended = await tx.query(
    'update clearing.duty_shift set ends_at = now() where shift_no = $1 and begins_at < now() and ends_at > now()',
    [shiftNo],
  );
  const dropped =
    ended.rowCount === 1
      ? ended
      : await tx.query('delete from clearing.duty_shift where shift_no = $1 and begins_at >= now()', [shiftNo]);
  if (dropped.rowCount === 0) throw alarmErrors.shiftUnknown({ shiftNo });
  await recordAct(tx, by, { act: 'duty.end', subject: `duty ${shiftNo}` });
}

/** Who is or will be on duty at some time between the two instants, and whether a message would reach them. */
export async function roster(
  db: Database,
  from: Date,
  to: Date,
): Promise<(Duty & { readonly channels: readonly string[] })[]> {
  const { rows } = await db.query<Duty & { channels: string[] }>(
    `select s.shift_no as "shiftNo", s.level, s.principal_id as "principalId", s.begins_at as "beginsAt", s.ends_at as "endsAt",
            coalesce((select array_agg(c.channel order by c.channel) from clearing.duty_contact c where c.principal_id = s.principal_id), '{}') as channels
       from clearing.duty_shift s where s.begins_at < $2 and s.ends_at > $1 order by s.begins_at, s.level, s.shift_no limit 1000`,
    [from, to],
  );
  return rows;
}
