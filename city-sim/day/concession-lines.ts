import { DayFailed } from './errors.ts';
import { acceptedOf } from './expectation.ts';
import type { Office } from './office.ts';
import type { UploadedRecord } from './record.ts';

/** What seniors rode for, and what the finance bureau will be asked for, on a day. */
interface Line {
  readonly category: string;
  readonly rideCount: number;
  readonly fullFen: number;
  readonly paidFen: number;
  readonly backFen: number;
  readonly subsidyFen: number;
}

const INDUSTRY_AT = 55;
const BUS = 1;
/** Where a bus writes the fare before concession (terminal interface, section 3); zero: there was none. */
const FULL_FARE_AT = 62;
/** What the bureau pays of the part of the fare that seniors need not pay. */
const BUREAU_PERCENT = 80;

/** What the product must say of concessions, from what was tapped; every reader charged the right fare. */
export function concessionLinesOf(records: readonly UploadedRecord[]): Line[] {
  const line = { category: 'senior', rideCount: 0, fullFen: 0, paidFen: 0, backFen: 0, subsidyFen: 0 };
  for (const { hex, amountFen, way } of acceptedOf(records)) {
    const record = Buffer.from(hex, 'hex');
    const fullFen = record.readUInt16BE(FULL_FARE_AT);
    if (record[INDUSTRY_AT] !== BUS || way === 'ccip' || fullFen <= amountFen) continue;
    line.rideCount += 1;
    line.fullFen += fullFen;
    line.paidFen += amountFen;
    line.subsidyFen += Math.floor(((fullFen - amountFen) * BUREAU_PERCENT + 50) / 100);
  }
  return line.rideCount === 0 ? [] : [line];
}

/** Reads what the closed day says of concessions and holds it to the fen. Throws DayFailed naming what differs. */
export async function compareConcessions(
  office: Office,
  date: string,
  records: readonly UploadedRecord[],
): Promise<void> {
  const { concessions } = await office.get<{ concessions: readonly Line[] }>('auditor', `/v1/days/${date}/summary`);
  const text = (lines: readonly Line[]) =>
    JSON.stringify(lines.map((line) => Object.fromEntries(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1)))));
  const [is, must] = [text(concessions), text(concessionLinesOf(records))];
  if (is !== must) throw new DayFailed(`The concessions of the day are ${is}; they must be ${must}.`);
}
