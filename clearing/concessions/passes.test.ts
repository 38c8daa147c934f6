import { createHash } from 'node:crypto';
import { addDays, businessDate, cityDate, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAccount } from '../ledger/accounts.ts';
import { cardBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { verifyLedger } from '../ledger/verify.ts';
import type { CardNo } from '../purses/card-number.ts';
import { approveTerms, proposeTerms } from '../terms/versions.ts';
import { BUS_ONE, type PurchaseWorld, startPurchaseWorld, TODAY } from '../validation/purchase-fixture.ts';
import { approveApportionment, proposeApportionment } from './apportion.ts';
import { CONCESSIONS } from './document.ts';
import { giveBackPass, movePasses } from './pass-end.ts';
import { approvePassFile, passFileLines, type PassFile, proposePassFile, withdrawPassFile } from './pass-file.ts';
import { passesForCard } from './pass-on-card.ts';
import { passesOf, sellPass } from './pass.ts';

const person = (id: string): Principal => ({ id, name: `测试 ${id}`, kind: 'person', roles: ['finance-maker'] });
const [MAKER, CHECKER] = [person('test-maker'), person('test-checker')];
const today = cityDate(new Date());
const bus = { industry: '01' } as const;

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
  await transact(world.db, async (tx) => {
    for (const who of [MAKER, CHECKER]) await createPrincipal(tx, who);
    const rules = [
      { for: bus, kind: 'pass', code: 'month', days: 30, priceFen: 3_001, validFrom: TODAY },
      {
        for: { participant: BUS_ONE },
        kind: 'pass',
        code: 'ten',
        days: 60,
        rides: 10,
        priceFen: 1_000,
        validFrom: TODAY,
      },
    ] as const;
    const { version } = await proposeTerms(tx, MAKER, CONCESSIONS, TODAY, { rules: [...rules] });
    await approveTerms(tx, CHECKER, CONCESSIONS, version);
    // Passes are sold by the clock on the wall.
    await tx.query('update clearing.concession_rule set valid_from = least(valid_from, $1::date)', [today]);
  });
});
afterAll(() => world.stop());

const inTx = <T>(work: Parameters<typeof transact<T>>[1]) => transact(world.db, work);
const unearned = () => world.owed('pass-unearned:main');
const credit = async (card: CardNo) => (await cardBalance(world.db, card, 'pending-credit')).posted;

let keys = 0;
/** A card with so much pending credit that it can buy passes. */
async function buyer(): Promise<CardNo> {
  const cardNo = await world.card();
  const legs = [{ debit: 'bank-custody:test', credit: 'pending-credit', amount: fen(10_000) }];
  await inTx((tx) => postOrThrow(tx, TODAY, [{ cardNo, key: `test-credit:${(keys += 1)}`, reason: 'test', legs }]));
  return cardNo;
}
const sell = (cardNo: CardNo, code: string) =>
  inTx((tx) => sellPass(tx, MAKER, { cardNo, code, payFrom: 'pending-credit' }));
const giveBack = (cardNo: CardNo, passNo: bigint, lastDay = today) =>
  inTx((tx) => giveBackPass(tx, MAKER, { cardNo, passNo, lastDay, reason: 'generated' }));

it('a pass that is given back costs what was used: days to the fen, rides by count, one not begun nothing', async () => {
  const card = await buyer();
  const [first, renewed, ten] = [await sell(card, 'month'), await sell(card, 'month'), await sell(card, 'ten')];
  const before = await unearned();
  await expect(giveBack(card, 999_999n)).rejects.toMatchObject({ code: 'clearing.concessions.pass-not-here' });
  // Today is used: 29 of 30 days of 30.01 are left.
  expect(await giveBack(card, first.passNo)).toMatchObject({ validTo: today, givenBackFen: 2_900n });
  expect(await giveBack(card, renewed.passNo)).toMatchObject({ validTo: addDays(today, 29), givenBackFen: 3_001n });
  expect(await giveBack(card, ten.passNo)).toMatchObject({ givenBackFen: 1_000n });
  await expect(giveBack(card, ten.passNo)).rejects.toMatchObject({ code: 'clearing.concessions.pass-not-here' });
  expect(await unearned()).toBe(before - 6_901n);
  expect(await credit(card)).toBe(10_000n - 101n);
  expect(await passesForCard(world.db, card, today)).toMatchObject([{ validTo: today }, { validTo: today }]);
  // What is left is divided in the month it was given back in, not in that it would have ended in.
  expect((await passesOf(world.db, card)).map(({ priceFen, takenOutFen }) => [priceFen, takenOutFen])).toEqual([
    [0n, 1_000n],
    [0n, 3_001n],
    [101n, 2_900n],
  ]);
  expect((await sell(card, 'month')).validFrom).toBe(today);
});

