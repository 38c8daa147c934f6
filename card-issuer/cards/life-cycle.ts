/** The life of a card (R6): every state it can be in and every step it can take. Anything not here cannot happen. */
export type CardState =
  'prepared' | 'personalising' | 'personalised' | 'active' | 'lost-reported' | 'blocked' | 'replaced' | 'returned';

export type CardStep =
  'insert-chip' | 'finish-chip' | 'issue' | 'report-loss' | 'find' | 'block' | 'replace' | 'return';

const transitions: Readonly<Record<CardStep, { readonly from: readonly CardState[]; readonly to: CardState }>> = {
  'insert-chip': { from: ['prepared', 'personalising'], to: 'personalising' },
  'finish-chip': { from: ['personalising'], to: 'personalised' },
  issue: { from: ['personalised'], to: 'active' },
  'report-loss': { from: ['active'], to: 'lost-reported' },
  find: { from: ['lost-reported'], to: 'active' },
  block: { from: ['active', 'lost-reported'], to: 'blocked' },
  replace: { from: ['lost-reported', 'blocked'], to: 'replaced' },
  return: { from: ['active'], to: 'returned' },
};

export const cardSteps = Object.keys(transitions) as CardStep[];

/** The state after the step, or undefined when a card in this state cannot take it. */
export function stateAfter(state: CardState, step: CardStep): CardState | undefined {
  const transition = transitions[step];
  return transition.from.includes(state) ? transition.to : undefined;
}
