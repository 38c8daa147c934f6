import { addDays, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUS, BUS_TWO, buy, CITY, DAY, fillDay, instruct, NEXT_DAY, PEOPLE, startTestCity } from '../day/test-city.ts';
import { accountBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { shareByAnswers } from '../participants/shares-by-answers.ts';
import { explainPricing } from '../pricing/explain.ts';
import { FEES } from '../pricing/fee-document.ts';
import { listSheets } from '../settlement/sheets.ts';
import { approveTerms, proposeTerms, type TermsKind } from '../terms/versions.ts';
import { listSettlements } from './net-day.ts';
import { SETTLEMENT } from './settlement-terms.ts';

const [THIRD_DAY, FOURTH_DAY, FIFTH_DAY] = [addDays(NEXT_DAY, 1), addDays(NEXT_DAY, 2), addDays(NEXT_DAY, 3)];
const [SIXTH_DAY, SEVENTH_DAY] = [addDays(NEXT_DAY, 4), addDays(NEXT_DAY, 5)];

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(() => city.stop());

async function putInForce<D>(kind: TermsKind<D>, document: D, from = DAY): Promise<void> {
  await transact(city.db, async (tx) => {
    const { version } = await proposeTerms(tx, PEOPLE.maker, kind, from, document);
    await approveTerms(tx, PEOPLE.checker, kind, version);
  });
}

const sheetsOf = async (date: typeof DAY) =>
  (await listSheets(city.db, date))
    .filter(({ participantNo }) => [BUS, BUS_TWO, CITY].includes(participantNo))
    .map(({ sheetNo, counterparty, payableFen, disposition }) => [
      sheetNo.slice(9),
      counterparty ?? 'clearing house',
      payableFen,
      disposition,
    ]);

it('a participant netted bilaterally is settled with each other by itself, and both sides say the same', async () => {
  const { db, deps } = city;
  const shares = [
    { to: 'company', percent: '50' },
    { to: 'issuer', percent: '30' },
    { to: `participant:${BUS_TWO}`, percent: '20' },
  ];
  const fee = { for: { participant: BUS }, kind: 'by-amount', rate: '10000', shares, validFrom: DAY } as const;
  await putInForce(FEES, { rules: [fee] });
  await putInForce(SETTLEMENT, { rules: [{ for: { participant: BUS }, netting: 'bilateral', validFrom: DAY }] });
  await fillDay(db);
  await instruct(deps);

  // The bus company sold 210.01, 9.00 of it to cards of the neighbour; its fee is 2.10, of which the neighbour gets 0.03 (900 of
  // 21 001 fen of 63) and the other bus company 0.42. So the neighbour owes it 8.97, it owes the other 0.42, and the rest is
  // the clearing house's: 210.01 − 2.10 − 8.97 + 0.42.
  const shared = { city: 3n, two: 42n };
  const [ofCity, ofTwo] = [900n - shared.city, -shared.two];
  expect(await sheetsOf(DAY)).toEqual([
    [BUS, 'clearing house', 21_001n - 210n - ofCity - ofTwo, 'pay'],
    [`${BUS}-6101`, BUS_TWO, ofTwo, 'carry'],
    [`${BUS}-6102`, 'city:4520', ofCity, 'pay'],
    [BUS_TWO, 'clearing house', 29_850n, 'pay'],
    [`${BUS_TWO}-6101`, BUS, -ofTwo, 'pay'],
    [CITY, 'clearing house', 2_400n, 'pay'],
    [`${CITY}-6101`, BUS, -ofCity, 'carry'],
  ]);
  // What sheets say of a pair is what netting left of it, and sums to zero over both.
  const settlements = await listSettlements(db, DAY);
  expect(settlements).toContainEqual({ from: 'city:4520', to: BUS, amountFen: ofCity });
  expect(settlements).toContainEqual({ from: BUS, to: BUS_TWO, amountFen: -ofTwo });
  const pairs = (await listSheets(db, DAY)).filter(({ counterparty }) => counterparty !== undefined);
  expect(pairs.reduce((sum, { payableFen }) => sum + payableFen, 0n)).toBe(0n);
  // Only what is between the two is set off: the neighbour is paid its 24.00 and owes its 8.97.
  expect((await accountBalance(db, 'city-receivable:4520')).posted).toBe(ofCity);
  const { rows } = await db.query(
    'select before_sum_fen + after_sum_fen + settlement_sum_fen as sum from clearing.netting_proof',
  );
  expect(rows).toEqual([{ sum: 0n }]);
});

it('what was carried for a counterparty goes on with it, and money that comes in settles it', async () => {
  const { db, deps } = city;
  await transact(db, (tx) =>
    postOrThrow(tx, NEXT_DAY, [transfer('bank:1', 'bank-custody:622800000001', 'city-receivable:4520', 897)]),
  );
  await buy(db, NEXT_DAY, 'purse', BUS, 10_000);
  await buy(db, NEXT_DAY, 'city', BUS, 5_000);
  await instruct(deps, NEXT_DAY);
  // 1 % of 150.00: 1.50, half of it the company's, 0.45 of issuers (0.15 the neighbour's), 0.30 of the other bus company.
  expect(await sheetsOf(NEXT_DAY)).toEqual([
    [BUS, 'clearing house', 15_000n - 150n - 4_985n + 30n, 'pay'],
    [`${BUS}-6101`, BUS_TWO, -42n - 30n, 'carry'],
    [`${BUS}-6102`, 'city:4520', 4_985n, 'pay'],
    [`${BUS_TWO}`, 'clearing house', 0n, 'carry'],
    [`${BUS_TWO}-6101`, BUS, 30n, 'pay'],
    [`${CITY}`, 'clearing house', 0n, 'carry'],
    [`${CITY}-6101`, BUS, -897n - 4_985n + 897n, 'carry'],
  ]);
  expect((await accountBalance(db, 'city-receivable:4520')).posted).toBe(4_985n);
  expect(await verifyLedger(db)).toMatchObject({ ok: true });
});

it('with a counterparty whose terms are gross both have a sheet for each direction, and nothing is set off', async () => {
  const { db, deps } = city;
  const rule = { for: { participant: BUS_TWO }, netting: 'gross', validFrom: THIRD_DAY } as const;
  await putInForce(SETTLEMENT, { rules: [rule] }, THIRD_DAY);
  await buy(db, THIRD_DAY, 'purse', BUS, 20_000);
  await buy(db, THIRD_DAY, 'purse', BUS_TWO, 10_000);
  await instruct(deps, THIRD_DAY);
  // 1 % of 200.00, 0.40 of it the other bus company's. What the pair had carried, -0.72, stays with the pair.
  expect(await sheetsOf(THIRD_DAY)).toEqual([
    [BUS, 'clearing house', 20_000n - 200n + 40n, 'pay'],
    [`${BUS}-7201`, BUS_TWO, -40n - 72n, 'carry'],
    [BUS_TWO, 'clearing house', 10_000n - 50n, 'pay'],
    [`${BUS_TWO}-7101`, BUS, 40n, 'pay'],
    [CITY, 'clearing house', 0n, 'carry'],
    [`${CITY}-6101`, BUS, -4_985n, 'carry'],
  ]);
  const settlements = await listSettlements(db, THIRD_DAY);
  expect(settlements).toContainEqual({ from: BUS, to: BUS_TWO, amountFen: 40n });
  expect(await verifyLedger(db)).toMatchObject({ ok: true });
});

it('a city that settles gross is owed on one sheet and owes on the other, with each by itself; what it pays settles what it owes', async () => {
  const { db, deps } = city;
  const rules = [BUS_TWO, CITY].map(
    (participant) => ({ for: { participant }, netting: 'gross', validFrom: FOURTH_DAY }) as const,
  );
  const bus = { for: { participant: BUS }, netting: 'bilateral', validFrom: FOURTH_DAY } as const;
  await putInForce(SETTLEMENT, { rules: [...rules, bus] }, FOURTH_DAY);
  await buy(db, FOURTH_DAY, 'city', BUS, 5_000);
  await buy(db, FOURTH_DAY, 'purse', 'city', 700);
  await transact(db, (tx) =>
    postOrThrow(tx, FOURTH_DAY, [transfer('bank:2', 'bank-custody:622800000001', 'city-receivable:4520', 4_000)]),
  );
  await instruct(deps, FOURTH_DAY);
  // 1 % of 50.00: 0.50, of it 0.15 the neighbour's and 0.10 of the other bus company. The neighbour had carried -49.85 and paid 40.00.
  expect(await sheetsOf(FOURTH_DAY)).toEqual([
    [BUS, 'clearing house', 5_000n - 50n - 5_000n + 15n + 10n, 'carry'],
    [`${BUS}-7101`, 'city:4520', 5_000n, 'pay'],
    [`${BUS}-7201`, BUS_TWO, -112n - 10n, 'carry'],
    [`${BUS}-7202`, 'city:4520', -15n, 'carry'],
    [`${BUS_TWO}-7101`, BUS, 10n, 'pay'],
    [`${CITY}-51`, 'clearing house', 700n, 'pay'],
    [`${CITY}-7101`, BUS, 15n, 'pay'],
    [`${CITY}-7201`, BUS, -5_000n - 4_985n + 4_000n, 'carry'],
  ]);
  expect((await accountBalance(db, 'city-receivable:4520')).posted).toBe(5_985n);
  const settlements = await listSettlements(db, FOURTH_DAY);
  expect(settlements).toContainEqual({ from: 'city:4520', to: BUS, amountFen: 5_000n });
  expect(settlements).toContainEqual({ from: BUS, to: 'city:4520', amountFen: 15n });
  expect(await verifyLedger(db)).toMatchObject({ ok: true });
});

it('a pair that is netted again takes in both directions of what was carried', async () => {
  const { db, deps } = city;
  const others = [BUS_TWO, CITY].map(
    (participant) => ({ for: { participant }, netting: 'multilateral', validFrom: FIFTH_DAY }) as const,
  );
  const rule = { for: { participant: BUS }, netting: 'bilateral', validFrom: FIFTH_DAY } as const;
  await putInForce(SETTLEMENT, { rules: [...others, rule] }, FIFTH_DAY);
  await buy(db, FIFTH_DAY, 'city', BUS, 5_000);
  await instruct(deps, FIFTH_DAY);
  expect(await sheetsOf(FIFTH_DAY)).toEqual([
    [BUS, 'clearing house', -25n + 5_000n - 50n - 5_000n + 15n + 10n, 'carry'],
    [`${BUS}-6101`, BUS_TWO, -122n - 10n, 'carry'],
    [`${BUS}-6102`, 'city:4520', -15n + 5_000n - 15n, 'pay'],
    [`${BUS_TWO}`, 'clearing house', 0n, 'carry'],
    [`${BUS_TWO}-6101`, BUS, 10n, 'pay'],
    [`${CITY}`, 'clearing house', 0n, 'carry'],
    [`${CITY}-6101`, BUS, -5_985n - 5_000n + 15n, 'carry'],
  ]);
  expect(await verifyLedger(db)).toMatchObject({ ok: true });
});

it('sheets of sales, refunds and fees each leave out what a pair settles of them', async () => {
  const { db, deps } = city;
  const others = [BUS_TWO, CITY].map(
    (participant) => ({ for: { participant }, netting: 'gross', validFrom: SIXTH_DAY }) as const,
  );
  const rule = { for: { participant: BUS }, mode: 2, validFrom: SIXTH_DAY } as const;
  await putInForce(SETTLEMENT, { rules: [...others, rule] }, SIXTH_DAY);
  await buy(db, SIXTH_DAY, 'purse', BUS, 30_000);
  await buy(db, SIXTH_DAY, 'city', BUS, 5_000);
  await transact(db, (tx) =>
    postOrThrow(tx, SIXTH_DAY, [transfer('refund:1', `operator-pending:${BUS}`, 'city-receivable:4520', 500)]),
  );
  await instruct(deps, SIXTH_DAY);
  // 1 % of 345.00: 3.45, of it 0.15 the neighbour's (30 % of it for 50 of 350 yuan) and 0.69 of the other bus company: 2.61 are left
  // on the sheet of fees. The neighbour's sales and its refund stand between it and the bus company alone.
  expect(await sheetsOf(SIXTH_DAY)).toEqual([
    [`${BUS}-21`, 'clearing house', 35_000n - 5_000n - 50n, 'pay'],
    [`${BUS}-23`, 'clearing house', -345n + 15n + 69n, 'carry'],
    [`${BUS}-7101`, 'city:4520', 5_000n, 'pay'],
    [`${BUS}-7201`, BUS_TWO, -132n - 69n, 'carry'],
    [`${BUS}-7202`, 'city:4520', -500n - 15n, 'carry'],
    [`${BUS_TWO}-7101`, BUS, 69n, 'pay'],
    [`${CITY}-7101`, BUS, 15n, 'pay'],
    [`${CITY}-7201`, BUS, -10_970n - 5_000n + 500n, 'carry'],
  ]);
  expect(await verifyLedger(db)).toMatchObject({ ok: true });
});

it('a city whose share follows from answers is given none by the fee table: the company keeps it, and pays what was agreed', async () => {
  const { db, deps } = city;
  await transact(db, (tx) => shareByAnswers(tx, '4520', SEVENTH_DAY));
  const fees = async () => (await accountBalance(db, 'fee-income:main')).posted;
  const before = await fees();
  await buy(db, SEVENTH_DAY, 'purse', BUS, 30_000);
  await buy(db, SEVENTH_DAY, 'city', BUS, 5_000);
  await instruct(deps, SEVENTH_DAY);
  // 1 % of 350.00: 3.50, of which 0.70 are the other bus company's.
  expect(await fees()).toBe(before + 350n - 70n);
  expect(await sheetsOf(SEVENTH_DAY)).toContainEqual([`${CITY}-7201`, BUS, -15_470n - 5_000n, 'carry']);
  const explained = await explainPricing(db, SEVENTH_DAY, BUS);
  expect(explained.parts[0]?.shares).toContainEqual({
    ...{ institution: 'city:4520', account: 'fee-income:main', amountFen: 15n },
  });
});
