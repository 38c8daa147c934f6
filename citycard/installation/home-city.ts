import { HOME_CITY } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import { citycardErrors } from '../errors.ts';

/** The CA of a city bears its code, from the first ceremony on. */
const CA_NAME = /^City Card CA ([0-9]{4})$/;

/**
 * Makes sure that the database is of the city this process speaks for: its cards, keys and files would be taken for another's.
 *
 * @throws citycard.other-city
 */
export async function assertHomeCity(db: Pick<Database, 'query'>): Promise<void> {
  const { rows } = await db.query<{ cn: string }>(`select cn from clearing.certificate where kind = 'ca'`);
  const city = CA_NAME.exec(rows[0]?.cn ?? '')?.[1];
  if (city !== undefined && city !== HOME_CITY) throw citycardErrors.otherCity({ city, said: HOME_CITY });
}
