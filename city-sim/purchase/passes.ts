import { createHash } from 'node:crypto';
import { isPackedDecimal } from '../bytes/bcd.ts';
import { command, decodeResponse } from '../chip/apdu.ts';
import { SW } from '../chip/status-words.ts';
import { INDUSTRY } from './record.ts';
import type { Fare } from './fare.ts';

/** A pass as a card carries it: file 17h, bytes 16 to 55, two places of 20 bytes. */
export interface CarriedPass {
  readonly passNo: number;
  readonly industry: number;
  /** The first four bytes of SHA-256 over the merchant number, in hex; `00000000` for every operator of the industry. */
  readonly operator: string;
  /** YYYYMMDD, both days included */
  readonly validFrom: string;
  readonly validTo: string;
  /** 0: as often as the holder likes. */
  readonly rides: number;
}

/** A pass that pays for this ride, and where its ride is counted on the card. */
export interface PassToUse {
  /** UPDATE CAPP DATA CACHE of the count, which happens with the debit or not at all; undefined for a pass without a number of rides. */
  readonly count?: Buffer;
}

interface Transmitter {
  transmit(apdu: Buffer): Buffer;
}

const PLACES = [16, 36] as const;
const PLACE_LENGTH = 20;
const EVERY_OPERATOR = '00000000';
/** Records of file 1Ah: pass number 4 ‖ rides made 3, one per place. */
const COUNTS = [9, 10] as const;
const COUNT_LENGTH = 7;
const CAPP_CACHE = (0x1a << 3) | 4;
/** The fare before concession in the industry data of a bus. */
const FULL_FARE_AT = 6;

/** Reads the passes of a card; a place whose dates are none is empty. */
export function carriedPasses(file17: Buffer): CarriedPass[] {
  return PLACES.flatMap((at) => {
    const place = file17.subarray(at, at + PLACE_LENGTH);
    if (place.length < PLACE_LENGTH || place[4] === 0 || !isPackedDecimal(place.subarray(9, 17))) return [];
    return [
      {
        passNo: place.readUInt32BE(0),
        industry: place.readUInt8(4),
        operator: place.subarray(5, 9).toString('hex'),
        validFrom: place.subarray(9, 13).toString('hex'),
        validTo: place.subarray(13, 17).toString('hex'),
        rides: place.readUIntBE(17, 3),
      },
    ];
  });
}

/**
 * The pass that a ride of a day is made on, if any: good for the industry and the operator, on its days, with a ride left; one
 * without a number of rides before the others, then the one that ends first.
 */
export function passToUse(
  card: Transmitter,
  passes: readonly CarriedPass[],
  where: { readonly day: string; readonly industry: number; readonly merchantNo?: string | undefined },
): PassToUse | undefined {
  const good = passes
    .filter(
      (pass) =>
        pass.industry === where.industry &&
        (pass.operator === EVERY_OPERATOR || pass.operator === markOf(where.merchantNo)) &&
        pass.validFrom <= where.day &&
        where.day <= pass.validTo,
    )
    .toSorted((a, b) => Number(a.rides > 0) - Number(b.rides > 0) || a.validTo.localeCompare(b.validTo));
  for (const pass of good) {
    if (pass.rides === 0) return {};
    const count = nextCount(card, passes, pass);
    if (count !== undefined) return { count };
  }
  return undefined;
}

/** A ride on a pass costs nothing; a bus says what it would have cost. */
export function onPass(fare: Fare, industry: number): Fare {
  if (industry !== INDUSTRY.bus) return { ...fare, amountFen: 0 };
  const industryData = Buffer.from(fare.industryData ?? Buffer.alloc(8));
  industryData.writeUInt16BE(fare.amountFen, FULL_FARE_AT);
  return { ...fare, amountFen: 0, industryData };
}

const markOf = (merchantNo: string | undefined): string | undefined =>
  merchantNo === undefined ? undefined : createHash('sha256').update(merchantNo, 'ascii').digest('hex').slice(0, 8);

/** The command that counts one more ride; undefined when none is left. */
function nextCount(card: Transmitter, passes: readonly CarriedPass[], pass: CarriedPass): Buffer | undefined {
  const counts = COUNTS.map((record) => {
    const read = decodeResponse(card.transmit(Buffer.from([0x00, 0xb2, record, CAPP_CACHE, COUNT_LENGTH])));
    const data = read.sw === SW.done ? read.data : Buffer.alloc(COUNT_LENGTH);
    return { record, passNo: data.readUInt32BE(0), made: data.readUIntBE(4, 3) };
  });
  const held = new Set(passes.map(({ passNo }) => passNo));
  // A count of its own, or the one of a pass that the card has no more.
  const own = counts.find(({ passNo }) => passNo === pass.passNo);
  const place = own ?? counts.find(({ passNo }) => !held.has(passNo)) ?? counts[0];
  const made = own?.made ?? 0;
  if (place === undefined || made >= pass.rides) return undefined;
  const count = Buffer.alloc(COUNT_LENGTH);
  count.writeUInt32BE(pass.passNo, 0);
  count.writeUIntBE(made + 1, 4, 3);
  return command(0x80, 0xdc, place.record, CAPP_CACHE, count);
}
