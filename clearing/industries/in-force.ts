import type { BusinessDate, Database, Transaction } from '@citycard/common';
import { codeOfIndustry } from './code.ts';
import type { IndustryDocument } from './document.ts';
import { industryErrors } from './errors.ts';

/** An industry as it is on a day. */
export interface Industry {
  /** Byte 55 of the purchase record. */
  readonly industry: number;
  readonly version: number;
  readonly document: IndustryDocument;
}

interface Row {
  industry: number;
  version: number;
  document: string;
  document_sha256: string;
}

/** Documents by their hash: a version never changes, and the same few are asked for with every message. */
const parsed = new Map<string, IndustryDocument>();
/** Far more than a city has industries and versions in use; beyond it the oldest goes. */
const REMEMBERED = 500;

function toIndustry({ industry, version, document, document_sha256: sha256 }: Row): Industry {
  let known = parsed.get(sha256);
  if (known === undefined) {
    known = JSON.parse(document) as IndustryDocument;
    parsed.set(sha256, known);
    if (parsed.size > REMEMBERED) parsed.delete(parsed.keys().next().value ?? '');
  }
  return { industry, version, document: known };
}

/** All industries in force on a day, by code: of each the newest approved version whose day has come. */
export async function industriesInForce(db: Database | Transaction, date: BusinessDate): Promise<Industry[]> {
  const { rows } = await (db as Database).query<Row>(
    `select distinct on (industry) industry, version, document, document_sha256 from clearing.industry_version
      where approved_at is not null and valid_from <= $1 order by industry, valid_from desc, version desc`,
    [date],
  );
  return rows.map(toIndustry);
}

/** One industry on a day; undefined when no version is in force. */
export async function findIndustry(
  db: Database | Transaction,
  industry: number,
  date: BusinessDate,
): Promise<Industry | undefined> {
  const { rows } = await (db as Database).query<Row>({
    name: 'industry-in-force',
    text: `select industry, version, document, document_sha256 from clearing.industry_version
            where approved_at is not null and industry = $1 and valid_from <= $2
            order by valid_from desc, version desc limit 1`,
    values: [industry, date],
  });
  return rows[0] && toIndustry(rows[0]);
}

/** One industry on a day. @throws CityCardError `clearing.industries.unknown` */
export async function industryOn(db: Database | Transaction, industry: number, date: BusinessDate): Promise<Industry> {
  const found = await findIndustry(db, industry, date);
  if (found === undefined) throw industryErrors.unknown({ industry: codeOfIndustry(industry), date });
  return found;
}
