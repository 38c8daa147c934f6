import { addDays, type BusinessDate, businessDate, contentSha256, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { listSettlements } from '../netting/net-day.ts';
import { SETTLEMENT, type SettlementDocument } from '../netting/settlement-terms.ts';
import { explainPricing } from '../pricing/explain.ts';
import { FEES, type FeeDocument } from '../pricing/fee-document.ts';
import { approveTerms, proposeTerms, type TermsKind } from '../terms/versions.ts';
import { listMessages } from '../settlement/instruct.ts';
import { listSheets } from '../settlement/sheets.ts';
import { advanceAsFarAsPossible } from './advance.ts';
import { cutOff } from './days.ts';
import {
  approve,
  BUS,
  BUS_TWO,
  buy,
  CARD,
  CITY,
  DAY,
  fillDay,
  instruct,
  NEXT_DAY,
  PEOPLE,
  startTestCity,
  TAXI,
  WATER,
} from './test-city.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
  await city.db.query(
    `update clearing.participant set settlement_account = '{"accountNo":"62281","bankLineNo":"102458000011","accountName":"Taxi (test)"}' where participant_no = $1`,
    [TAXI],
  );
  await city.db.query(
    `insert into clearing.purse (card_no, issuer_city, valid_from, valid_to, purse_cap_fen, status)
     values ($1, '4580', '2026-01-01', '2036-01-01', 100000, 'active')`,
    [CARD],
  );
});
afterAll(async () => {
  await city.stop();
});

async function putInForce<D>(kind: TermsKind<D>, from: BusinessDate, document: D): Promise<void> {
  await transact(city.db, async (tx) => {
    const { version } = await proposeTerms(tx, PEOPLE.maker, kind, from, document);
    await approveTerms(tx, PEOPLE.checker, kind, version);
  });
}

const sheetsOf = async (date: BusinessDate) =>
  (await listSheets(city.db, date)).map((sheet) => [
    sheet.participantNo,
    sheet.part,
    sheet.payableFen,
    sheet.carryReason ?? sheet.settleDate,
  ]);

