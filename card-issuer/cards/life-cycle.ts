import type { PurseStatus } from '@citycard/clearing';

/**
 * The life of a card (R6): every state it can be in and every step it can take. Anything not here cannot happen.
 *
 * `issued` is handed out but of no use until its holder has confirmed the receipt. `lost-reported` is a report by phone,
 * which lapses unless it is made formal; `lost-confirmed` is the formal one, made with an identity document.
 */
export type CardState =
  | 'prepared'
  | 'personalising'
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

export type CardStep = keyof typeof TRANSITIONS;

/** Where a block ends: in the state that the card was blocked in. */
const AS_BEFORE_BLOCK = 'as before the block';

interface Transition {
  readonly from: readonly CardState[];
  readonly to: CardState | typeof AS_BEFORE_BLOCK;
}

const TRANSITIONS = {
  // Making: a card whose chip is in doubt is set aside until a person has looked at it.
  'insert-chip': { from: ['prepared', 'personalising'], to: 'personalising' },
  'finish-chip': { from: ['personalising'], to: 'personalised' },
  quarantine: { from: ['prepared', 'personalising', 'personalised'], to: 'quarantined' },
  clear: { from: ['quarantined'], to: 'personalised' },
  reject: { from: ['personalising', 'quarantined', 'personalised'], to: 'rejected' },
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
  destroy: { from: ['quarantined', 'rejected', 'personalised', 'issued', 'replaced', 'returned'], to: 'destroyed' },
} as const satisfies Readonly<Record<string, Transition>>;

export const cardSteps = Object.keys(TRANSITIONS) as CardStep[];

/** Every state with what it means for the card's purse; undefined where the card has none, or keeps what it had. */
export const PURSE_OF_STATE: Readonly<Record<CardState, PurseStatus | undefined>> = {
  prepared: undefined,
  personalising: undefined,
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
  const transition: Transition = TRANSITIONS[step];
  if (!transition.from.includes(state)) return undefined;
  return transition.to === AS_BEFORE_BLOCK ? (blockedFrom ?? 'active') : transition.to;
}

/** The states a step can be taken from, for jobs that take it with many cards at once. */
export function statesBefore(step: CardStep): readonly CardState[] {
  return TRANSITIONS[step].from;
}
