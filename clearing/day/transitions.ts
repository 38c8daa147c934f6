/** The states of a business day, in the order it goes through them (architecture.md, "The clearing day"). */
export const DAY_STATES = [
  'open',
  'cut-off',
  'validated',
  'priced',
  'netted',
  'approved',
  'instructed',
  'settled',
  'closed',
] as const;
export type DayState = (typeof DAY_STATES)[number];

export interface DayTransition {
  readonly from: DayState;
  readonly to: DayState;
  /** A person decides (cut-off, approval); a job does everything else by itself. */
  readonly by: 'person' | 'job';
  /**
   * The day before has to be at least here first: money held from it, amounts carried from it and the float it ended
   * with are where this stage begins. Payments of an earlier day that are still out hold up only the formal close.
   */
  readonly dayBefore?: DayState;
}

/** Everything a business day may ever do. Whatever is not here is refused, by the program and by the database. */
export const DAY_TRANSITIONS: readonly DayTransition[] = [
  { from: 'open', to: 'cut-off', by: 'person' },
  { from: 'cut-off', to: 'validated', by: 'job', dayBefore: 'validated' },
  { from: 'validated', to: 'priced', by: 'job', dayBefore: 'priced' },
  { from: 'priced', to: 'netted', by: 'job', dayBefore: 'netted' },
  { from: 'netted', to: 'approved', by: 'person' },
  { from: 'approved', to: 'instructed', by: 'job' },
  { from: 'instructed', to: 'settled', by: 'job' },
  { from: 'settled', to: 'closed', by: 'job', dayBefore: 'closed' },
];

/** The one transition that leaves this state, if there is one. */
export function transitionFrom(state: DayState): DayTransition | undefined {
  return DAY_TRANSITIONS.find((transition) => transition.from === state);
}

/** Whether a day in `from` may become `to`. */
export function mayBecome(from: DayState, to: DayState): boolean {
  return DAY_TRANSITIONS.some((transition) => transition.from === from && transition.to === to);
}

/** Whether a day in this state has come at least as far as `stage`. */
export function hasReached(state: DayState, stage: DayState): boolean {
  return DAY_STATES.indexOf(state) >= DAY_STATES.indexOf(stage);
}
