import { describe, expect, it } from 'vitest';
import { PURSE_CAP_FEN } from './city.ts';
import { type CardStep, type DayPlan, planDay } from './plan.ts';
import { idCheckCharacter } from './residents.ts';

const SIZES = [
  { seed: 7, cards: 10, purchases: 10 },
  { seed: 1, cards: 10, purchases: 400 },
  { seed: 2, cards: 300, purchases: 3000 },
  { seed: 3, cards: 50, purchases: 10 },
];

/** Balance after every step, as the card will hold it. */
function balances(steps: readonly CardStep[]): number[] {
  let balance = 0;
  return steps.map((step) => {
    if (step.kind === 'load') balance += step.amountFen;
    else if (step.kind !== 'tap' || step.fault !== 'gray-not-debited') balance -= step.amountFen;
    return balance;
  });
}

const stepsOf = (plan: DayPlan) => plan.cards.flatMap(({ steps }) => steps);

describe('the plan of a day', () => {
  it('is the same for the same seed and another one for another seed', () => {
    const size = { seed: 7, cards: 40, purchases: 200 };
    expect(planDay(size)).toEqual(planDay(size));
    expect(planDay({ ...size, seed: 8 })).not.toEqual(planDay(size));
  });

  it.each(SIZES)('never takes a balance below zero or beyond the cap: %o', (size) => {
    const plan = planDay(size);
    for (const { steps } of plan.cards) {
      const held = balances(steps);
      expect(Math.min(...held)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...held)).toBeLessThanOrEqual(PURSE_CAP_FEN);
    }
    for (const lost of plan.lost.filter(({ passes }) => passes)) {
      const left = balances(plan.cards[lost.card]!.steps).at(-1)!;
      const spent = plan.lost.filter(({ card, passes }) => card === lost.card && passes);
      expect(left).toBeGreaterThanOrEqual(spent.reduce((sum, each) => sum + each.amountFen, 0));
    }
    for (const { loadFen, steps } of plan.visitors) {
      expect(steps.reduce((sum, step) => sum + step.amountFen, 0)).toBeLessThanOrEqual(loadFen);
    }
  });

  it('makes as many purchases as asked, every load in steps of ten yuan from twenty to a hundred', () => {
    const size = { seed: 2, cards: 300, purchases: 3000 };
    const plan = planDay(size);
    const purchases = stepsOf(plan).filter(({ kind }) => kind !== 'load').length;
    const visits = plan.visitors.reduce((sum, { steps }) => sum + steps.length, 0);
    expect(purchases + visits + plan.lost.filter(({ passes }) => passes).length).toBe(size.purchases);
    for (const step of stepsOf(plan)) {
      if (step.kind !== 'load' || step.from !== 'cash') continue;
      expect(step.amountFen % 1000).toBe(0);
      expect(step.amountFen).toBeGreaterThanOrEqual(2000);
      expect(step.amountFen).toBeLessThanOrEqual(10_000);
    }
  });

  it.each(SIZES)('has every fault at least once: %o', (size) => {
    const plan = planDay(size);
    const faults = new Set(stepsOf(plan).map((step) => ('fault' in step ? step.fault : undefined)));
    for (const fault of ['recovered', 'gray-debited', 'gray-not-debited', 'duplicate'] as const) {
      expect(faults).toContain(fault);
    }
    for (const fault of ['answer-lost', 'reversed', 'result-lost', 'torn'] as const) expect(faults).toContain(fault);
    expect(new Set(plan.lost.map(({ passes }) => passes)).size).toBe(2);
    expect(plan.forgeries.length).toBeGreaterThan(0);
    expect(plan.visitors.length).toBeGreaterThan(0);
    const steps = stepsOf(plan);
    expect(steps.some((step) => step.kind === 'tap' && step.place === 'neighbour')).toBe(true);
    expect(steps.some((step) => step.kind === 'bill' && !step.refused)).toBe(true);
    expect(steps.some((step) => step.kind === 'bill' && step.refused)).toBe(true);
  });

  it('proves a load whose result was lost by another load before the next purchase', () => {
    const plan = planDay({ seed: 2, cards: 300, purchases: 3000 });
    for (const { steps } of plan.cards) {
      for (const [at, step] of steps.entries()) {
        if (step.kind !== 'load' || step.fault !== 'result-lost') continue;
        expect(steps[at + 1]).toMatchObject({ kind: 'load', from: 'cash' });
        expect(steps[at + 1]).not.toHaveProperty('fault');
      }
    }
  });

  it('invents residents with valid numbers, no two alike, some of them floating with a permit', () => {
    const residents = planDay({ seed: 5, cards: 2000, purchases: 10 }).cards.map(({ resident }) => resident);
    expect(new Set(residents.map(({ idNumber }) => idNumber)).size).toBe(residents.length);
    for (const { idNumber, population, residencePermitNo } of residents) {
      expect(idNumber).toMatch(/^3707\d{13}[\dX]$/);
      expect(idNumber.slice(17)).toBe(idCheckCharacter(idNumber.slice(0, 17)));
      expect(residencePermitNo !== undefined).toBe(population === 'floating');
    }
    const floating = residents.filter(({ population }) => population === 'floating').length;
    expect(floating / residents.length).toBeGreaterThan(0.1);
    expect(floating / residents.length).toBeLessThan(0.2);
    expect(idCheckCharacter('11010519491231002')).toBe('X');
  });
});
