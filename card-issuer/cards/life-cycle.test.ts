import { expect, test } from 'vitest';
import { PURSE_TRANSITIONS } from '@citycard/clearing';
import {
  cardStates,
  lifeSteps,
  makingInSql,
  makingSteps,
  PURSE_OF_STATE,
  stateAfter,
  statesBefore,
} from './life-cycle.ts';

test('every step of every state, written out once more by hand', () => {
  const allowed: Record<string, string> = {
    'prepared begin-chip': 'personalising',
    'prepared void': 'rejected',
    'personalising resume-chip': 'personalising',
    'personalising put-back-chip': 'prepared',
    'personalising end-writing': 'written',
    'personalising quarantine': 'quarantined',
    'written pass-read-back': 'personalised',
    'written fail-read-back': 'quarantined',
    'written reject': 'rejected',
    'quarantined resume-chip': 'personalising',
    'quarantined end-writing': 'written',
    'quarantined reject': 'rejected',
    'rejected destroy': 'destroyed',
    'personalised issue': 'active',
    'personalised hand-out': 'issued',
    'personalised destroy': 'destroyed',
    'issued receive': 'active',
    'issued take-back': 'personalised',
    'issued block': 'blocked',
    'issued destroy': 'destroyed',
    'active report-loss': 'lost-reported',
    'active confirm-loss': 'lost-confirmed',
    'active block': 'blocked',
    'active expire': 'expired',
    'active extend': 'active',
    'active replace': 'replaced',
    'active renew': 'replaced',
    'active return': 'returned',
    'lost-reported confirm-loss': 'lost-confirmed',
    'lost-reported lapse-loss': 'active',
    'lost-reported find': 'active',
    'lost-reported block': 'blocked',
    'lost-confirmed find': 'active',
    'lost-confirmed block': 'blocked',
    'lost-confirmed replace': 'replaced',
    'lost-confirmed return': 'returned',
    'blocked unblock': 'active',
    'blocked replace': 'replaced',
    'blocked return': 'returned',
    'expired block': 'blocked',
    'expired extend': 'active',
    'expired renew': 'replaced',
    'expired return': 'returned',
    'replaced destroy': 'destroyed',
    'returned destroy': 'destroyed',
  };
  const seen: Record<string, string> = {};
  for (const state of cardStates) {
    for (const step of [...makingSteps, ...lifeSteps]) {
      const after = stateAfter(state, step);
      expect(statesBefore(step).includes(state)).toBe(after !== undefined);
      if (after !== undefined) seen[`${state} ${step}`] = after;
    }
  }
  expect(seen).toEqual(allowed);
});

test('a block ends in the state that the card was blocked in', () => {
  for (const state of statesBefore('block')) expect(stateAfter('blocked', 'unblock', state)).toBe(state);
});

test('whatever step a card takes, its purse can follow', () => {
  for (const state of cardStates) {
    for (const step of [...makingSteps, ...lifeSteps]) {
      for (const blockedFrom of state === 'blocked' ? statesBefore('block') : [undefined]) {
        const after = stateAfter(state, step, blockedFrom);
        if (after === undefined) continue;
        const [before, wanted] = [PURSE_OF_STATE[state], PURSE_OF_STATE[after]];
        if (before === undefined || wanted === undefined || before === wanted) continue;
        expect([state, step, PURSE_TRANSITIONS[before]]).toEqual([state, step, expect.arrayContaining([wanted])]);
      }
    }
  }
});

test('a card that was replaced or returned can only be destroyed, a destroyed one nothing', () => {
  for (const step of [...makingSteps, ...lifeSteps]) {
    expect(stateAfter('replaced', step)).toBe(step === 'destroy' ? 'destroyed' : undefined);
    expect(stateAfter('returned', step)).toBe(step === 'destroy' ? 'destroyed' : undefined);
    expect(stateAfter('destroyed', step)).toBeUndefined();
  }
});

test('the statements of making say the same as the table', () => {
  for (const step of makingSteps) {
    const { before, after } = makingInSql(step);
    const named = [...before.matchAll(/'([a-z]+)'/g)].map(([, state]) => state);
    expect(named).toEqual(statesBefore(step));
    for (const state of statesBefore(step)) expect(after).toBe(`'${stateAfter(state, step) ?? ''}'`);
  }
});