it('goes on with the next card of its holder: what is left of days, rides and price, and nothing twice', async () => {
  const [old, next] = [await buyer(), await world.card()];
  await sell(old, 'month');
  const ten = await sell(old, 'ten');
  await world.db.query(
    `insert into clearing.pass_use select $1, $3, 900 + n, 0, $2, $4, $3, $3::date + interval '9 hours' from generate_series(1, 4) n`,
    [old, ten.passNo, today, BUS_ONE],
  );
  const before = await unearned();
  await inTx((tx) => movePasses(tx, old, next));
  await inTx((tx) => movePasses(tx, old, next));
  expect(await passesForCard(world.db, next, today)).toMatchObject([
    { validFrom: today, validTo: addDays(today, 29) },
    { validTo: addDays(today, 59), ridesAllowed: 6, participantNo: BUS_ONE },
  ]);
  const prices = async (card: CardNo) => (await passesOf(world.db, card)).map(({ priceFen }) => priceFen);
  expect([await prices(old), await prices(next)]).toEqual([
    [400n, 101n],
    [600n, 2_900n],
  ]);
  expect(await unearned()).toBe(before);
});

it('changes a division of prices that nobody agreed to yet, and none that was paid', async () => {
  const card = await buyer();
  const [one, two] = [await sell(card, 'month'), await sell(card, 'month')];
  const month = '2026-01';
  await world.db.query(
    `update clearing.pass set valid_from = '2026-01-01', valid_to = '2026-01-30' where pass_no = any($1)`,
    [[one.passNo, two.passNo]],
  );
  await inTx((tx) => openAccount(tx, 'fee-income:main'));
  const first = await inTx((tx) => proposeApportionment(tx, MAKER, 'month', month));
  expect(first.amountFen).toBe(6_002n);
  await expect(giveBack(card, one.passNo, addDays(today, -1))).rejects.toMatchObject({
    code: 'clearing.concessions.pass-over',
  });
  // The holder died on the first day of it.
  const day = businessDate('2026-01-01');
  expect((await giveBack(card, one.passNo, day)).givenBackFen).toBe(2_900n);
  await expect(inTx((tx) => approveApportionment(tx, CHECKER, first.number))).rejects.toMatchObject({
    code: 'clearing.concessions.apportionment-unknown',
  });
  const again = await inTx((tx) => proposeApportionment(tx, MAKER, 'month', month));
  expect(again.amountFen).toBe(3_001n);
  await inTx((tx) => approveApportionment(tx, CHECKER, again.number));
  await expect(giveBack(card, two.passNo, day)).rejects.toMatchObject({
    code: 'clearing.concessions.pass-shared-out',
  });
});

it('are sold to many cards at once by two persons: each row one outcome, the same file again changes nothing', async () => {
  const [worker, other, lost] = [await world.card(), await world.card(), await world.card()];
  const renewed = await buyer();
  const had = await sell(renewed, 'month');
  await world.db.query(`update clearing.purse set status = 'blocked' where card_no = $1`, [lost]);
  const csv = [
    'key,card_no,pass',
    `A-1,${worker},month`,
    `A-2,${other},ten`,
    `A-3,${renewed},month`,
    `A-4,${lost},month`,
    'A-5,3104580990000000001,month',
    `A-6,${worker},year`,
    `A-7,${worker},month`,
    '',
  ].join('\n');
  const sha256 = createHash('sha256').update(csv).digest('hex');
  const file: PassFile = {
    manifest: { payer: BUS_ONE, rows: 7, totalFen: fen(3_001n * 5n + 1_000n), sha256 },
    csv,
    account: 'bank-custody:test',
    bankReference: 'TEST-77',
    reason: 'passes of workers',
  };
  const propose = (changed: Partial<PassFile['manifest']> = {}) =>
    inTx((tx) => proposePassFile(tx, MAKER, { ...file, manifest: { ...file.manifest, ...changed } }));
  for (const wrong of [{ rows: 6 }, { totalFen: fen(1) }, { sha256: '0'.repeat(64) }])
    await expect(propose(wrong)).rejects.toMatchObject({ code: 'clearing.concessions.pass-file-wrong' });
  const withdrawn = await propose();
  await inTx((tx) => withdrawPassFile(tx, MAKER, withdrawn.fileId));
  const { fileId } = await propose();
  expect((await propose()).fileId).toBe(fileId);
  await expect(inTx((tx) => approvePassFile(tx, MAKER, fileId))).rejects.toMatchObject({
    code: 'identity.same-person',
  });
  const before = await unearned();
  for (let again = 0; again < 2; again += 1)
    expect(await inTx((tx) => approvePassFile(tx, CHECKER, fileId))).toMatchObject({
      state: 'sold',
      soldCount: 3,
      soldFen: 7_002n,
    });
  expect((await propose()).state).toBe('sold');
  const outcomes = (await passFileLines(world.db, fileId)).map(({ refused }) => refused);
  expect(outcomes.slice(0, 3)).toEqual([undefined, undefined, undefined]);
  expect(outcomes.slice(3)).toEqual(['card-blocked', 'card-unknown', 'pass-unknown', 'twice-in-file']);
  expect((await passesOf(world.db, renewed))[0]?.validFrom).toBe(addDays(had.validTo, 1));
  expect(await unearned()).toBe(before + 7_002n);
  expect(await world.owed(`unclaimed-refund:${BUS_ONE}`)).toBe(9_003n);
  expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
});
