import type { Dice } from './dice.ts';

/** A trip on the toll road: a free entry, and an exit that costs what the way costs. */
export interface TripStep {
  readonly kind: 'trip';
  readonly entryStation: string;
  readonly exitStation: string;
  readonly vehicleClass: number;
  readonly amountFen: number;
}

/** A visit with the year card: nothing is paid. */
export interface VisitStep {
  readonly kind: 'visit';
  readonly site: string;
  readonly amountFen: 0;
}

/** Something a fund pays a part of; the amount is what people pay themselves. */
export interface TreatmentStep {
  readonly kind: 'treatment';
  readonly place: 'hospital' | 'socialSecurity';
  readonly totalFen: number;
  readonly fundFen: number;
  readonly amountFen: number;
}

export type IndustryStep = TripStep | VisitStep | TreatmentStep;

/** Metres of the stations along the demo's road, and its classes: fen for a kilometre in tenths, and the least. */
const ROAD: Readonly<Record<string, number>> = { '0101': 0, '0102': 18_500, '0103': 47_200, '0104': 63_900 };
const CLASSES: Readonly<Record<number, { readonly tenthsPerKilometre: number; readonly leastFen: number }>> = {
  1: { tenthsPerKilometre: 400, leastFen: 500 },
  2: { tenthsPerKilometre: 605, leastFen: 1000 },
};
const FARE_STEP_FEN = 50;

/** Rounded half up to steps of half a yuan, in whole numbers throughout. */
function fareOfTrip(entryStation: string, exitStation: string, vehicleClass: number): number {
  const metres = Math.abs((ROAD[entryStation] ?? 0) - (ROAD[exitStation] ?? 0));
  const { tenthsPerKilometre, leastFen } = CLASSES[vehicleClass] ?? { tenthsPerKilometre: 0, leastFen: 0 };
  const unit = 10_000 * FARE_STEP_FEN;
  const steps = Math.floor((2 * metres * tenthsPerKilometre + unit) / (2 * unit));
  return Math.max(leastFen, steps * FARE_STEP_FEN);
}

export function planTrip(dice: Dice): TripStep {
  const [entryStation = '', exitStation = ''] = dice.shuffle(Object.keys(ROAD));
  const vehicleClass = dice.pick([1, 1, 2]);
  const amountFen = fareOfTrip(entryStation, exitStation, vehicleClass);
  return { kind: 'trip', entryStation, exitStation, vehicleClass, amountFen };
}

export function planVisit(dice: Dice): VisitStep {
  return { kind: 'visit', site: dice.pick(['0001', '0002', '0003']), amountFen: 0 };
}

export function planTreatment(dice: Dice, place: TreatmentStep['place']): TreatmentStep {
  const amountFen = dice.between(200, 3000);
  const fundFen = dice.between(1000, 20_000);
  return { kind: 'treatment', place, totalFen: amountFen + fundFen, fundFen, amountFen };
}
