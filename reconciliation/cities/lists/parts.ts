import type { Transaction } from '@citycard/common';
import { cityErrors } from '../errors.ts';
import type { TextFile } from '../text/text-file.ts';

/** Of how many files a list consists, and which of them this is; line 2 has it in the eight digits of the sum: part 4 ‖ parts 4. */
export interface ListPart {
  readonly part: number;
  readonly parts: number;
}

const PARTS = 10_000n;

/** A list in one file says nothing of parts. */
export const WHOLE: ListPart = { part: 1, parts: 1 };

/** What line 2 says of parts instead of a sum, which lists have none of. */
export const partsSum = ({ part, parts }: ListPart): bigint =>
  parts === 1 ? 0n : BigInt(part) * PARTS + BigInt(parts);

/** @throws CityCardError `cities.list-bad` */
export function partOf(name: string, { sumFen }: Pick<TextFile, 'sumFen'>): ListPart {
  if (sumFen === 0n) return WHOLE;
  const [part, parts] = [Number(sumFen / PARTS), Number(sumFen % PARTS)];
  if (part < 1 || parts < 2 || part > parts)
    throw cityErrors.listBad({ name, problem: `line 2 calls it part ${part} of ${parts}` });
  return { part, parts };
}

interface TakenPart extends ListPart {
  readonly name: string;
  readonly city: string;
  readonly firstSerial: number;
  readonly serials: readonly string[];
}

/**
 * Keeps a part of a list; answers the rows of all parts when this was the last that was missing, and nothing while others are.
 *
 * @throws CityCardError `cities.other-content` when the part is known with other rows, or its list with another number of parts
 */
export async function keepPart(tx: Transaction, taken: TakenPart): Promise<readonly string[] | undefined> {
  const { name, city, firstSerial, part, parts, serials } = taken;
  const content = Buffer.from(serials.join('\n'), 'latin1');
  const { rowCount } = await tx.query(
    `insert into reconciliation.city_hotlist_part (city, first_serial, part, parts, content) values ($1, $2, $3, $4, $5)
     on conflict (city, first_serial, part) do nothing`,
    [city, firstSerial, part, parts, content],
  );
  const { rows } = await tx.query<{ part: number; parts: number; content: Buffer }>(
    'select part, parts, content from reconciliation.city_hotlist_part where city = $1 and first_serial = $2 order by part',
    [city, firstSerial],
  );
  const own = rows.find((row) => row.part === part);
  if (rows.some((row) => row.parts !== parts) || (rowCount === 0 && own?.content.equals(content) !== true))
    throw cityErrors.otherContent({ known: name });
  if (rows.length < parts) return undefined;
  return rows.flatMap((row) => (row.content.length === 0 ? [] : row.content.toString('latin1').split('\n')));
}

/** A list has come whole: its parts, and those of older lists that never were whole, wait for nothing any more. */
export async function forgetParts(tx: Transaction, city: string, lastSerial: number): Promise<void> {
  await tx.query('delete from reconciliation.city_hotlist_part where city = $1 and first_serial <= $2', [
    city,
    lastSerial,
  ]);
}
