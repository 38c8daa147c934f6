import {
  CCIR_ROW_LENGTH,
  decodeFileHeader,
  HEADER_LENGTH,
  parseFileName,
  type PurchaseFileHeader,
  verifyDetachedCms,
} from '@citycard/clearing';
import { compactDate, type Database } from '@citycard/common';
import { cityErrors } from './errors.ts';

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
  readonly kind: 'ccip' | 'ccir';
  readonly records: number;
  readonly amountFen: bigint;
}

const CITY_NAME = /^([0-9]{4})-([0-9]{4})-[0-9]{8}-[0-9]{8}\.(ccip|ccir)$/;

/**
 * From whom and of what kind a file is, by its name, and whether who delivers it is that city.
 *
 * @throws CityCardError `cities.name-bad`, `.not-for-us`, `.city-unknown`, `.not-your-city`
 */
export async function addressOf(
  db: Database,
  file: DeliveredCityFile,
  home: string,
): Promise<{ city: string; kind: 'ccip' | 'ccir' }> {
  const [, city, to, kind] = CITY_NAME.exec(file.name) ?? [];
  if (city === undefined || (kind !== 'ccip' && kind !== 'ccir'))
    throw cityErrors.nameBad({ name: file.name.slice(0, 80) });
  if (to !== home) throw cityErrors.notForUs({ name: file.name, to, home });
  const { rows } = await db.query<{ participant_no: string }>(
    `select participant_no from clearing.participant where kind = 'city' and city_code = $1`,
    [city],
  );
  const [participant] = rows;
  if (participant === undefined || city === home) throw cityErrors.cityUnknown({ city });
  if (file.deliveredBy !== undefined && file.deliveredBy !== participant.participant_no) {
    throw cityErrors.notYourCity({ name: file.name });
  }
  return { city, kind };
}

/**
 * The header of a CCIR file, after name, header and length have been found to agree and the signature to be that of the
 * city it comes from. @throws CityCardError of the cities catalogue
 */
export async function openAnswerFile(db: Database, file: DeliveredCityFile, city: string): Promise<PurchaseFileHeader> {
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
  const verdict = await verifyDetachedCms(db, {
    content,
    signatureDer: file.signature,
    expectedCn: city,
    at: file.receivedAt,
  });
  if (!verdict.ok) throw cityErrors.signatureBad({ name, reason: verdict.reason });
  return header;
}
