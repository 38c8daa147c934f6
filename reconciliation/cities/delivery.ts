import {
  CCIR_ROW_LENGTH,
  decodeFileHeader,
  HEADER_LENGTH,
  parseFileName,
  type PurchaseFileHeader,
  verifyDetachedCms,
} from '@citycard/clearing';
import { compactDate, type Database } from '@citycard/common';
import { readAgreement } from './agreements/agreement.ts';
import type { CityFileKind } from './deps.ts';
import { cityErrors } from './errors.ts';
import { parseTextName } from './text/text-file.ts';

/** A file as another city delivers it. */
export interface DeliveredCityFile {
  readonly name: string;
  readonly content: Buffer;
  /** The `.p7s` beside it, DER. */
  readonly signature: Buffer;
  /** Participant the sender proved to be; left out when the signature alone says who sent it. */
  readonly deliveredBy?: string;
  readonly receivedAt: Date;
}

export interface TakenCityFile {
  readonly status: 'accepted' | 'repeat';
  readonly name: string;
  readonly kind: CityFileKind;
  readonly records: number;
  readonly amountFen: bigint;
}

const CITY_NAME = /^([0-9]{4})-([0-9]{4})-[0-9]{8}-[0-9]{8}\.(ccip|ccir)$/;

/** From whom a file is, who says so, and what it is. */
export type CityFileAddress =
  | { readonly city: string; readonly form: 'ccip' | 'ccir' }
  /** Text rows, signed by the centre that carries them or by the city itself. */
  | { readonly city: string; readonly form: 'FH' | 'DF' | 'DT' | 'SA' | 'WL'; readonly serial: number };

/**
 * From whom and of what kind a file is, by its name, and whether who delivers it is that city, or the centre that carries its files.
 * Files whose names bear our own code (DF, DT, SA) are the centre's.
 *
 * @throws CityCardError `cities.name-bad`, `.not-for-us`, `.city-unknown`, `.not-your-city`
 */
export async function addressOf(db: Database, file: DeliveredCityFile, home: string): Promise<CityFileAddress> {
  const { name } = file;
  const text = parseTextName(name);
  if (text !== undefined) return textAddress(db, file, text, home);
  const [, city, to, form] = CITY_NAME.exec(name) ?? [];
  if (city === undefined || (form !== 'ccip' && form !== 'ccir')) throw cityErrors.nameBad({ name: name.slice(0, 80) });
  if (to !== home) throw cityErrors.notForUs({ name, to, home });
  await requireSender(db, file, city, home);
  return { city, form };
}

async function textAddress(
  db: Database,
  file: DeliveredCityFile,
  { type, city: named, serial }: NonNullable<ReturnType<typeof parseTextName>>,
  home: string,
): Promise<CityFileAddress> {
  const ownName = type === 'FH' || type === 'WL';
  if (!ownName && named !== home) throw cityErrors.notForUs({ name: file.name, to: named, home });
  const { rows } = ownName
    ? { rows: [{ city_code: named }] }
    : await db.query<{ city_code: string }>(
        `select city_code from clearing.participant c where kind = 'city' and participant_no = $1
            and exists (select from reconciliation.city_agreement a where a.through = c.city_code)`,
        [file.deliveredBy ?? null],
      );
  const city = rows[0]?.city_code;
  if (city === undefined) throw cityErrors.notYourCity({ name: file.name });
  await requireSender(db, file, city, home);
  return { city, form: type, serial };
}

async function requireSender(db: Database, file: DeliveredCityFile, city: string, home: string): Promise<void> {
  const { through } = await readAgreement(db, city);
  const { rows } = await db.query<{ participant_no: string; city_code: string }>(
    `select participant_no, city_code from clearing.participant where kind = 'city' and city_code = any($1)`,
    [[city, ...(through === undefined ? [] : [through])]],
  );
  if (city === home || !rows.some((row) => row.city_code === city)) throw cityErrors.cityUnknown({ city });
  if (file.deliveredBy !== undefined && !rows.some((row) => row.participant_no === file.deliveredBy))
    throw cityErrors.notYourCity({ name: file.name });
}

/**
 * The header of a CCIR file, after name, header and length have been found to agree and the signature to be that of the
 * city it comes from. @throws CityCardError of the cities catalogue
 */
export async function openAnswerFile(
  db: Database,
  file: DeliveredCityFile,
  city: string,
  verify: typeof verifyDetachedCms,
): Promise<PurchaseFileHeader> {
  const { name, content } = file;
  const read = decodeFileHeader(content.subarray(0, HEADER_LENGTH), 'CCIR');
  if (!read.ok) throw cityErrors.headerBad({ name, problem: read.problem });
  const { header } = read;
  const said = parseFileName(name, 'CCIR');
  if (said === undefined) throw cityErrors.nameBad({ name });
  const differs =
    (said.sender !== header.sender && 'sender and receiver') ||
    (said.date !== compactDate(header.businessDate) && 'business date') ||
    (said.sequence !== header.sequence && 'sequence');
  if (differs !== false) throw cityErrors.nameAndHeaderDiffer({ name, what: differs });
  const expected = HEADER_LENGTH + header.count * CCIR_ROW_LENGTH;
  if (content.length !== expected || header.count === 0) {
    throw cityErrors.lengthBad({ name, count: header.count, expected, length: content.length });
  }
  const verdict = await verify(db, {
    content,
    signatureDer: file.signature,
    expectedCn: city,
    at: file.receivedAt,
  });
  if (!verdict.ok) throw cityErrors.signatureBad({ name, reason: verdict.reason });
  return header;
}
