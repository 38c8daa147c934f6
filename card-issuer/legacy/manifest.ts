import { type BusinessDate, businessDate, type Fen, fen } from '@citycard/common';
import { legacyErrors } from './errors.ts';

/** What a former issuer signs of a file: who, which one, how much, and its digest. */
export interface LegacyManifest {
  readonly formerIssuer: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly madeOn: BusinessDate;
  readonly rows: number;
  readonly totalFen: Fen;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
}

/** Rows of one file: what fits into memory, and more than any single industry of a city has cards. */
export const MOST_ROWS = 2_000_000;
/** Fen a single old card or file may hold at most, as a whole number that JSON carries exactly. */
const AMOUNT = /^(0|[1-9][0-9]{0,14})$/;

/** Reads the JSON manifest of docs/legacy-cards.md. @throws card-issuer.legacy.manifest-unreadable naming what is wrong */
export function readManifest(bytes: Buffer): LegacyManifest {
  let said: unknown;
  try {
    said = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw legacyErrors.manifestUnreadable('it is no JSON');
  }
  if (typeof said !== 'object' || said === null) throw legacyErrors.manifestUnreadable('it is no JSON object');
  const text = (name: string, pattern: RegExp): string => {
    const value = (said as Record<string, unknown>)[name];
    const found = typeof value === 'number' ? String(value) : value;
    if (typeof found !== 'string' || !pattern.test(found))
      throw legacyErrors.manifestUnreadable(`"${name}" is missing or wrong`);
    return found;
  };
  const rows = Number(text('rows', /^[0-9]{1,7}$/));
  if (rows > MOST_ROWS) throw legacyErrors.manifestUnreadable(`a file has at most ${MOST_ROWS} rows`);
  return {
    formerIssuer: text('formerIssuer', /^[0-9A-Za-z.-]{4,15}$/),
    sequence: Number(text('sequence', /^[1-9][0-9]{0,8}$/)),
    madeOn: readDate(text('madeOn', /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/)),
    rows,
    totalFen: fen(BigInt(text('totalFen', AMOUNT))),
    sha256: text('sha256', /^[0-9a-fA-F]{64}$/).toLowerCase(),
  };
}

function readDate(text: string): BusinessDate {
  try {
    return businessDate(text);
  } catch {
    throw legacyErrors.manifestUnreadable('"madeOn" is no date');
  }
}

/** A balance in fen as a file writes it, or undefined: then the total of the file cannot be proved. */
export function readAmount(text: string): bigint | undefined {
  return AMOUNT.test(text) ? BigInt(text) : undefined;
}
