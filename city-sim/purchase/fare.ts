import { isPackedDecimal } from '../bytes/bcd.ts';
import { INDUSTRY } from './record.ts';

/** What the ride costs and what is written with it. */
export interface Fare {
  /** fen, before a concession of the card; 0 for a free ride */
  readonly amountFen: number;
  readonly industryData?: Buffer;
  /** Makes it a CAPP purchase (type 09) that appends this trip (at most 48 bytes) to file 1Eh. */
  readonly trip?: Buffer;
}

/** A concession as a card carries it. */
export interface CarriedConcession {
  readonly subType: number;
  /** YYYYMMDD, the last day of the reduced fare */
  readonly validTo: string;
}

/** What each sub type pays of the full fare, in percent; 0 is a free ride. */
export type ConcessionFares = Readonly<Record<number, number>>;

const CARRIED_AT = 11;
const LAST_DAY_LENGTH = 4;
/** The fare before concession in the industry data of a bus. */
const FULL_FARE_AT = 6;

/**
 * Reads the concession of a card: the sub type of file 15h, proved by the same one in file 17h byte 11 with its last day in
 * bytes 12 to 15. Without such a proof there is none.
 */
export function carriedConcession(subType: number, file17: Buffer): CarriedConcession | undefined {
  const lastDay = file17.subarray(CARRIED_AT + 1, CARRIED_AT + 1 + LAST_DAY_LENGTH);
  if (subType === 0 || file17[CARRIED_AT] !== subType || !isPackedDecimal(lastDay)) return undefined;
  return { subType, validTo: lastDay.toString('hex') };
}

/**
 * What the card pays on a day (YYYYMMDD): the share of its concession up to its last day, the full fare after it and for
 * whatever the reader has no share for. Rounded down to whole fen.
 */
export function fareOn(
  day: string,
  concession: CarriedConcession | undefined,
  fare: Fare,
  { industry, shares }: { readonly industry: number; readonly shares: ConcessionFares },
): Fare {
  const percent = concession === undefined || concession.validTo < day ? undefined : shares[concession.subType];
  if (percent === undefined) return fare;
  const reduced = { ...fare, amountFen: Math.floor((fare.amountFen * percent) / 100) };
  if (industry !== INDUSTRY.bus) return reduced;
  const industryData = Buffer.from(fare.industryData ?? Buffer.alloc(8));
  industryData.writeUInt16BE(fare.amountFen, FULL_FARE_AT);
  return { ...reduced, industryData };
}
