import { addDays, fen, transact } from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { cutOff } from '../day/days.ts';
import {
  approve,
  BUS,
  BUS_TWO,
  buy,
  DAY,
  fillDay,
  instruct,
  NEXT_DAY,
  PEOPLE,
  startTestCity,
  WATER,
} from '../day/test-city.ts';
import { accountBalance } from '../ledger/balances.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { settlementObligations } from './obligations.ts';
import { approveRelease, openHolds, proposeRelease } from './payment-hold.ts';
import { rejectPayment, settlePayment } from './payment-outcome.ts';
import { returnPayment } from './payment-return.ts';
import { approveGiveUp, listPayments, proposeGiveUp } from './payments.ts';
import { approveCarry, proposeCarry } from './refused-sheets.ts';
import { listSheets } from './sheets.ts';

type City = Awaited<ReturnType<typeof startTestCity>>;
const CUSTODY = 'bank-custody:622800000001';
const BOOKED_AT = new Date('2026-11-23T01:00:00Z');
const paymentOf = (no: string) => `20261120-${no}`;

const settle = (city: City, endToEndId: string, amount: number, bankReference: string) =>
  transact(city.db, (tx) =>
    settlePayment(tx, { endToEndId, amountFen: fen(amount), bookedAt: BOOKED_AT, bankReference }),
  );
const reject = (city: City, endToEndId: string, reason: string) =>
  transact(city.db, (tx) => rejectPayment(tx, { endToEndId, reason }));
const comeBack = (city: City, endToEndId: string, amount: number, bankReference: string) =>
  transact(city.db, (tx) =>
    returnPayment(tx, {
      endToEndId,
      amountFen: fen(amount),
      bookedAt: BOOKED_AT,
      bankReference,
      part: 1,
      account: CUSTODY,
      reasonCode: 'AC04',
      reason: 'AC04 account closed',
    }),
  );

