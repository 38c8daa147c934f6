import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CardNo } from '../../purses/card-number.ts';
import { purseStanding } from '../../purses/purse-standing.ts';
import { BUS_ONE, minutes, type PurchaseWorld, SAM_ONE, startPurchaseWorld, tap, TODAY } from '../purchase-fixture.ts';
import { validateReceived } from '../validate.ts';
import { breaksBetween, type Link, type LoadBetween } from './neighbours.ts';
import { walkChains } from './walk.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

async function judged(...records: Buffer[]): Promise<void> {
  await world.upload(records);
  while ((await validateReceived(world)).decided > 0);
  while ((await walkChains(world.db)) > 0);
}

async function gaps(card: CardNo): Promise<string[]> {
  const { rows } = await world.db.query<{ gap: string }>(
    `select from_counter || '-' || to_counter || ':' || coalesce(spent_fen::text, '?') as gap from clearing.chain_gap
      where card_no = $1 order by from_counter`,
    [card],
  );
  return rows.map(({ gap }) => gap);
}

async function breaks(card: CardNo): Promise<string[]> {
  const { rows } = await world.db.query<{ found: string }>(
    `select offline_counter || ':' || array_to_string(kinds, '+') as found from clearing.chain_break
      where card_no = $1 order by offline_counter`,
    [card],
  );
  return rows.map(({ found }) => found);
}

let loads = 0;
async function load(card: CardNo, amount: number, at: Date, state = 'posted'): Promise<void> {
  loads += 1;
  await world.db.query(
    `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
            balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, opened_at, resolved_at)
     values ($1, 'T9000009', $2, '000001', $3, $4, 'agent-cash', $5, 0, $6, $7, '20261122', '110000', 'k', $8, $9, $9)`,
    [card, BUS_ONE, String(loads).padStart(6, '0'), TODAY, loads, amount, SAM_ONE, state, at],
  );
}

/** The purchase with this counter of a card that began with 10 000 fen and pays 100 each time, a minute apart. */
const nth = (card: CardNo, counter: number, fields: object = {}): Buffer =>
  tap(card, {
    offlineCounter: counter,
    amount: 100,
    balanceBefore: 10_000 - 100 * counter,
    tappedAt: minutes(-300 + counter),
    samTransactionNo: counter,
    ...fields,
  });