describe('a day settled by the terms of each participant', () => {
  it('shares fees, keeps parts apart, waits for the day and the amount, and proves it all', async () => {
    const { db, deps } = city;
    const fees: FeeDocument = {
      rules: [
        {
          for: { participant: BUS },
          kind: 'by-amount',
          ladder: [
            { from: '0', upTo: '10000', rate: '10000' },
            { from: '10000', upTo: null, rate: '5000' },
          ],
          shares: [
            { to: 'company', percent: '50' },
            { to: 'issuer', percent: '30' },
            { to: `participant:${BUS_TWO}`, percent: '20' },
          ],
          validFrom: DAY,
        },
        {
          for: { participant: BUS_TWO },
          product: '0100',
          kind: 'by-amount',
          rate: '333',
          rounding: 'transaction',
          validFrom: DAY,
        },
      ],
    };
    await putInForce(FEES, DAY, fees);
    const terms: SettlementDocument = {
      rules: [
        { for: { participant: BUS }, mode: 3, payAfterWorkingDays: 2, validFrom: DAY },
        { for: { participant: BUS_TWO }, thresholdFen: 50_000, carryAtMostDays: 2, validFrom: DAY },
        { for: { industry: '02' }, rhythm: { every: 'week', weekdays: [6] }, validFrom: DAY },
        { for: { participant: CITY }, netting: 'gross', validFrom: DAY },
      ],
    };
    await putInForce(SETTLEMENT, DAY, terms);
    await fillDay(db);
    await instruct(deps);

    // Bus: 1 % of 10 000 and 0.5 % of 11 001, half up = 155; of it 50 % ours, 30 % by what cards bought (900 of 21 001 fen by
    // the neighbour's), 20 % the other bus company's: 77.5, 44.5 + 2.0, 31.
    const explained = await explainPricing(db, DAY, BUS);
    expect(explained).toMatchObject({ grossFen: 21_001n, feeFen: 155n, netFen: 20_846n });
    expect(explained.parts[0]).toMatchObject({
      sections: [
        { part: 10_000n, rate: '10000' },
        { part: 11_001n, rate: '5000' },
      ],
      shares: [
        { institution: 'city:4520', amountFen: 2n },
        { institution: 'company', amountFen: 122n },
        { institution: `participant:${BUS_TWO}`, amountFen: 31n },
      ],
    });
    // The second bus company pays 333 millionths for these cards, rounded per transaction: 9.99, so 10.
    // 2026-11-20 is a Friday: bus on T+2 (Tuesday); taxi waits for Saturday; the second bus company for 500 yuan; the city
    // is kept gross: what the clearing house owes it (2 400) and what the bus company does (its share of 2) is paid, its
    // receivable of 900 stays. City and bus company have a sheet for each direction between them; the share, which is part of the
    // fee of 155 as well, comes back with the fees, and the 900 with the sales.
    expect(await sheetsOf(DAY)).toEqual([
      [BUS, '31', 21_001n - 900n, '2026-11-24'],
      [BUS, '32', -155n + 2n, 'the participant owes this amount'],
      [BUS, '71', 900n, '2026-11-24'],
      [BUS, '72', -2n, 'the participant owes this amount'],
      [BUS_TWO, '1', 30_000n - 10n + 31n, 'below the threshold of 500.00 yuan'],
      [TAXI, '1', 6_965n, 'settled every Saturday'],
      [WATER, '1', 3_000n, '2026-11-23'],
      [CITY, '51', 2_400n, '2026-11-23'],
      [CITY, '71', 2n, '2026-11-23'],
      [CITY, '72', -900n, 'the participant owes this amount'],
    ]);
    // The bank is asked once per day of payment: T+1 on Monday, T+2 on Tuesday.
    expect(await listMessages(db, DAY)).toMatchObject([
      { messageId: 'PAY-20261120-1', requestedDate: '2026-11-23', count: 3, amountFen: 5_402n },
      { messageId: 'PAY-20261120-2', requestedDate: '2026-11-24', count: 2, amountFen: 21_001n },
    ]);
    expect((await accountBalance(db, 'city-receivable:4520')).posted).toBe(900n);
    const gross = (await listSettlements(db, DAY)).filter(({ from, to }) => [from, to].includes('city:4520'));
    expect(gross.map(({ from, to, amountFen }) => [from, to, amountFen])).toEqual([
      [BUS, 'city:4520', 2n],
      ['city:4520', BUS, 900n],
      ['holders', 'city:4520', 2_400n],
    ]);
  });

  it('carries into the sheet of the same part, with the period it covers, until it is paid', async () => {
    const { db, deps } = city;
    await buy(db, NEXT_DAY, 'purse', BUS, 10_000);
    // The bus company has paid its fee of the first day: "OWED" in the bank's statement.
    const paid = transfer('bank:1', 'bank-custody:622800000001', `operator-payable:${BUS}`, 153);
    await transact(db, (tx) => postOrThrow(tx, NEXT_DAY, [paid]));
    await buy(db, NEXT_DAY, 'purse', TAXI, 1_000);
    await instruct(deps, NEXT_DAY); // a Saturday
    expect(await sheetsOf(NEXT_DAY)).toEqual([
      [BUS, '31', 10_000n, '2026-11-24'],
      [BUS, '32', -100n, 'the participant owes this amount'],
      [BUS, '72', -2n, 'the participant owes this amount'],
      // The threshold is not reached, but two days are over; 20 of its share of 100 fen came on top.
      [BUS_TWO, '1', 30_021n + 20n, '2026-11-23'],
      [TAXI, '1', 6_965n + 995n, '2026-11-23'],
      [CITY, '72', -900n, 'the participant owes this amount'],
    ]);
    const taxi = (await listSheets(db, NEXT_DAY)).find(({ participantNo }) => participantNo === TAXI);
    expect(taxi).toMatchObject({ periodFrom: DAY, carriedInFen: 6_965n, rhythm: 'every Saturday' });
    const before = (await listSheets(db, DAY)).find(({ participantNo }) => participantNo === TAXI);
    expect(before).toMatchObject({ state: 'carried', carriedInto: taxi?.sheetNo });
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  });

  it('joins everything again when the terms say so', async () => {
    const { db, deps } = city;
    const date = addDays(NEXT_DAY, 1);
    await putInForce(SETTLEMENT, date, { rules: [], ended: [{ participant: BUS }, { participant: CITY }] });
    await buy(db, date, 'purse', BUS, 10_000);
    await buy(db, date, 'purse', 'city', 1_500);
    await instruct(deps, date);
    expect(await sheetsOf(date)).toEqual([
      [BUS, '1', 10_000n - 100n - 100n - 2n, '2026-11-23'],
      [BUS_TWO, '1', 20n, 'below the threshold of 500.00 yuan'],
      [CITY, '1', 600n, '2026-11-23'],
    ]);
    expect((await accountBalance(db, 'city-receivable:4520')).posted).toBe(0n);
  });

  it('is approved only while the proof of its netting stands', async () => {
    const { db, deps } = city;
    const date = addDays(NEXT_DAY, 2);
    await buy(db, date, 'purse', BUS, 10_000);
    await cutOff(db, date);
    await advanceAsFarAsPossible(deps, date);
    const { rows } = await db.query<{ before_sum_fen: bigint; after_sum_fen: bigint; settlement_sum_fen: bigint }>(
      'select before_sum_fen, after_sum_fen, settlement_sum_fen from clearing.netting_proof where business_date = $1',
      [date],
    );
    expect(rows).toEqual([{ before_sum_fen: 0n, after_sum_fen: 0n, settlement_sum_fen: 0n }]);
    const move = (by: number) =>
      db.query('update clearing.net_settlement set amount_fen = amount_fen + $2 where business_date = $1', [date, by]);
    await move(1);
    await expect(approve(db, date)).rejects.toMatchObject({ code: 'clearing-day.evidence-broken' });
    await move(-1);
    await approve(db, date);
    await expect(db.query('delete from clearing.netting_proof')).rejects.toThrow('only ever added to');
  });
});