describe('a payment', () => {
  let city: City;
  beforeAll(async () => {
    city = await startTestCity();
    await fillDay(city.db);
    await instruct(city.deps);
  });
  afterAll(() => city.stop());
  const payable = async (no: string) => (await accountBalance(city.db, `operator-payable:${no}`)).posted;
  const view = async (no: string) => (await listPayments(city.db, { endToEndId: paymentOf(no) }))[0];

  it('may be booked in parts: each is paid, the rest stays in transit', async () => {
    const bus = paymentOf(BUS);
    expect(await settle(city, bus, 20_000, 'P1')).toEqual({ outcome: 'partial', openFen: 896n });
    expect(await settle(city, bus, 20_000, 'P1')).toEqual({ outcome: 'repeat' });
    expect(await accountBalance(city.db, `operator-payable:${BUS}`)).toMatchObject({ posted: 896n, available: 0n });
    expect(await settle(city, bus, 897, 'P2')).toMatchObject({ outcome: 'amount-differs', openFen: 896n });
    expect(await view(BUS)).toMatchObject({ state: 'pending', paidFen: 20_000n, inTransitFen: 896n });
    expect(await settle(city, bus, 896, 'P2')).toEqual({ outcome: 'settled' });
    expect(await settle(city, bus, 896, 'P2')).toEqual({ outcome: 'repeat' });
    expect(await settle(city, bus, 896, 'P3')).toMatchObject({ outcome: 'decided-before', state: 'posted' });
    expect(await view(BUS)).toMatchObject({ state: 'posted', paidFen: 20_896n, inTransitFen: 0n });
    expect((await listSheets(city.db, DAY)).find((sheet) => sheet.participantNo === BUS)?.state).toBe('paid');
    expect(await payable(BUS)).toBe(0n);
  });

  it('of which a part was booked keeps that part when the bank refuses the rest', async () => {
    const two = paymentOf(BUS_TWO);
    await settle(city, two, 29_000, 'T1');
    expect(await reject(city, two, 'AC04 closed')).toEqual({ outcome: 'short', bookedFen: 29_000n });
    expect(await reject(city, two, 'AC04 closed')).toEqual({ outcome: 'repeat' });
    expect(await view(BUS_TWO)).toMatchObject({ state: 'short', paidFen: 29_000n, givenUpFen: 850n, inTransitFen: 0n });
    expect(await payable(BUS_TWO)).toBe(850n);
    expect(await openHolds(city.db)).toMatchObject([{ participantNo: BUS_TWO, causedBy: two }]);
  });

  it('in transit is given up by two persons for one reason, and by nobody else', async () => {
    const water = paymentOf(WATER);
    const propose = (reason: string) => transact(city.db, (tx) => proposeGiveUp(tx, PEOPLE.both, water, reason));
    const { approvalId } = await propose('recalled, letter 12');
    const confirm = (who: (typeof PEOPLE)['both' | 'checker'], reason = 'recalled, letter 12') =>
      transact(city.db, (tx) => approveGiveUp(tx, who, water, approvalId, reason));
    await expect(confirm(PEOPLE.both)).rejects.toMatchObject({ code: 'identity.same-person' });
    await expect(confirm(PEOPLE.checker, 'other')).rejects.toMatchObject({ code: 'identity.content-differs' });
    expect(await confirm(PEOPLE.checker)).toEqual({ endToEndId: water, state: 'rejected' });
    await expect(propose('again')).rejects.toMatchObject({ code: 'clearing.settlement.payment-not-out' });
    expect(await settle(city, water, 3_000, 'W1')).toMatchObject({ outcome: 'decided-before', state: 'rejected' });
    expect((await openHolds(city.db)).map(({ participantNo }) => participantNo)).toEqual([BUS_TWO]);
  });

  it('that was refused is carried into the next sheet by two persons, and the day closes without it', async () => {
    const { db, deps } = city;
    const [rest] = await listPayments(db, { state: 'pending' });
    await settle(city, rest!.endToEndId, Number(rest!.inTransitFen), 'C1');
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('instructed');
    const sheets = [`20261120-${BUS_TWO}`];
    const carry = (nos: readonly string[] | undefined) =>
      transact(db, async (tx) => {
        const { approvalId } = await proposeCarry(tx, PEOPLE.maker, DAY, nos);
        return approveCarry(tx, PEOPLE.checker, DAY, approvalId, nos);
      });
    await expect(carry([`20261120-${BUS}`])).rejects.toMatchObject({ code: 'clearing.settlement.sheet-not-refused' });
    expect(await carry(sheets)).toEqual({ carried: sheets });
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('instructed');
    await carry(undefined);
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('closed');
    expect((await settlementObligations(db)).ok).toBe(true);
  });

  it('that comes back after its day was closed is owed again by the next sheet, and held until somebody decides', async () => {
    const { db, deps } = city;
    const bus = paymentOf(BUS);
    expect(await comeBack(city, bus, 20_897, 'B0')).toEqual({ outcome: 'exceeds', paidFen: 20_896n });
    expect(await comeBack(city, bus, 20_896, 'B1')).toMatchObject({ outcome: 'returned' });
    expect(await comeBack(city, bus, 20_896, 'B1')).toMatchObject({ outcome: 'returned' });
    expect(await comeBack(city, bus, 1, 'B2')).toEqual({ outcome: 'exceeds', paidFen: 0n });
    expect(await comeBack(city, 'NOBODY', 1, 'B3')).toEqual({ outcome: 'unknown' });
    expect(await payable(BUS)).toBe(20_896n);
    expect((await settlementObligations(db)).ok).toBe(true);

    await buy(db, NEXT_DAY, 'purse', BUS, 1_000);
    await cutOff(db, NEXT_DAY);
    await advanceAsFarAsPossible(deps, NEXT_DAY);
    const made = await listSheets(db, NEXT_DAY);
    const held = made.find((sheet) => sheet.participantNo === BUS);
    expect(held).toMatchObject({ disposition: 'carry', otherFen: 20_896n, payableFen: 21_891n });
    expect(held?.carryReason).toContain('came back (AC04 account closed)');
    expect(made.find((sheet) => sheet.participantNo === BUS_TWO)).toMatchObject({
      carriedInFen: 850n,
      disposition: 'carry',
    });
    expect(made.find((sheet) => sheet.participantNo === WATER)).toMatchObject({
      carriedInFen: 3_000n,
      disposition: 'pay',
    });
    await approve(db, NEXT_DAY);
    await advanceAsFarAsPossible(deps, NEXT_DAY);

    const { approvalId } = await transact(db, (tx) => proposeRelease(tx, PEOPLE.maker, BUS));
    const release = () => transact(db, (tx) => approveRelease(tx, PEOPLE.checker, BUS, approvalId));
    await release();
    await expect(release()).rejects.toMatchObject({ code: 'clearing.settlement.not-held' });
    const third = addDays(NEXT_DAY, 1);
    await instruct(deps, third);
    expect((await listSheets(db, third)).find((sheet) => sheet.participantNo === BUS)).toMatchObject({
      disposition: 'pay',
      payableFen: 21_891n,
      state: 'instructed',
    });
    const { ok, obligations } = await settlementObligations(db);
    expect(ok).toBe(true);
    expect(obligations.find((line) => line.participantNo === BUS)).toMatchObject({
      inTransitFen: 21_891n,
      paidFen: 20_896n,
      returnedFen: 20_896n,
    });
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  });
});

describe('whatever the bank books, refuses and sends back, in whatever order, twice and at once', () => {
  let city: City;
  beforeAll(async () => {
    city = await startTestCity();
    await fillDay(city.db);
    await instruct(city.deps);
  });
  afterAll(() => city.stop());

  it('in transit + paid + open = what the sheets say, to the fen, and the ledger says the same', async () => {
    const ids = (await listPayments(city.db, { date: DAY })).map(({ endToEndId }) => endToEndId);
    const event = fc.record({
      endToEndId: fc.constantFrom(...ids),
      kind: fc.constantFrom('book', 'book', 'return', 'refuse'),
      amount: fc.integer({ min: 1, max: 20_000 }),
      reference: fc.integer({ min: 1, max: 30 }).map((number) => `R${number}`),
    });
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 6 }), async (events) => {
        const play = async ({ endToEndId, kind, amount, reference }: (typeof events)[number]) => {
          if (kind === 'book') return settle(city, endToEndId, amount, reference);
          return kind === 'return' ? comeBack(city, endToEndId, amount, reference) : reject(city, endToEndId, 'AM09');
        };
        for (const results of [await Promise.all(events.map(play)), await Promise.all(events.map(play))])
          for (const { outcome } of results) outcomes.add(outcome);
        expect((await settlementObligations(city.db)).ok).toBe(true);
      }),
      { numRuns: 15, seed: 20261120 },
    );
    expect([...outcomes]).toEqual(expect.arrayContaining(['partial', 'repeat', 'returned', 'exceeds', 'short']));
    expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
  });
});
