import type { DayState, NightDay, PastDay } from '@citycard/clearing';
import { STAGES_TO_BANK } from '@citycard/clearing';

/** Stages whose time grows with the records of the day; the others take what they take. */
const BY_RECORD: readonly DayState[] = ['validated', 'priced'];
const CITY_OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** When a stage was reached, or is expected to be. */
export interface StageTime {
  readonly stage: DayState;
  readonly at: Date | null;
  /** Undefined when no past day tells. */
  readonly expectedAt: Date | null;
  /** What it usually takes, in seconds: the median of past days, by record where records count. */
  readonly usualSeconds: number | null;
}

/**
 * When the stages of a day up to the bank's instruction are to be expected, from the pace of past days. A stage under way that
 * takes longer than usual is expected now, not in the past.
 */
export function expectedStages(day: NightDay, past: readonly PastDay[], now: Date): StageTime[] {
  const reached = new Map<DayState, Date>(day.reached.map(({ stage, at }) => [stage, at]));
  const cutOff = reached.get('cut-off') ?? null;
  const usual = usualCutOff(day.date, past);
  const cutOffExpected = cutOff ?? (usual && new Date(Math.max(usual.getTime(), now.getTime())));
  const stages: StageTime[] = [
    { stage: 'cut-off', at: cutOff, expectedAt: cutOffExpected ?? null, usualSeconds: null },
  ];
  let from: Date | undefined = cutOffExpected;
  for (const stage of STAGES_TO_BANK) {
    const at = reached.get(stage) ?? null;
    const seconds = usualSeconds(stage, day.records, past);
    let expectedAt: Date | undefined = at ?? undefined;
    if (at === null && from !== undefined && seconds !== undefined)
      expectedAt = new Date(Math.max(from.getTime() + seconds * 1000, now.getTime()));
    stages.push({ stage, at, expectedAt: expectedAt ?? null, usualSeconds: seconds ?? null });
    from = expectedAt;
  }
  return stages;
}

function usualSeconds(stage: DayState, records: number, past: readonly PastDay[]): number | undefined {
  const measured = past.flatMap((day) => {
    const seconds = day.seconds[stage];
    if (seconds === undefined) return [];
    const byRecord = BY_RECORD.includes(stage) && day.records > 0;
    // Half a day's records do not take nothing: at the least a quarter of what that day took.
    return [byRecord ? seconds * Math.max(records / day.records, 0.25) : seconds];
  });
  return median(measured);
}

/** When a day is usually cut off: as long after it began as past days were. */
export function usualCutOff(date: string, past: readonly PastDay[]): Date | undefined {
  const after = median(past.map((day) => day.cutOffAt.getTime() - cityMidnight(day.date).getTime()));
  return after === undefined ? undefined : new Date(cityMidnight(date).getTime() + after);
}

/** The instant a day of the city begins. */
export const cityMidnight = (date: string): Date => new Date(Date.parse(`${date}T00:00:00Z`) - CITY_OFFSET_MS);

/** A time of day (`HH:MM`) of the city on a date. */
export function atCityTime(date: string, time: string): Date {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return new Date(cityMidnight(date).getTime() + (hours * 60 + minutes) * 60_000);
}

/** The next instant at which the clocks of the city show a time of day. */
export function nextCityTime(after: Date, time: string): Date {
  const date = new Date(after.getTime() + CITY_OFFSET_MS).toISOString().slice(0, 10);
  const today = atCityTime(date, time);
  return today > after ? today : new Date(today.getTime() + DAY_MS);
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
