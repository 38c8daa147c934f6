import { Decimal, type Fen, fen, ZERO_FEN } from '@citycard/common';
import type { DocumentOf } from '../document.ts';
import type { Candidate, Examined } from './examined.ts';

/** Field `act` of the industry data. */
export const TOLL_ACT = { entry: 1, exit: 2 } as const;

const METRES_PER_KILOMETRE = 1000;
/** Metres, a rate with six decimals and a rounding unit: the only rounding is the one named below. */
const Exact = Decimal.clone({ precision: 40 });

type FareOutcome = { readonly fareFen: Fen } | { readonly problem: 'station-unknown' | 'vehicle-class-unknown' };

/**
 * What a trip costs: the distance between two stations along the road times the rate of the vehicle class, rounded half
 * up to the unit of the table, and never below the class's minimum. Whoever leaves where he entered pays the minimum.
 */
export function fareOf(
  table: Pick<DocumentOf<'distance'>, 'stations' | 'vehicleClasses' | 'roundedToFen'>,
  trip: { readonly entryStation: string; readonly exitStation: string; readonly vehicleClass: number },
): FareOutcome {
  const from = table.stations.find(({ station }) => station === trip.entryStation);
  const to = table.stations.find(({ station }) => station === trip.exitStation);
  if (from === undefined || to === undefined) return { problem: 'station-unknown' };
  const rate = table.vehicleClasses.find(({ vehicleClass }) => vehicleClass === trip.vehicleClass);
  if (rate === undefined) return { problem: 'vehicle-class-unknown' };
  const units = new Exact(Math.abs(from.metres - to.metres))
    .times(rate.fenPerKilometre)
    .dividedBy(METRES_PER_KILOMETRE)
    .dividedBy(table.roundedToFen)
    .toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
  const rounded = BigInt(units.toFixed(0)) * BigInt(table.roundedToFen);
  return { fareFen: fen(rounded > BigInt(rate.minFen) ? rounded : BigInt(rate.minFen)) };
}

/**
 * Looks at entries and exits: an entry is free, an exit costs what the table says for the way between the two stations on
 * the record. The card has paid what it has paid; what differs is shown to the operator and the supervisor.
 */
export function examineTrip(candidate: Candidate, document: DocumentOf<'distance'>): Examined {
  const { facts, amountFen } = candidate;
  if (facts['act'] === TOLL_ACT.entry)
    return { candidate, expectedFen: ZERO_FEN, ...(amountFen > 0n && { finding: 'entry-not-free' as const }) };
  if (facts['act'] !== TOLL_ACT.exit) return { candidate, finding: 'act-unknown' };
  const fare = fareOf(document, {
    entryStation: String(facts['entryStation']),
    exitStation: String(facts['exitStation']),
    vehicleClass: Number(facts['vehicleClass']),
  });
  if ('problem' in fare) return { candidate, finding: fare.problem };
  const { fareFen } = fare;
  return { candidate, expectedFen: fareFen, ...(fareFen !== amountFen && { finding: 'fare-differs' as const }) };
}
