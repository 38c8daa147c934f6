import { fen } from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, type Posting, type PostingOutcome } from './posting.ts';
import { startTestLedger, TEST_DAY } from './test-ledger.ts';
import { trialBalance } from './trial-balance.ts';
import { verifyLedger } from './verify.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
beforeAll(async () => {
  ledger = await startTestLedger(4);
});
afterAll(() => ledger.stop());

/** One set on a connection of its own, without the repetition `transact` grants: a deadlock is a failure here. */
async function apply(set: readonly Posting[]): Promise<PostingOutcome[]> {
  for (;;) {
    const outcomes = await once(set);
    if (outcomes !== undefined) return outcomes;
  }
}

async function once(set: readonly Posting[]): Promise<PostingOutcome[] | undefined> {
  const tx = await ledger.db.connect();
  try {
    await tx.query('begin');
    const outcomes = await post(tx, TEST_DAY, set);
    await tx.query('commit');
    return outcomes;
  } catch (error) {
    await tx.query('rollback');
    // Two sets claimed one key at the same moment: the later one is asked to come again, and finds it known.
    if ((error as { code?: string }).code === '40001') return undefined;
    throw error;
  } finally {
    tx.release();
  }
}

const ACCOUNTS = ['bank-custody:B1', 'agent-prefund:A001', 'agent-prefund:A002', 'operator-pending:O001'] as const;

it('sets at once over the same accounts, in any order: no deadlock, balances from the history, repeats repeat', async () => {
  let run = 0;
  const leg = fc
    .record({
      debit: fc.constantFrom(...ACCOUNTS, 'purse', 'pending-credit'),
      credit: fc.constantFrom(...ACCOUNTS, 'purse', 'pending-credit'),
      amount: fc.integer({ min: 1, max: 30 }).map((amount) => fen(amount)),
      phase: fc.constantFrom('posted' as const, 'posted' as const, 'pending' as const),
    })
    .filter(({ debit, credit }) => debit !== credit);
  const posting = fc.record({
    // Keys meet in other sets of the same moment, with other content or the same.
    key: fc.integer({ min: 1, max: 40 }),
    card: fc.integer({ min: 0, max: 3 }),
    legs: fc.array(leg, { minLength: 1, maxLength: 3 }),
    ignoreFloor: fc.integer({ min: 0, max: 9 }).map((one) => one === 0),
  });
  const sets = fc.array(fc.array(posting, { minLength: 1, maxLength: 10 }), { minLength: 4, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(sets, async (drawn) => {
      run += 1;
      const postings = drawn.map((set) =>
        set.map(({ key, card, legs, ignoreFloor }): Posting => ({
          key: `c${run}:${key}`,
          cardNo: ledger.cards[card]!,
          reason: 'generated',
          legs,
          ignoreFloor,
        })),
      );
      const outcomes = await Promise.all(postings.map(apply));
      const proof = await verifyLedger(ledger.db);
      expect(proof.firstFault).toBeUndefined();
      expect((await trialBalance(ledger.db)).sumFen).toBe(0n);
      const posted = postings.flatMap((set, at) => set.filter((_, item) => outcomes[at]?.[item]?.outcome === 'posted'));
      if (posted.length === 0) return;
      expect(new Set(posted.map(({ key, cardNo }) => `${key} ${cardNo}`)).size).toBe(posted.length);
      expect((await apply(posted)).every(({ outcome }) => outcome === 'repeat')).toBe(true);
      expect(await verifyLedger(ledger.db)).toMatchObject({ head: proof.head });
    }),
    { numRuns: 6 },
  );
});
