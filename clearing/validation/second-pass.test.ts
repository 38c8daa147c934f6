import { addDays } from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifyLedger } from '../ledger/verify.ts';
import type { CardNo } from '../purses/card-number.ts';
import { breakingBefore } from './breaking-connection.test-data.ts';
import { walkChains } from './chain/walk.ts';
import { minutes, type PurchaseWorld, startPurchaseWorld, tap, TODAY } from './purchase-fixture.ts';
import { secondPass } from './second-pass.ts';
import { validateReceived } from './validate.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

/** By when every rule has had its say. */
const AT_LAST = { today: addDays(TODAY, 60), rules: { grayWaitMs: 0 } };

/**
 * What became of a tap: its record came once or twice; it was torn and the card had paid, or had not; it never came; a clone used
 * its counter too.
 */
const FATES = ['once', 'twice', 'torn and paid', 'torn and not paid', 'missing', 'cloned'] as const;
type Fate = (typeof FATES)[number];

const START = 20_000;
const arrivals = fc.record({
  order: fc.array(fc.nat(), { minLength: 24, maxLength: 24 }),
  size: fc.integer({ min: 1, max: 6 }),
  moneyFirst: fc.boolean(),
});
type Arrival = { readonly order: readonly number[]; readonly size: number; readonly moneyFirst: boolean };

/** The records a card's taps leave, its last tap complete; `after` a load of 700 fen halfway that the balances know of. */
function recordsOf(card: CardNo, fates: readonly Fate[]): Buffer[] {
  let balance = START;
  let counter = 0;
  const records: Buffer[] = [];
  for (const [place, fate] of [...fates, 'once' as const].entries()) {
    const fields = {
      offlineCounter: counter,
      samTransactionNo: place + 1,
      amount: 100 + place,
      balanceBefore: balance,
      tappedAt: minutes(-500 + place),
    };
    const paid = fate !== 'torn and not paid';
    if (fate === 'torn and paid' || !paid) records.push(tap(card, { ...fields, flag: 1 }));
    else if (fate !== 'missing') records.push(tap(card, fields));
    if (fate === 'twice') records.push(tap(card, { ...fields, flag: 2 }));
    if (fate === 'cloned') records.push(tap(card, { ...fields, samTransactionNo: 1_000 + place }));
    // A tap that did not happen leaves counter and balance to the next one.
    if (!paid) continue;
    balance -= fields.amount;
    counter += 1;
  }
  return records;
}

async function play(fates: readonly Fate[], { order, size, moneyFirst }: Arrival) {
  const card = await world.card(moneyFirst ? START : 0);
  const shuffled = recordsOf(card, fates)
    .map((raw, index) => ({ raw, place: order[index] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ raw }) => raw);
  for (let at = 0; at < shuffled.length; at += size) {
    await world.upload(shuffled.slice(at, at + size));
    if ((order[at] ?? 0) % 2 === 0) await validateReceived(world);
    if (at % 3 === 0) await walkChains(world.db);
  }
  if (!moneyFirst) await world.load(card, START);
  while ((await validateReceived(world)).decided > 0);
  await secondPass(world, AT_LAST);
  while ((await walkChains(world.db)) > 0);
  const { rows } = await world.db.query<{ record: string }>(
    `select offline_counter || ':' || amount_fen || ':' || state || coalesce(' ' || reason_code, '') as record
       from clearing.purchase_record where card_no = $1 order by 1`,
    [card],
  );
  const gaps = await world.db.query(
    'select from_counter, to_counter, spent_fen from clearing.chain_gap where card_no = $1 order by 1',
    [card],
  );
  const breaks = await world.db.query(
    'select offline_counter, kinds, expected_fen, found_fen from clearing.chain_break where card_no = $1 order by 1',
    [card],
  );
  return {
    card,
    balance: await world.balance(card),
    outcomes: rows.map(({ record }) => record),
    gaps: gaps.rows,
    breaks: breaks.rows,
  };
}