describe('the chain of a card', () => {
  it('has a gap where a counter is missing, which closes when the record comes', async () => {
    const card = await world.card();
    await judged(nth(card, 0), nth(card, 4), nth(card, 5));
    expect(await gaps(card)).toEqual(['1-3:300']);
    expect(await purseStanding(world.db, card)).toMatchObject({ missingPurchases: 3, balanceBreaks: 0, whole: false });
    const { rows } = await world.db.query<{ noticed_at: Date }>(
      'select noticed_at from clearing.chain_gap where card_no = $1',
      [card],
    );
    await judged(nth(card, 2));
    expect(await gaps(card)).toEqual(['1-1:100', '3-3:100']);
    const after = await world.db.query('select distinct noticed_at from clearing.chain_gap where card_no = $1', [card]);
    expect(after.rows).toEqual(rows);
    await judged(nth(card, 1), nth(card, 3));
    expect(await gaps(card)).toEqual([]);
    expect(await purseStanding(world.db, card)).toMatchObject({ missingPurchases: 0, whole: true });
  });

  it('begins with counter 0', async () => {
    const card = await world.card();
    await judged(nth(card, 2));
    expect(await gaps(card)).toEqual(['0-1:?']);
  });

  it('breaks where a balance does not continue the one before, and pays all the same', async () => {
    const card = await world.card();
    await judged(nth(card, 0), nth(card, 1, { balanceBefore: 9_000 }), nth(card, 2, { balanceBefore: 8_900 }));
    expect(await breaks(card)).toEqual(['1:balance']);
    expect(await world.balance(card)).toBe(9_700n);
    expect(await purseStanding(world.db, card)).toMatchObject({ balanceBreaks: 1, whole: false });
    const { rowCount } = await world.db.query(`select from clearing.alarm where kind = 'chain-break'`);
    expect(rowCount).toBe(1);
  });

  it('does not break where a load lies between, also one that is proved later', async () => {
    const [card, late] = [await world.card(), await world.card()];
    await load(card, 500, minutes(-299.5));
    await judged(nth(card, 0), nth(card, 1, { balanceBefore: 10_400 }));
    expect(await breaks(card)).toEqual([]);
    await judged(nth(late, 0), nth(late, 1, { balanceBefore: 10_400 }));
    expect(await breaks(late)).toEqual(['1:balance']);
    await load(late, 500, minutes(-299.5), 'pending');
    await world.db.query(
      `insert into clearing.chain_work select business_date, intake_id, record_index, record_index + 1
         from clearing.purchase_record where card_no = $1`,
      [late],
    );
    while ((await walkChains(world.db)) > 0);
    expect(await breaks(late)).toEqual([]);
  });

  it('says what is missing also where the clocks put a load on the wrong side of it, and nothing where no load explains more money', async () => {
    const [card, richer] = [await world.card(), await world.card()];
    await load(card, 700, minutes(-296));
    await judged(nth(card, 0), nth(card, 3, { balanceBefore: 10_400 }));
    expect(await gaps(card)).toEqual(['1-2:200']);
    await judged(nth(richer, 0), nth(richer, 3, { balanceBefore: 10_400 }));
    expect(await gaps(richer)).toEqual(['1-2:?']);
  });

  it('breaks where time goes back by more than clocks differ, and where the balance is below the amount', async () => {
    const card = await world.card();
    await judged(nth(card, 0), nth(card, 1, { tappedAt: minutes(-320) }), nth(card, 2, { balanceBefore: 50 }));
    expect(await breaks(card)).toEqual(['1:time', '2:balance+amount']);
  });

  it('is left alone by copies, wrong TACs, gray records and reports of locks', async () => {
    const card = await world.card();
    const right = nth(card, 0);
    await judged(right, right, nth(card, 3, { tac: Buffer.from('00000001', 'hex') }), nth(card, 2, { flag: 1 }));
    expect([await gaps(card), await breaks(card)]).toEqual([[], []]);
  });

  it('looks the same whatever order the records come in', async () => {
    const subset = fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(subset, fc.nat({ max: 3 }), async (counters, size) => {
        const [one, other] = [await world.card(), await world.card()];
        // A load the records know of between counters 4 and 5, and a break at counter 7.
        const of = (card: CardNo, counter: number) =>
          nth(card, counter, {
            balanceBefore: 10_000 - 100 * counter + (counter > 4 ? 700 : 0) + (counter > 6 ? 1 : 0),
          });
        for (const card of [one, other]) await load(card, 700, minutes(-295.5));
        await judged(...[...counters].sort((a, b) => a - b).map((counter) => of(one, counter)));
        for (let at = 0; at < counters.length; at += size + 1)
          await judged(...counters.slice(at, at + size + 1).map((counter) => of(other, counter)));
        expect(await gaps(other)).toEqual(await gaps(one));
        expect(await breaks(other)).toEqual(await breaks(one));
        const missing = Math.max(...counters) + 1 - counters.length;
        expect(await purseStanding(world.db, other)).toMatchObject({ missingPurchases: missing });
        const counted = await world.db.query<{ missing: bigint }>(
          'select coalesce(sum(to_counter - from_counter + 1), 0)::bigint as missing from clearing.chain_gap where card_no = $1',
          [other],
        );
        expect(Number(counted.rows[0]?.missing)).toBe(missing);
      }),
      { numRuns: 6 },
    );
  });
});

describe('loads between two purchases', () => {
  const link = (counter: number, balance: bigint, minute: number): Link => ({
    counter,
    balanceBeforeFen: balance,
    amountFen: 100n,
    tappedAt: minutes(minute),
  });
  const loaded = (amountFen: bigint, minute: number, posted = true): LoadBetween => ({
    amountFen,
    openedAt: minutes(minute),
    posted,
  });
  const between = (balance: bigint, ...found: LoadBetween[]) =>
    breaksBetween(link(1, 1_000n, 0), link(2, balance, 60), found, 10 * 60_000);

  it('count when both clocks put them there', () => {
    expect(between(1_400n, loaded(500n, 30))).toEqual([]);
    expect(between(900n, loaded(500n, 30))).toEqual(['balance']);
    expect(between(1_400n)).toEqual(['balance']);
  });

  it('may lie on either side when a clock may be wrong, in the order the card took them', () => {
    expect(between(900n, loaded(500n, 5))).toEqual([]);
    expect(between(1_400n, loaded(500n, -5))).toEqual([]);
    expect(between(1_600n, loaded(200n, -5), loaded(500n, 5))).toEqual([]);
    expect(between(1_100n, loaded(200n, 1), loaded(500n, 30))).toEqual(['balance']);
  });

  it('may be on the card or not while nobody has proof of them', () => {
    expect(between(900n, loaded(500n, 30, false))).toEqual([]);
    expect(between(1_400n, loaded(500n, 30, false))).toEqual([]);
    expect(between(1_900n, loaded(500n, 30), loaded(500n, 31, false))).toEqual([]);
    expect(between(1_500n, loaded(500n, 30, false))).toEqual(['balance']);
  });
});
