import { accountBalance, floatPosition, openAccount, postOrThrow, verifyLedger } from '@citycard/clearing';
import { fen, type Principal, transact, type Transaction, verifyActLog } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCardWorld, TODAY } from '../cards/test-cards.ts';
import {
  approveCashSupply,
  cashSuppliesOf,
  proposeCashSupply,
  receiveCashSupply,
  refuseCashSupply,
} from './cash-supply.ts';
import { returnCard } from './return.ts';
import { closeShift, openShift } from './shifts.ts';

const CUSTODY = 'bank-custody:B1';
const DEPOSITS = 'bank-card-deposits:D1';

let world: Awaited<ReturnType<typeof startCardWorld>>;
let maker: Principal;
let checker: Principal;
let clerk: Principal;
let shiftId: bigint;
beforeAll(async () => {
  world = await startCardWorld();
  maker = await world.person('maker-t', 'finance-maker');
  checker = await world.person('checker-t', 'finance-checker');
  clerk = await world.person('clerk-2-t', 'clerk');
  await run((tx) => openAccount(tx, DEPOSITS));
  await run((tx) => openAccount(tx, 'cash-in-transit:T1'));
  ({ shiftId } = await run((tx) => openShift(tx, clerk)));
});
afterAll(async () => {
  expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  expect(await verifyActLog(world.db)).toMatchObject({ ok: true });
  await world.stop();
});

const run = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => transact(world.db, work);
const money = async (code: string) => (await accountBalance(world.db, code)).posted;
const propose = (amount: number, from: string, who = maker) =>
  run((tx) => proposeCashSupply(tx, who, { shiftId, amountFen: fen(amount), from }));
const approve = (supplyId: bigint, who = checker) => run((tx) => approveCashSupply(tx, who, { shiftId, supplyId }));
const receive = (supplyId: bigint, counted: number, who = clerk) =>
  run((tx) => receiveCashSupply(tx, who, { shiftId, supplyId }, fen(counted)));
const code = (name: string) => ({ code: `card-issuer.cash-supply.${name}` });
const till = () => money(`cash-shift:${shiftId}`);
const isWhole = async () => {
  const { differenceFen, deposits, ok } = await floatPosition(world.db, TODAY);
  return [differenceFen, deposits.differenceFen, ok];
};

it('tells a clerk who opens a second shift which one is open', async () => {
  await expect(run((tx) => openShift(tx, clerk))).rejects.toThrow(`This clerk has shift ${shiftId} open`);
});

it('lets a till pay balances and deposits from whose money they are, and the float holds at every step', async () => {
  const { number } = await world.cardInHand({ balance: 5_000 });
  // The deposit reached the bank with the till of another clerk.
  await run((tx) =>
    postOrThrow(tx, TODAY, [
      {
        key: 'payin:deposit',
        reason: 'generated pay-in',
        legs: [
          { debit: 'cash-in-transit:T1', credit: `cash-shift:${world.shiftId}`, amount: fen(2_000) },
          { debit: DEPOSITS, credit: 'cash-in-transit:T1', amount: fen(2_000) },
        ],
      },
    ]),
  );
  expect(await isWhole()).toEqual([0n, 0n, true]);
  const give = { cardNo: number, shiftId, cardHandedIn: true, damaged: false };
  const cardSays = { balanceFen: fen(5_000), offlineCounter: 0 };
  const pay = () => run((tx) => returnCard(tx, clerk, { ...give, cardSays }));
  await expect(pay()).rejects.toMatchObject({ code: 'card-issuer.card-life.shift-short' });

  for (const [amount, from] of [
    [5_000, CUSTODY],
    [2_000, DEPOSITS],
  ] as const) {
    const { supplyId, approvalId } = await propose(amount, from);
    expect(approvalId).toBeGreaterThan(0n);
    await expect(receive(supplyId, amount)).rejects.toMatchObject(code('not-approved'));
    await expect(approve(supplyId, maker)).rejects.toMatchObject({ code: 'identity.same-person' });
    await expect(approve(supplyId, clerk)).rejects.toMatchObject(code('own-till'));
    const before = await till();
    const approved = await approve(supplyId);
    expect(approved).toMatchObject({ state: 'approved', approvedBy: 'checker-t' });
    expect(await approve(supplyId)).toEqual(approved);
    expect([await till(), await isWhole()]).toEqual([before, [0n, 0n, true]]);
    await expect(receive(supplyId, amount, world.clerk)).rejects.toMatchObject({ code: 'card-issuer.shift-unknown' });
    await expect(receive(supplyId, amount - 1)).rejects.toMatchObject(code('count-differs'));
    const received = await receive(supplyId, amount);
    expect(await receive(supplyId, amount)).toEqual(received);
    expect([await till(), await isWhole()]).toEqual([before + BigInt(amount), [0n, 0n, true]]);
  }
  await pay();
  expect([await till(), await isWhole()]).toEqual([0n, [0n, 0n, true]]);
  expect((await accountBalance(world.db, CUSTODY)).posted).toBe(0n);
});

it('is refused where the money is not there, for the own till, and from any other account', async () => {
  await expect(propose(1, CUSTODY)).rejects.toMatchObject(code('source-short'));
  await expect(propose(1, CUSTODY, clerk)).rejects.toMatchObject(code('own-till'));
  for (const from of ['bank-own-funds:O1', 'fee-income:main', 'cash-shift:1', 'bank-paying:NONE'])
    await expect(propose(1, from)).rejects.toMatchObject(code('source-wrong'));
  const nowhere = run((tx) => proposeCashSupply(tx, maker, { shiftId: 999n, amountFen: fen(1), from: CUSTODY }));
  await expect(nowhere).rejects.toMatchObject(code('shift-closed'));
});

it('sent back stays in transit under its slip, with an alarm, and may go to another till; the shift closes without it', async () => {
  await world.cardInHand({ balance: 1_000 });
  const first = await propose(600, CUSTODY);
  const forgotten = await propose(100, CUSTODY);
  await approve(first.supplyId);
  await expect(run((tx) => closeShift(tx, clerk, shiftId, fen(0)))).rejects.toMatchObject(code('under-way'));
  const back = await run((tx) => refuseCashSupply(tx, clerk, { shiftId, supplyId: first.supplyId }, fen(590)));
  expect(back).toMatchObject({ state: 'refused', countedFen: 590n });
  await expect(receive(first.supplyId, 600)).rejects.toMatchObject(code('ended'));
  const alarms = await world.db.query(`select evidence from clearing.alarm where kind = 'cash-supply-refused'`);
  expect(alarms.rows).toMatchObject([{ evidence: { slip: back.slip, amountFen: '600', countedFen: '590' } }]);
  expect(await money(`cash-in-transit:${back.slip}`)).toBe(600n);

  const second = await propose(600, `cash-in-transit:${back.slip}`);
  await approve(second.supplyId);
  await receive(second.supplyId, 600);
  expect([await money(`cash-in-transit:${back.slip}`), await till()]).toEqual([0n, 600n]);
  const closed = await run((tx) => closeShift(tx, clerk, shiftId, fen(600)));
  expect(closed).toMatchObject({ overShortFen: 0n });
  expect([await till(), await money(`cash-in-transit:${closed.payInSlip}`)]).toEqual([0n, 600n]);
  expect((await cashSuppliesOf(world.db, shiftId)).map(({ state }) => state)).toEqual([
    'received',
    'received',
    'refused',
    'lapsed',
    'received',
  ]);
  await expect(approve(forgotten.supplyId)).rejects.toMatchObject(code('ended'));
  expect(await isWhole()).toEqual([0n, 0n, true]);
});
