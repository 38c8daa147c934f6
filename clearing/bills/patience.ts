import type { BillerAdapter, Undecided } from './biller.ts';

/** So many answers that did not come, one after the other, and the biller is taken to be gone. */
const MISSES = 3;
/** Then nobody waits for it, and after this long the next one tries again. */
const REST_MS = 2_000;

/**
 * Keeps a biller that is gone from holding up the terminals of all others: after three answers that did not come, questions
 * are answered "not decided" at once for two seconds, then one question tries again. It only says when to wait; what is
 * undecided is asked again as ever.
 */
export function withPatience(adapter: BillerAdapter, clock: () => number = Date.now): BillerAdapter {
  let misses = 0;
  let restingUntil = 0;
  const note = (missed: boolean) => {
    misses = missed ? misses + 1 : 0;
    if (misses >= MISSES) restingUntil = clock() + REST_MS;
  };
  const isResting = (): boolean => {
    if (misses < MISSES) return false;
    if (clock() < restingUntil) return true;
    // This question finds out; those beside it do not wait with it.
    restingUntil = clock() + REST_MS;
    return false;
  };
  const resting: Undecided = { outcome: 'undecided', reason: 'the biller does not answer', unreachable: true };
  return {
    statement: (date) => adapter.statement(date),
    enquire: async (customer) => {
      if (isResting()) return undefined;
      const bills = await adapter.enquire(customer);
      note(bills === undefined);
      return bills;
    },
    pay: async (order) => {
      if (isResting()) return resting;
      const answer = await adapter.pay(order);
      note(answer.outcome === 'undecided' && answer.unreachable === true);
      return answer;
    },
    cancel: async (payment) => {
      if (isResting()) return resting;
      const answer = await adapter.cancel(payment);
      note(answer.outcome === 'undecided' && answer.unreachable === true);
      return answer;
    },
  };
}
