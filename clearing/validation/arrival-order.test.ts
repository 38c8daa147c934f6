import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CardNo } from '../purses/card-number.ts';
import { type PurchaseWorld, startPurchaseWorld, tap } from './purchase-fixture.ts';
import { validateReceived } from './validate.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

/** How a purchase reaches us: complete, complete again, recovered after it was gray, gray and complete. */
const COPIES = ['once', 'twice', 'gray and recovered'] as const;

const purchases = fc.array(
  fc.record({
    card: fc.nat({ max: 2 }),
    amount: fc.integer({ min: 0, max: 300 }),
    copies: fc.constantFrom(...COPIES),
  }),
  { minLength: 1, maxLength: 10 },
);

/** Where each record goes in the order of arrival, after how many a message ends, and when validation runs. */
const arrivals = fc.record({
  order: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
  messageSize: fc.integer({ min: 2, max: 9 }),
  passEvery: fc.integer({ min: 1, max: 4 }),
  /** Whether the money is on the purse first, or comes after everything. */
  moneyFirst: fc.boolean(),
});

interface Arrival {
  readonly order: readonly number[];
  readonly messageSize: number;
  readonly passEvery: number;
  readonly moneyFirst: boolean;
}

it('does not matter: the same right records lead to the same accepted purchases and balances', async () => {
  await fc.assert(
    fc.asyncProperty(purchases, arrivals, arrivals, async (bought, one, other) => {
      const spent = bought.reduce((sum, { amount }) => sum + amount, 0);
      const first = await play(bought, one);
      expect(first).toEqual(await play(bought, other));
      expect(first.accepted).toHaveLength(bought.length);
      expect(first.balances.reduce((sum, balance) => sum + balance, 0n)).toBe(BigInt(3 * 4_000 - spent));
    }),
    { numRuns: 4 },
  );
});

async function play(
  bought: readonly { card: number; amount: number; copies: (typeof COPIES)[number] }[],
  arrival: Arrival,
): Promise<{ accepted: string[]; balances: bigint[] }> {
  const start = arrival.moneyFirst ? 4_000 : 0;
  const cards = [await world.card(start), await world.card(start), await world.card(start)];
  const records = bought.flatMap(({ card, amount, copies }, counter) => {
    const fields = { amount, offlineCounter: counter, samTransactionNo: counter };
    const right = tap(cards[card] as CardNo, fields);
    if (copies === 'once') return [right];
    const second = tap(cards[card] as CardNo, { ...fields, flag: copies === 'twice' ? 0 : 1 });
    return [right, second];
  });
  const shuffled = records
    .map((raw, index) => ({ raw, place: arrival.order[index] ?? 0 }))
    .sort((a, b) => a.place - b.place)
    .map(({ raw }) => raw);
  for (let at = 0; at < shuffled.length; at += arrival.messageSize) {
    await world.upload(shuffled.slice(at, at + arrival.messageSize));
    if ((at / arrival.messageSize) % arrival.passEvery === 0) await validateReceived(world, { limit: 5 });
  }
  if (!arrival.moneyFirst) for (const card of cards) await world.load(card, 4_000);
  while ((await validateReceived(world)).decided > 0);
  return { accepted: await acceptedOf(cards), balances: await Promise.all(cards.map((card) => world.balance(card))) };
}

/** The card by its place, counter and amount of every accepted purchase. */
async function acceptedOf(cards: readonly CardNo[]): Promise<string[]> {
  const { rows } = await world.db.query<{ purchase: string }>(
    `select array_position($1, card_no) || ':' || offline_counter || ':' || amount_fen as purchase
       from clearing.purchase_record where card_no = any($1) and state = 'accepted' order by offline_counter, amount_fen`,
    [cards],
  );
  return rows.map(({ purchase }) => purchase);
}
