import type { PurseStatus } from '@citycard/clearing';

/**
 * The life of a card (R6): every state it can be in and every step it can take. Anything not here cannot happen.
 *
 * `written` is a chip that has taken everything and that nobody has read back yet; only the read-back makes it `personalised`.
 * `issued` is handed out but of no use until its holder has confirmed the receipt. `lost-reported` is a report by phone,
 * which lapses unless it is made formal; `lost-confirmed` is the formal one, made with an identity document.
 */
export type CardState =
  | 'prepared'
  | 'personalising'
  | 'written'
  | 'quarantined'
  | 'rejected'
  | 'personalised'
  | 'issued'
  | 'active'
  | 'lost-reported'
  | 'lost-confirmed'
  | 'blocked'
  | 'expired'
  | 'replaced'
  | 'returned'
  | 'destroyed';

/** Who keeps a blocked card closed: the company, an authority under a document, or the death of the holder. */
export type BlockKind = 'company' | 'legal-freeze' | 'holder-deceased';

/** Steps of making, taken for many cards at once: personalisation and batches take them, and book the blanks along. */
export type MakingStep = keyof typeof MAKING;
/** Steps of a finished card, taken one at a time by `stepCard`. */
export type LifeStep = keyof typeof LIFE;
export type CardStep = MakingStep | LifeStep;

/** Where a block ends: in the state that the card was blocked in. */
const AS_BEFORE_BLOCK = 'as before the block';

interface Transition {
  readonly from: readonly CardState[];
  readonly to: CardState | typeof AS_BEFORE_BLOCK;
}

const MAKING = {
  // A number is tied to a chip; the same chip, put in again after its session broke off, goes on with it.
  'begin-chip': { from: ['prepared'], to: 'personalising' },
  'resume-chip': { from: ['personalising', 'quarantined'], to: 'personalising' },
  // A chip that is certainly no card gives its number back.
  'put-back-chip': { from: ['personalising'], to: 'prepared' },
  // A card set aside because its machine was stopped may yet have been written through by it.
  'end-writing': { from: ['personalising', 'quarantined'], to: 'written' },
  'pass-read-back': { from: ['written'], to: 'personalised' },
  'fail-read-back': { from: ['written'], to: 'quarantined' },
  // Nobody knows how far the chip came: it waits for its chip, or for a person who gives it up.
  quarantine: { from: ['personalising'], to: 'quarantined' },
  reject: { from: ['quarantined', 'written'], to: 'rejected' },
  // The batch was cancelled before a chip was begun.
  void: { from: ['prepared'], to: 'rejected' },
} as const satisfies Readonly<Record<string, Transition & { readonly to: CardState }>>;

const LIFE = {
  // Into the hand: at once, or handed out by a school or an employer and confirmed by the holder.
  issue: { from: ['personalised'], to: 'active' },
  'hand-out': { from: ['personalised'], to: 'issued' },
  receive: { from: ['issued'], to: 'active' },
  'take-back': { from: ['issued'], to: 'personalised' },
  // Lost and found.
  'report-loss': { from: ['active'], to: 'lost-reported' },
  'confirm-loss': { from: ['active', 'lost-reported'], to: 'lost-confirmed' },
  'lapse-loss': { from: ['lost-reported'], to: 'active' },
  find: { from: ['lost-reported', 'lost-confirmed'], to: 'active' },
  // Closed by the company, by law, by the death of the holder.
  block: { from: ['issued', 'active', 'lost-reported', 'lost-confirmed', 'expired'], to: 'blocked' },
  unblock: { from: ['blocked'], to: AS_BEFORE_BLOCK },
  // Validity.
  expire: { from: ['active'], to: 'expired' },
  extend: { from: ['active', 'expired'], to: 'active' },
  // The end: another card takes its place, or its money goes back to the holder.
  replace: { from: ['active', 'lost-confirmed', 'blocked'], to: 'replaced' },
  renew: { from: ['active', 'expired'], to: 'replaced' },
  return: { from: ['active', 'lost-confirmed', 'blocked', 'expired'], to: 'returned' },
  destroy: { from: ['rejected', 'personalised', 'issued', 'replaced', 'returned'], to: 'destroyed' },
} as const satisfies Readonly<Record<string, Transition>>;

const TRANSITIONS: Readonly<Record<CardStep, Transition>> = { ...MAKING, ...LIFE };

export const makingSteps = Object.keys(MAKING) as MakingStep[];
export const lifeSteps = Object.keys(LIFE) as LifeStep[];

/** Every state with what it means for the card's purse; undefined where the card has none, or keeps what it had. */
export const PURSE_OF_STATE: Readonly<Record<CardState, PurseStatus | undefined>> = {
  prepared: undefined,
  personalising: undefined,
  written: undefined,
  quarantined: undefined,
  rejected: undefined,
  personalised: undefined,
  issued: 'inactive',
  active: 'active',
  'lost-reported': 'lost-reported',
  'lost-confirmed': 'lost-reported',
  blocked: 'blocked',
  expired: 'expired',
  replaced: 'replaced',
  returned: 'returned',
  destroyed: undefined,
};

export const cardStates = Object.keys(PURSE_OF_STATE) as CardState[];

/**
 * The state after the step, or undefined when a card in this state cannot take it. `blockedFrom` is the state a blocked
 * card was blocked in.
 */
export function stateAfter(state: CardState, step: CardStep, blockedFrom?: CardState): CardState | undefined {
  const transition = TRANSITIONS[step];
  if (!transition.from.includes(state)) return undefined;
  return transition.to === AS_BEFORE_BLOCK ? (blockedFrom ?? 'active') : transition.to;
}

/** The states a step can be taken from, for jobs that take it with many cards at once. */
export function statesBefore(step: CardStep): readonly CardState[] {
  return TRANSITIONS[step].from;
}

/**
 * A step of making as statements over many cards say it: `state in (…)` of the states before it, and the state after it,
 * written out, so that a partial index serves them.
 */
export function makingInSql(step: MakingStep): { readonly before: string; readonly after: string } {
  const { from, to } = MAKING[step];
  return { before: `state in (${from.map((state) => `'${state}'`).join(', ')})`, after: `'${to}'` };
}