describe('documents of two people', () => {
  const openDay = async (): Promise<BusinessDate> => {
    const { rows } = await city.db.query<{ date: string }>(
      `select business_date as date from clearing.business_day where state = 'open'`,
    );
    return businessDate(rows[0]!.date);
  };
  const propose = <D>(kind: TermsKind<D>, from: BusinessDate, document: D, who: Principal = PEOPLE.maker) =>
    transact(city.db, (tx) => proposeTerms(tx, who, kind, from, document));
  const tariffs = async (): Promise<string> => {
    const { rows } = await city.db.query('select * from clearing.tariff order by tariff_id');
    return contentSha256(rows).toString('hex');
  };

  it('are refused with the place of what is wrong, and change nothing', async () => {
    const from = addDays(await openDay(), 5);
    const before = await tariffs();
    const rule = { for: { industry: '02' }, kind: 'by-amount', rate: '1', validFrom: from } as const;
    const refused = async (rules: FeeDocument['rules'], sentence: string) =>
      expect(propose(FEES, from, { rules })).rejects.toMatchObject({
        code: 'clearing.terms.refused',
        message: expect.stringContaining(sentence) as unknown,
      });
    const [last, gapped] = [addDays(from, 9), addDays(from, 12)];
    await refused(
      [
        { ...rule, validTo: last },
        { ...rule, validFrom: gapped },
      ],
      `industry:2: there is a gap after ${last}`,
    );
    await refused([rule, { ...rule, validFrom: gapped }], `industry:2: two rows overlap on ${gapped}`);
    await refused([{ ...rule, validFrom: addDays(from, -1) }], 'rule 1 begins on');
    await refused(
      [{ ...rule, for: { participant: '904400000000001' } }],
      'there is no operator, agent, biller or city',
    );
    await refused(
      [{ ...rule, shares: [{ to: 'participant:904400000000001', percent: '100' }] }],
      'a share of industry:2',
    );
    const everybody = { ...rule, for: { everybody: true as const }, validTo: last };
    await refused([everybody], `from ${addDays(last, 1)} on nothing prices`);
    await expect(propose(FEES, DAY, { rules: [rule] })).rejects.toMatchObject({ code: 'clearing.terms.day-begun' });
    expect(await tariffs()).toBe(before);
  });

  it('count from their day on once another person approved them; a proposal waits for nobody else', async () => {
    const from = addDays(await openDay(), 5);
    const document: FeeDocument = { rules: [{ for: { industry: '02' }, kind: 'fixed', rate: '7', validFrom: from }] };
    const { version } = await propose(FEES, from, document, PEOPLE.both);
    expect(await propose(FEES, from, document, PEOPLE.both)).toMatchObject({ version });
    const other = propose(FEES, from, { ...document, note: 'another' });
    await expect(other).rejects.toMatchObject({ code: 'clearing.terms.proposal-open' });
    const confirm = (who: (typeof PEOPLE)['both' | 'checker']) =>
      transact(city.db, (tx) => approveTerms(tx, who, FEES, version));
    await expect(confirm(PEOPLE.both)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await confirm(PEOPLE.checker)).toMatchObject({ state: 'approved' });
    const after = await tariffs();
    expect(await confirm(PEOPLE.checker)).toMatchObject({ state: 'approved' });
    expect(await tariffs()).toBe(after);
  });
});
