import { fen, transact } from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CardNo } from '../purses/card-number.ts';
import { post, type Posting, type PostingOutcome, type Resolution } from './posting.ts';
import { startTestLedger, TEST_DAY } from './test-ledger.ts';
import { trialBalance } from './trial-balance.ts';
import { verifyLedger } from './verify.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
beforeAll(async () => {
  ledger = await startTestLedger(3);
});
afterAll(async () => {
  await ledger.stop();
});

interface ModelAccount {
  available: bigint;
  floor: bigint | undefined;
  debitSide: boolean;
}
interface ModelPending {
  posting: Posting;
  state: 'pending' | 'posted' | 'void';
}

const identityOf = (item: Posting | Resolution): string => `${item.cardNo ?? ''} ${item.key}`;
const contentOf = (item: Posting | Resolution): string =>
  JSON.stringify(item, (name, value: unknown) =>
    name === 'ignoreFloor' ? undefined : typeof value === 'bigint' ? `${value}` : value,
  );

/** The ledger as the architecture page describes it, one posting at a time, in plain maps. */
class Model {
  readonly accounts = new Map<string, ModelAccount>();
  readonly known = new Map<string, string>();
  readonly pending = new Map<string, ModelPending>();

  constructor(cards: readonly CardNo[]) {
    this.accounts.set('bank-custody:B1', { available: 0n, floor: undefined, debitSide: true });
    for (const agent of ['A001', 'A002'])
      this.accounts.set(`agent-prefund:${agent}`, { available: 0n, floor: 0n, debitSide: false });
    this.accounts.set('operator-pending:O001', { available: 0n, floor: undefined, debitSide: false });
    for (const card of cards)
      for (const kind of ['purse', 'pending-credit'])
        this.accounts.set(`${card} ${kind}`, { available: 0n, floor: 0n, debitSide: false });
  }

  /** In a set the first posting of a key stands for the key, and a pending posting is resolved in a later set only. */
  applySet(set: readonly (Posting | Resolution)[]): PostingOutcome[] {
    const [knownBefore, pendingBefore] = [new Set(this.known.keys()), new Set(this.pending.keys())];
    const first = new Map<string, { content: string; outcome: PostingOutcome }>();
    return set.map((item) => {
      const [identity, content] = [identityOf(item), contentOf(item)];
      const earlier = first.get(identity);
      if (earlier !== undefined && !knownBefore.has(identity)) {
        if (earlier.content !== content) return { outcome: 'key-conflict' };
        return earlier.outcome.outcome === 'posted' ? { outcome: 'repeat' } : earlier.outcome;
      }
      const early = 'resolves' in item && !pendingBefore.has(`${item.cardNo ?? ''} ${item.resolves}`);
      const outcome: PostingOutcome =
        early && !knownBefore.has(identity) ? { outcome: 'pending-missing' } : this.apply(item);
      first.set(identity, { content, outcome });
      return outcome;
    });
  }

  private apply(item: Posting | Resolution): PostingOutcome {
    const [identity, content] = [identityOf(item), contentOf(item)];
    const known = this.known.get(identity);
    if (known !== undefined) return { outcome: known === content ? 'repeat' : 'key-conflict' };
    const outcome = this.decide(item);
    if (outcome.outcome === 'posted') this.known.set(identity, content);
    return outcome;
  }

  private decide(item: Posting | Resolution): PostingOutcome {
    if (!('resolves' in item)) {
      const outcome = this.move(item, item.ignoreFloor ?? false, (leg) => leg.phase ?? 'posted');
      if (outcome.outcome === 'posted' && item.legs.some((leg) => leg.phase === 'pending'))
        this.pending.set(`${item.cardNo ?? ''} ${item.key}`, { posting: item, state: 'pending' });
      return outcome;
    }
    const pending = this.pending.get(`${item.cardNo ?? ''} ${item.resolves}`);
    if (pending === undefined) return { outcome: 'pending-missing' };
    if (pending.state !== 'pending') return { outcome: 'pending-resolved', state: pending.state };
    pending.state = item.outcome === 'post' ? 'posted' : 'void';
    return this.move(pending.posting, false, () => item.outcome);
  }

