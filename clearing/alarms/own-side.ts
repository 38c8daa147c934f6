import { type Principal, requireOneSide, type Transaction } from '@citycard/common';
import { alarmErrors } from './errors.ts';

/**
 * Who reaches a supervisor, and when, is the supervisors' own affair: the company could otherwise silence what it cannot
 * close. A supervisor may change anything; the company only what concerns its own people.
 *
 * @throws CityCardError `alarms.supervisors-own`; `identity.both-sides`
 */
export async function requireOwnSide(
  tx: Transaction,
  by: Principal,
  what: { readonly principalId?: string; readonly channel?: string; readonly shiftNo?: bigint },
): Promise<void> {
  if (by.roles.includes('supervisor')) return requireOneSide(tx, by);
  const { rowCount } = await tx.query(
    `select from platform.principal p
      where 'supervisor' = any (p.roles)
        and (p.id = $1 or exists (select from clearing.duty_contact c where c.principal_id = p.id and c.channel = $2)
             or exists (select from clearing.duty_shift s where s.principal_id = p.id and s.shift_no = $3)) limit 1`,
    [what.principalId ?? null, what.channel ?? null, what.shiftNo ?? null],
  );
  if (rowCount !== 0) throw alarmErrors.supervisorsOwn({ name: by.name });
}
