import type { Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

/**
 * Settles a city through a centre from now on, or by itself when `centre` is left out: its sheets are carried until the centre's
 * statement has taken what is in them over.
 *
 * @param centre city code of the participant that nets for several cities
 * @throws clearing.participant-unknown
 */
export async function settleThrough(tx: Transaction, city: string, centre: string | undefined): Promise<void> {
  const { rowCount } = await tx.query(
    `update clearing.participant p set settled_through = (select c.participant_no from clearing.participant c where c.city_code = $2)
      where p.kind = 'city' and p.city_code = $1 and ($2::text is null or exists (select from clearing.participant c where c.city_code = $2))`,
    [city, centre ?? null],
  );
  if (rowCount === 0) throw clearingErrors.participantUnknown({ participantNo: `city ${centre ?? city}` });
}