  private move(
    posting: Posting,
    ignoreFloor: boolean,
    phaseOf: (leg: Posting['legs'][number]) => string,
  ): PostingOutcome {
    const changes = new Map<string, bigint>();
    for (const leg of posting.legs) {
      for (const side of ['debit', 'credit'] as const) {
        const name = leg[side];
        const account = name.includes(':') ? name : `${posting.cardNo} ${name}`;
        const found = this.accounts.get(account);
        if (found === undefined) return { outcome: 'no-account', account: name };
        const grows = (side === 'debit') === found.debitSide;
        const phase = phaseOf(leg);
        const change = grows
          ? phase === 'posted' || phase === 'post'
            ? leg.amount
            : 0n
          : phase === 'posted' || phase === 'pending'
            ? -leg.amount
            : phase === 'void'
              ? leg.amount
              : 0n;
        changes.set(account, (changes.get(account) ?? 0n) + change);
      }
    }
    if (!ignoreFloor) {
      for (const [name, change] of changes) {
        const account = this.accounts.get(name)!;
        if (change < 0n && account.floor !== undefined && account.available + change < account.floor)
          return { outcome: 'floor', account: name };
      }
    }
    for (const [name, change] of changes) this.accounts.get(name)!.available += change;
    return { outcome: 'posted' };
  }
}

it('decides any sequence of posting sets as a plain model of balances does', async () => {
  let run = 0;
  const accounts = fc.constantFrom(
    'bank-custody:B1',
    'agent-prefund:A001',
    'agent-prefund:A002',
    'operator-pending:O001',
    'purse',
    'pending-credit',
    'operator-pending:O404',
  );
  const leg = fc
    .record({ debit: accounts, credit: accounts, amount: fc.integer({ min: 1, max: 40 }).map((amount) => fen(amount)) })
    .filter(({ debit, credit }) => debit !== credit);
  const key = fc.integer({ min: 1, max: 25 });
  const card = fc.constantFrom(...ledger.cards);
  const item = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('post' as const),
        card,
        key,
        legs: fc.array(leg, { minLength: 1, maxLength: 3 }),
        pending: fc.boolean(),
        ignoreFloor: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('resolve' as const),
        card,
        key,
        outcome: fc.constantFrom('post' as const, 'void' as const),
      }),
    },
  );
  const sets = fc.array(fc.array(item, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 });

  // Turnover noted with each chunk, against that of the accounts.
  const tallied = async () => {
    await ledger.db.query('select clearing.float_tally_advance()');
    const { rows } = await ledger.db.query('select kind, debits, credits from clearing.float_tally order by kind');
    return rows;
  };
  const addedUp = async () => {
    const { rows } = await ledger.db.query(
      `select kind, sum(debits_posted)::numeric as debits, sum(credits_posted)::numeric as credits
         from clearing.card_account group by kind order by kind`,
    );
    return rows;
  };
  expect(await tallied()).toEqual(await addedUp());
  await fc.assert(
    fc.asyncProperty(sets, async (drawn) => {
      run += 1;
      const model = new Model(ledger.cards);
      // Each run starts where the last one left the balances, with keys of its own.
      const { rows } = await ledger.db.query<{ name: string; available_fen: bigint }>(
        `select account_code as name, available_fen from clearing.account
          union all select card_no || ' ' || kind, available_fen from clearing.card_account`,
      );
      for (const row of rows) {
        const account = model.accounts.get(row.name);
        if (account) account.available = row.available_fen;
      }
      for (const set of drawn) {
        const postings = set.map((choice): Posting | Resolution => {
          const name = `run${run}:${choice.key}`;
          const base = { cardNo: choice.card, reason: 'generated' };
          if (choice.kind === 'resolve')
            return { ...base, key: `${name}:${choice.outcome}`, resolves: name, outcome: choice.outcome };
          const legs = choice.legs.map((each) => ({
            ...each,
            phase: choice.pending ? ('pending' as const) : ('posted' as const),
          }));
          return { ...base, key: name, legs, ignoreFloor: choice.ignoreFloor };
        });
        const expected = model.applySet(postings);
        const outcomes = await transact(ledger.db, (tx) => post(tx, TEST_DAY, postings));
        expect(outcomes.map((result) => result.outcome)).toEqual(expected.map((result) => result.outcome));
      }
      const after = await ledger.db.query<{ name: string; available_fen: bigint }>(
        `select account_code as name, available_fen from clearing.account
          union all select card_no || ' ' || kind, available_fen from clearing.card_account`,
      );
      const real = new Map(after.rows.map((row) => [row.name, row.available_fen]));
      for (const [name, account] of model.accounts) expect([name, real.get(name)]).toEqual([name, account.available]);
      expect(await tallied()).toEqual(await addedUp());
    }),
    { numRuns: 15 },
  );
  const { rows: head } = await ledger.db.query('select recounts from clearing.float_tally_head');
  expect(head).toEqual([{ recounts: 0n }]);
  expect((await trialBalance(ledger.db)).sumFen).toBe(0n);
  expect(await verifyLedger(ledger.db)).toMatchObject({ ok: true });
});
