import { cardNo, concessionsOn } from '@citycard/clearing';
import { addDays, businessDate, type Principal, transact, type Transaction } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCardLife } from '../cards/jobs.ts';
import { cardsOfResidents } from '../cards/resident-hook.ts';
import { startCardWorld, TODAY } from '../cards/test-cards.ts';
import { replaceCard } from '../counter/replace.ts';
import { startTestProtection, type TestProtection } from '../protection/test-protection.ts';
import { registerResident, type ResidentDeps } from '../residents/index.ts';
import { testNumber } from '../residents/test-residents.ts';
import { verifyBatch } from './batch.ts';
import type { Category } from './categories.ts';
import { concessionsOf, verifyConcession, withdrawConcession } from './grant.ts';
import { lastDayAfter } from './on-card.ts';

let world: Awaited<ReturnType<typeof startCardWorld>>;
let hsm: TestProtection;
let deps: ResidentDeps;
let registrar: Principal;
beforeAll(async () => {
  [world, hsm] = await Promise.all([startCardWorld(), startTestProtection()]);
  deps = { db: world.db, protection: hsm.protection(world.db) };
  registrar = await world.person('registrar-t', 'registrar');
});
afterAll(async () => {
  await hsm.stop();
  await world.stop();
});

const run = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => transact(world.db, work);
const verify = (residentId: bigint, category: Category = 'senior', validTo?: typeof TODAY) =>
  run((tx) =>
    verifyConcession(tx, registrar, {
      residentId,
      category,
      evidence: 'identity-document',
      method: 'counter',
      ...(validTo !== undefined && { validTo }),
    }),
  );
const fareOn = async (card: string, day: typeof TODAY) =>
  (await concessionsOn(world.db, [cardNo(card)], day)).get(card)?.category ?? 'full fare';
const stateOf = async (card: string) =>
  (
    await world.db.query<{ state: string; status: string }>(
      'select c.state, p.status from issuer.card c join clearing.purse p using (card_no) where card_no = $1',
      [card],
    )
  ).rows[0];

it('lasts a year to the day, whatever the month', () => {
  const days = [
    ['2026-11-22', '2027-11-21'],
    ['2028-02-29', '2029-02-27'],
    ['2027-03-01', '2028-02-29'],
  ] as const;
  for (const [from, to] of days) expect(lastDayAfter(businessDate(from), 12)).toBe(to);
  expect(lastDayAfter(businessDate('2026-08-31'), 6)).toBe('2027-02-27');
});

it('ends by itself without verification: the card pays full fare and is as good as before', async () => {
  const { number, residentId } = await world.cardInHand({ balance: 100 });
  const { validTo, cards } = await verify(residentId);
  expect(cards).toEqual([number]);
  expect([await fareOn(number, validTo), await fareOn(number, addDays(validTo, 1))]).toEqual(['senior', 'full fare']);
  const after = (days: number) => new Date(`${addDays(validTo, days)}T09:00:00+08:00`);
  expect(await runCardLife(world.db, after(0))).toMatchObject({ concessionsEnded: 0 });
  expect(await runCardLife(world.db, after(1))).toMatchObject({ concessionsEnded: 1 });
  expect(await runCardLife(world.db, after(1))).toMatchObject({ concessionsEnded: 0 });
  expect(await concessionsOf(world.db, residentId)).toMatchObject([
    { endedOn: addDays(validTo, 1), endReason: 'not verified again' },
  ]);
  expect(await fareOn(number, validTo)).toBe('senior');
  expect(await stateOf(number)).toEqual({ state: 'active', status: 'active' });
});

it('is one at a time, ends when withdrawn, and is refused beyond the rule or to somebody who is gone', async () => {
  const { number, residentId } = await world.cardInHand();
  await verify(residentId, 'student');
  await verify(residentId, 'disabled');
  expect(await fareOn(number, TODAY)).toBe('disabled');
  await run((tx) => withdrawConcession(tx, registrar, residentId, 'certificate withdrawn'));
  expect(await fareOn(number, TODAY)).toBe('full fare');
  await expect(run((tx) => withdrawConcession(tx, registrar, residentId, 'again'))).rejects.toMatchObject({
    code: 'card-issuer.concessions.none-running',
  });
  for (const day of [addDays(TODAY, -1), addDays(TODAY, 800)])
    await expect(verify(residentId, 'senior', day)).rejects.toMatchObject({
      code: 'card-issuer.concessions.ends-before-today',
    });
  await verify(residentId);
  await run((tx) => cardsOfResidents.onDeath?.(tx, registrar, residentId) ?? Promise.resolve());
  expect([await fareOn(number, TODAY), (await stateOf(number))?.state]).toEqual(['full fare', 'blocked']);
  await world.db.query(`update issuer.resident set state = 'deceased' where resident_id = $1`, [residentId]);
  await expect(verify(residentId)).rejects.toMatchObject({ code: 'card-issuer.concessions.holder-not-living' });
});

it('ended with the holder’s life, however late the death became known', async () => {
  const { number, residentId } = await world.cardInHand();
  await verify(residentId);
  const [before, died] = [addDays(TODAY, -10), addDays(TODAY, -5)];
  await world.db.query('update clearing.concession set valid_from = $2 where card_no = $1', [number, before]);
  await run((tx) => cardsOfResidents.onDeath?.(tx, registrar, residentId, died) ?? Promise.resolve());
  expect([await fareOn(number, died), await fareOn(number, addDays(died, 1))]).toEqual(['senior', 'full fare']);
});

it('goes with its holder to the next card', async () => {
  const { number, residentId } = await world.cardInHand();
  await verify(residentId, 'student');
  const next = await world.stockCard();
  await run((tx) =>
    replaceCard(tx, world.clerk, {
      cardNo: number,
      newCardNo: next,
      shiftId: world.shiftId,
      cardHandedIn: true,
      depositKept: false,
    }),
  );
  expect([await fareOn(number, TODAY), await fareOn(next, TODAY)]).toEqual(['full fare', 'student']);
});

it('is verified for many at once by number: who never had it, moved, or is unknown is named by line', async () => {
  const people = [];
  for (const name of ['测试甲', '测试乙', '测试丙']) {
    const idNumber = testNumber('19500301');
    const { residentId } = await registerResident(deps, world.clerk, { idNumber, name, population: 'permanent' });
    people.push({ idNumber, residentId, card: (await world.cardInHand({ residentId })).number });
  }
  const [had, moved, never] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]];
  const soon = addDays(TODAY, 3);
  await verify(had.residentId, 'senior', soon);
  await verify(moved.residentId, 'senior', soon);
  await world.db.query(`update issuer.resident set state = 'moved-out' where resident_id = $1`, [moved.residentId]);
  const batch = {
    ...({ category: 'senior', method: 'community', evidence: 'community-visit' } as const),
    numbers: [had.idNumber, 'not a number', moved.idNumber, never.idNumber, testNumber(), had.idNumber],
  };
  const answer = await verifyBatch(deps, registrar, batch);
  expect(answer).toEqual({
    verified: 1,
    unknownLines: [2, 5],
    notLivingLines: [3],
    withoutConcessionLines: [4],
    repeated: false,
  });
  expect(await fareOn(had.card, addDays(TODAY, 200))).toBe('senior');
  expect(await verifyBatch(deps, registrar, batch)).toEqual({ ...answer, repeated: true });
  expect(await concessionsOf(world.db, had.residentId)).toHaveLength(2);
  const { rows } = await world.db.query(`select from issuer.concession_batch where answer::text ~ '[0-9]{15}'`);
  expect(rows).toEqual([]);
});
