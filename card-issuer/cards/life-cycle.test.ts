import { expect, test } from 'vitest';
import { type CardState, cardSteps, stateAfter } from './life-cycle.ts';

const states: CardState[] = [
  'prepared',
  'personalising',
  'personalised',
  'active',
  'lost-reported',
  'blocked',
  'replaced',
  'returned',
];

test('every step of every state, written out once more by hand', () => {
  const allowed: Record<string, string> = {
    'prepared insert-chip': 'personalising',
    'personalising insert-chip': 'personalising',
    'personalising finish-chip': 'personalised',
    'personalised issue': 'active',
    'active report-loss': 'lost-reported',
    'lost-reported find': 'active',
    'active block': 'blocked',
    'lost-reported block': 'blocked',
    'lost-reported replace': 'replaced',
    'blocked replace': 'replaced',
    'active return': 'returned',
  };
  const seen: Record<string, string> = {};
  for (const state of states) {
    for (const step of cardSteps) {
      const after = stateAfter(state, step);
      if (after !== undefined) seen[`${state} ${step}`] = after;
    }
  }
  expect(seen).toEqual(allowed);
});

test('a card that was replaced or returned takes no further step', () => {
  for (const step of cardSteps) {
    expect(stateAfter('replaced', step)).toBeUndefined();
    expect(stateAfter('returned', step)).toBeUndefined();
  }
});
