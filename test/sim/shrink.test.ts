import { expect, it } from 'vitest';
import { planOf, type Plan } from './plan.ts';
import { shrink } from './shrink.ts';

it('draws the same plan from the same seed, and another from another', () => {
  expect(planOf(7, 2)).toEqual(planOf(7, 2));
  expect(planOf(7, 2)).not.toEqual(planOf(8, 2));
  expect(planOf(7, 2).steps.filter(({ kind }) => kind === 'clear')).toHaveLength(2);
});

it('leaves of a failing plan the steps that make it fail', async () => {
  const plan = planOf(3, 3);
  const isTap = (card: number) => (step: Plan['steps'][number]) => step.kind === 'tap' && step.card === card;
  const fails = (shorter: Plan) => Promise.resolve(shorter.steps.some(isTap(1)) && shorter.steps.some(isTap(2)));
  const shortest = await shrink(plan, fails);
  expect(await fails(shortest)).toBe(true);
  expect(shortest.steps.length).toBeLessThan(6);
});