it('ends the same whatever order records, copies, torn taps and money come in', async () => {
  const fates = fc.array(fc.constantFrom(...FATES.filter((fate) => fate !== 'cloned')), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fates, arrivals, arrivals, async (happened, one, other) => {
      const { card: _, ...first } = await play(happened, one);
      const { card: __, ...second } = await play(happened, other);
      expect(second).toEqual(first);
      expect(first.outcomes.some((outcome) => outcome.includes('suspicious'))).toBe(false);
      expect(first.breaks).toEqual([]);
    }),
    { numRuns: 5 },
  );
});

it('pays at most one of two purchases with one counter, and loses neither, whatever order they come in', async () => {
  const fates = fc.array(fc.constantFrom('once' as const, 'cloned' as const), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fates, arrivals, async (happened, arrival) => {
      const { outcomes, balance, gaps } = await play([...happened, 'cloned'], arrival);
      const cloned = happened.filter((fate) => fate === 'cloned').length + 1;
      expect(outcomes).toHaveLength(happened.length + 2 + cloned);
      const accepted = outcomes.filter((outcome) => outcome.endsWith('accepted'));
      const held = outcomes.filter((outcome) => outcome.endsWith('suspicious 04'));
      expect(accepted.length + held.length).toBe(outcomes.length);
      expect(new Set(accepted.map((outcome) => outcome.split(':')[0])).size).toBe(accepted.length);
      const paid = accepted.reduce((sum, outcome) => sum + BigInt(outcome.split(':')[1] ?? 0), 0n);
      expect(balance).toBe(BigInt(START) - paid);
      // The counter is known, whichever of the two has it.
      expect(gaps).toEqual([]);
    }),
    { numRuns: 4 },
  );
});

it('is the same after a connection broke before any of its statements, and changes nothing when repeated', async () => {
  const card = await world.card(5_000);
  const short = await world.card(0);
  await world.upload([
    tap(card, { offlineCounter: 0, amount: 100, balanceBefore: 5_000, flag: 1 }),
    tap(card, { offlineCounter: 1, amount: 100, balanceBefore: 4_900 }),
    tap(card, { offlineCounter: 4, amount: 100, balanceBefore: 4_000 }),
    tap(card, { offlineCounter: 5, amount: 100, balanceBefore: 3_000, flag: 1 }),
    tap(card, { offlineCounter: 5, amount: 100, balanceBefore: 3_900 }),
    tap(card, { offlineCounter: 6, amount: 100, balanceBefore: 2_000 }),
    tap(short, { offlineCounter: 0, amount: 70, balanceBefore: 70 }),
  ]);
  while ((await validateReceived(world)).decided > 0);
  const passes = async (db: PurchaseWorld['db']) => {
    await secondPass({ db }, { ...AT_LAST, rules: { grayWaitMs: 0, shortWrittenOffDays: 0 } });
    while ((await walkChains(db)) > 0);
  };
  let broken = 0;
  for (let statement = 1; ; statement += 1) {
    const db = breakingBefore(world.url, statement);
    try {
      await passes(db);
      break;
    } catch {
      broken += 1;
    } finally {
      await db.end();
    }
  }
  expect(broken).toBeGreaterThan(15);
  const picture = async () => {
    const { rows } = await world.db.query(
      `select (select array_agg(r.offline_counter || ' ' || r.state order by r.card_no, r.offline_counter, r.flag) from clearing.purchase_record r
                where r.card_no = any($1)) as records,
              (select count(*) from clearing.purchase_history h where h.card_no = any($1)) as steps,
              (select array_agg(g.from_counter || '-' || g.to_counter order by g.from_counter) from clearing.chain_gap g where g.card_no = any($1)) as gaps,
              (select array_agg(b.offline_counter order by b.offline_counter) from clearing.chain_break b where b.card_no = any($1)) as breaks`,
      [[card, short]],
    );
    return [rows[0], await world.balance(card), await world.balance(short)];
  };
  const once = await picture();
  expect(once).toMatchObject([{ gaps: ['2-3'], breaks: [6] }, 4_500n, 0n]);
  await passes(world.db);
  expect(await picture()).toEqual(once);
  expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
});
