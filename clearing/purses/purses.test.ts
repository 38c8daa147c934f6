import { businessDate, commonMigrations, fen, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hotlistPage } from '../hotlist/hotlist.ts';
import { cardBalance } from '../ledger/balances.ts';
import { testCard } from '../ledger/test-ledger.ts';
import { clearingMigrations } from '../migrations.ts';
import {
  applicationSerial,
  cardFactor,
  type CardNo,
  cardNo,
  cityFactor,
  issuerCity,
  parseCardNo,
} from './card-number.ts';
import { findPurse, openPurse, PURSE_TRANSITIONS, type PurseStatus, setPurseStatus } from './purse.ts';

let database: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
});
afterAll(async () => {
  await database.stop();
});

let sequence = 0;
async function issue(status: 'inactive' | 'active' = 'active'): Promise<CardNo> {
  const card = testCard((sequence += 1));
  await transact(database.db, (tx) => openPurse(tx, purseOf(card), status));
  return card;
}
const purseOf = (card: CardNo) => ({
  cardNo: card,
  algorithm: '3des' as const,
  mainType: 1,
  subType: 2,
  purseCap: fen(100_000),
  validFrom: businessDate('2026-01-01'),
  validTo: businessDate('2036-01-01'),
});
const become = (card: CardNo, status: PurseStatus) =>
  transact(database.db, (tx) => setPurseStatus(tx, card, status, 'generated'));
const listing = async (card: CardNo) =>
  (await hotlistPage(database.db, { versionHeld: 0, index: 0, limit: 10_000 })).entries
    .filter((entry) => entry.applicationSerial === applicationSerial(card))
    .map((entry) => entry.action);

describe('a card number', () => {
  it('has 19 digits, begins with 310 and ends with its Luhn digit', () => {
    const card = testCard(1);
    expect(parseCardNo(card)).toBe(card);
    expect(issuerCity(card)).toBe('4580');
    const wrongDigit = card.slice(0, -1) + String((Number(card.at(-1)) + 1) % 10);
    for (const text of ['', card.slice(1), `${card}0`, `4${card.slice(1)}`, wrongDigit, `${card.slice(0, -1)}x`])
      expect(parseCardNo(text)).toBeUndefined();
    expect(() => cardNo(wrongDigit)).toThrow(expect.objectContaining({ code: 'clearing.card-number-malformed' }));
  });

  it('gives the factors that keys are derived with', () => {
    const card = cardNo('3104580990000000015');
    expect(applicationSerial(card)).toBe('03104580990000000015');
    expect(cardFactor(card).toString('hex')).toBe('4580990000000015');
    expect(cityFactor('4580').toString('hex')).toBe('4580ff0000000000');
    expect(() => cityFactor('458')).toThrow(RangeError);
  });
});

describe('a purse', () => {
  it('opens active with the accounts of its card; again with the same terms changes nothing', async () => {
    const card = await issue();
    await transact(database.db, (tx) => openPurse(tx, purseOf(card)));
    expect(await findPurse(database.db, card)).toMatchObject({
      ...purseOf(card),
      issuerCity: '4580',
      status: 'active',
      highestProvenCounter: -1,
      sandbox: false,
    });
    for (const kind of ['purse', 'pending-credit', 'online', 'card-deposit'] as const)
      expect((await cardBalance(database.db, card, kind)).posted).toBe(0n);
    const other = transact(database.db, (tx) => openPurse(tx, { ...purseOf(card), purseCap: fen(1) }));
    await expect(other).rejects.toMatchObject({ code: 'clearing.purse-exists' });
  });

  it('lost or blocked is on the hotlist, found again it is off', async () => {
    const card = await issue();
    await become(card, 'lost-reported');
    await become(card, 'lost-reported');
    await become(card, 'blocked');
    expect(await listing(card)).toEqual(['add']);
    await become(card, 'active');
    expect(await listing(card)).toEqual(['add', 'remove']);
    await become(card, 'replaced');
    expect(await listing(card)).toEqual(['add', 'remove', 'add']);
  });

  it('returned to us needs no terminal to refuse it, unless it was refused before', async () => {
    const [kept, lost] = [await issue(), await issue()];
    await become(kept, 'returned');
    expect(await listing(kept)).toEqual([]);
    await become(lost, 'lost-reported');
    await become(lost, 'returned');
    expect(await listing(lost)).toEqual(['add']);
  });

  it('of a card that is out of date needs no terminal to refuse it, whatever takes its place', async () => {
    const [renewed, lost] = [await issue(), await issue()];
    await become(renewed, 'expired');
    await become(renewed, 'replaced');
    expect(await listing(renewed)).toEqual([]);
    await become(lost, 'blocked');
    await become(lost, 'expired');
    await become(lost, 'active');
    expect(await listing(lost)).toEqual(['add', 'remove']);
  });

  const states = Object.keys(PURSE_TRANSITIONS) as PurseStatus[];
  it.each(states.flatMap((from) => states.filter((to) => to !== from).map((to) => [from, to] as const)))(
    'that is %s becomes %s only when the table allows it',
    async (from, to) => {
      const card = await issue(from === 'inactive' ? 'inactive' : 'active');
      await become(card, from);
      const move = become(card, to);
      if (PURSE_TRANSITIONS[from].includes(to)) await move;
      else await expect(move).rejects.toMatchObject({ code: 'clearing.purse-status-final' });
      expect((await findPurse(database.db, card))?.status).toBe(PURSE_TRANSITIONS[from].includes(to) ? to : from);
    },
  );

  it('that does not exist has no state', async () => {
    await expect(become(testCard(999), 'blocked')).rejects.toMatchObject({ code: 'clearing.purse-unknown' });
    expect(await findPurse(database.db, testCard(999))).toBeUndefined();
  });
});
