import type { Plan, Step } from './plan.ts';

/** Steps a plan can do without one by one cost a play each: beyond this many plays it is short enough. */
const MOST_PLAYS = 60;

const faultless = (step: Step): Step => {
  if (step.kind === 'clear') return { ...step, twice: false, faults: [] };
  if (!('fault' in step)) return step;
  const { fault: _fault, ...rest } = step;
  return rest;
};

/**
 * A shorter plan that still fails: runs of steps are left out, then single ones, then faults. What is left is what matters.
 *
 * @param fails plays a plan
 */
export async function shrink(plan: Plan, fails: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  let shortest = plan;
  let plays = 0;
  const take = async (steps: readonly Step[]): Promise<boolean> => {
    if (plays >= MOST_PLAYS) return false;
    plays += 1;
    const shorter = { ...plan, steps };
    if (!(await fails(shorter))) return false;
    shortest = shorter;
    return true;
  };
  for (let run = Math.ceil(plan.steps.length / 2); run >= 1; run = run === 1 ? 0 : Math.ceil(run / 2)) {
    for (let from = 0; from < shortest.steps.length;) {
      const { steps } = shortest;
      if (!(await take([...steps.slice(0, from), ...steps.slice(from + run)]))) from += run;
    }
  }
  for (let at = 0; at < shortest.steps.length; at += 1) {
    const { steps } = shortest;
    const step = steps[at];
    if (step !== undefined && JSON.stringify(faultless(step)) !== JSON.stringify(step)) {
      await take([...steps.slice(0, at), faultless(step), ...steps.slice(at + 1)]);
    }
  }
  return shortest;
}
