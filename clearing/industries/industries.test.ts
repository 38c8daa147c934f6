import { addDays, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { cutOff } from '../day/days.ts';
import { BUS, CARD, DAY, insertRecord, startTestCity } from '../day/test-city.ts';
import { floatPosition } from '../float/float-position.ts';
import { post } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { createParticipant } from '../participants/participant.ts';
import type { IndustryDocument } from './document.ts';
import { endEntitlement, entitlementsOf, grantEntitlement } from './entitlements.ts';
import { findingsOf, openTrips } from './entries.ts';
import { approveFundCredits, orderFundCredits } from './fund-credits.ts';
import { approveFundPayment, fundPosition, proposeFundPayment } from './fund-payments.ts';
import { BUS_RIDES, MEDICAL, TOLL, YEAR_CARD } from './industries.test-data.ts';
import { findIndustry } from './in-force.ts';
import { fareOf } from './second-look/distance.ts';
import { lookAgain } from './second-look/second-look.ts';
import { industryLines } from './settlement-lines.ts';
import { approveIndustry, industryVersions, proposeIndustry, withdrawIndustry } from './versions.ts';

const MAKER: Principal = { id: 'platform', name: 'Platform (test)', kind: 'person', roles: ['platform'] };
const CHECKER: Principal = { ...MAKER, id: 'platform-2' };
const FINANCE: Principal = { ...MAKER, id: 'finance-maker' };
const FINANCE_CHECKER: Principal = { ...MAKER, id: 'finance-checker' };
const [TOURISM, TOLL_ROAD, HOSPITAL] = [5, 6, 10];
/** Who sells in each; buses do in whatever is left. */
const SELLERS: Readonly<Record<number, string>> = { 5: 'PARKS0000000005', 6: 'ROADS0000000006', 10: 'HOSPI0000000010' };

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
  await transact(city.db, async (tx) => {
    for (const person of [MAKER, CHECKER]) await createPrincipal(tx, person);
    for (const [industry, participantNo] of Object.entries(SELLERS))
      await createParticipant(tx, {
        participantNo,
        name: 'Seller (test)',
        kind: 'operator',
        industry: Number(industry),
      });
    // The test city opened the accounts of the card; here it is a card as well.
    await tx.query(
      `insert into clearing.purse (card_no, issuer_city, valid_from, valid_to, purse_cap_fen, status)
       values ($1, '4580', $2::date - 30, $2::date + 300, 100000, 'active')`,
      [CARD, DAY],
    );
  });
});
afterAll(async () => {
  expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
  await city.stop();
});

async function inForce(industry: number, document: IndustryDocument, validFrom = DAY): Promise<void> {
  const { version } = await transact(city.db, (tx) => proposeIndustry(tx, MAKER, industry, validFrom, document));
  await transact(city.db, (tx) => approveIndustry(tx, CHECKER, industry, version));
}

let records = 0;

/** An accepted purchase of the day, as validation leaves it. */
async function sold(
  industry: number,
  amount: number,
  data: string,
  hour = 8,
  seller = SELLERS[industry] ?? BUS,
): Promise<bigint> {
  records += 1;
  const intakeId = BigInt(70_000 + records);
  await transact(city.db, async (tx) => {
    await insertRecord(tx, { date: DAY, intakeId, to: seller, amount, state: 'accepted', code: null });
    const raw = Buffer.concat([Buffer.alloc(56), Buffer.from(data.padEnd(16, '0'), 'hex')]);
    await tx.query(
      `update clearing.purchase_record set industry = $2, raw = $3, tapped_at = $4 where intake_id = $1 and card_no = $5`,
      [intakeId, industry, raw, new Date(`${DAY}T${String(hour).padStart(2, '0')}:00:00+08:00`), CARD],
    );
    if (amount === 0) return;
    const done = await post(tx, DAY, [
      transfer(`purchase:${intakeId}:0`, 'purse', `operator-pending:${seller}`, amount, CARD),
    ]);
    expect(done).toEqual([{ outcome: 'posted' }]);
  });
  return intakeId;
}

const entryOf = async (intakeId: bigint) =>
  (
    await city.db.query(
      `select finding, expected_fen, fund_fen, facts from clearing.industry_entry where intake_id = $1`,
      [intakeId],
    )
  ).rows[0];

describe('an industry', () => {
  it('is put in force by two people from a day on, and every version is kept', async () => {
    await inForce(TOLL_ROAD, TOLL);
    await inForce(TOLL_ROAD, { ...TOLL, nameEnglish: 'Toll road, dearer' }, addDays(DAY, 1));
    expect((await findIndustry(city.db, TOLL_ROAD, DAY))?.document.nameEnglish).toBe('Toll road (test)');
    expect((await findIndustry(city.db, TOLL_ROAD, addDays(DAY, 1)))?.version).toBe(2);
    expect(await findIndustry(city.db, TOLL_ROAD, addDays(DAY, -1))).toBeUndefined();
    expect((await industryVersions(city.db, TOLL_ROAD)).map(({ state }) => state)).toEqual(['approved', 'approved']);
    await expect(
      city.db.query(`update clearing.industry_version set valid_from = valid_from - 9 where version = 1`),
    ).rejects.toThrow('kept as it is');
  });

  it('is not put in force by one person, before the open day, with another pattern, or beside an open proposal', async () => {
    const propose = (document: IndustryDocument, from = DAY, industry = 0x20) =>
      transact(city.db, (tx) => proposeIndustry(tx, MAKER, industry, from, document));
    const first = await propose(YEAR_CARD);
    expect(await propose(YEAR_CARD)).toEqual(first);
    await expect(transact(city.db, (tx) => approveIndustry(tx, MAKER, 0x20, 1))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    await expect(propose(MEDICAL)).rejects.toMatchObject({ code: 'clearing.industries.proposal-open' });
    await transact(city.db, (tx) => withdrawIndustry(tx, MAKER, 0x20, 1));
    await expect(transact(city.db, (tx) => approveIndustry(tx, CHECKER, 0x20, 1))).rejects.toMatchObject({
      code: 'clearing.industries.decided',
    });
    await expect(propose(YEAR_CARD, addDays(DAY, -1))).rejects.toMatchObject({ code: 'clearing.industries.day-begun' });
    await expect(propose(YEAR_CARD, DAY, TOLL_ROAD)).rejects.toMatchObject({
      code: 'clearing.industries.pattern-fixed',
    });
  });

  it.each<[string, number, IndustryDocument]>([
    ['bus and taxi', 1, TOLL],
    [
      'takes 12 bytes',
      0x21,
      {
        ...YEAR_CARD,
        data: [
          { name: 'a', bytes: 6, form: 'number', meaning: 'x' },
          { name: 'b', bytes: 6, form: 'bcd', meaning: 'x' },
        ],
      },
    ],
    ['needs the field fundFen', 0x21, { ...MEDICAL, data: MEDICAL.data.slice(0, 1) }],
    ['its fee', 0x21, { ...YEAR_CARD, fee: { kind: 'fixed', rate: '1.5' } }],
    [
      'two stations',
      0x21,
      {
        ...(TOLL as Extract<IndustryDocument, { pattern: 'distance' }>),
        stations: [
          { station: '0101', nameChinese: 'a', metres: 1 },
          { station: '0101', nameChinese: 'b', metres: 2 },
        ],
      },
    ],
  ])('whose document is wrong is refused with what is wrong: %s', async (problem, industry, document) => {
    const refused = transact(city.db, (tx) => proposeIndustry(tx, MAKER, industry, DAY, document));
    await expect(refused).rejects.toMatchObject({ code: 'clearing.industries.document-refused' });
    await expect(refused).rejects.toThrow(problem);
  });
});

describe('a toll', () => {
  it.each([
    ['0101', '0102', 1, 500n],
    ['0102', '0101', 1, 500n],
    ['0101', '0103', 1, 1600n],
    ['0103', '0101', 2, 2500n],
    ['0102', '0102', 2, 1000n],
  ])('from %s to %s for class %d is %d fen', (entryStation, exitStation, vehicleClass, fareFen) => {
    expect(fareOf(TOLL as never, { entryStation, exitStation, vehicleClass })).toEqual({ fareFen });
  });

  it('is compared with what the card paid; what differs is found, told once and listed', async () => {
    const right = [await sold(TOLL_ROAD, 0, '010101000001', 7), await sold(TOLL_ROAD, 1600, '020101010301', 9)];
    const wrong = await sold(TOLL_ROAD, 1550, '020101010301', 10);
    const nowhere = await sold(TOLL_ROAD, 500, '020101099901', 11);
    const left = await sold(TOLL_ROAD, 0, '010102000001', 12);
    expect(await lookAgain(city.db)).toEqual({ examined: 5 });
    expect(await lookAgain(city.db)).toEqual({ examined: 0 });
    for (const each of [...right, left]) expect((await entryOf(each))?.['finding']).toBeNull();
    expect(await entryOf(wrong)).toMatchObject({ finding: 'fare-differs', expected_fen: 1600n });
    expect(await entryOf(nowhere)).toMatchObject({ finding: 'station-unknown', expected_fen: null });
    const found = await findingsOf(city.db, TOLL_ROAD, DAY);
    expect(found.map(({ finding, cardNoMasked }) => [finding, cardNoMasked.includes('*')])).toEqual([
      ['fare-differs', true],
      ['station-unknown', true],
    ]);
    expect(await findingsOf(city.db, TOLL_ROAD, DAY, 'SOMEBODYELSE')).toEqual([]);
    const alarms = (await alarmsAfter(city.db, 0n)).filter(({ kind }) => kind === 'industry-finding');
    expect(alarms.map(({ evidence }) => evidence['finding'])).toEqual(['fare-differs', 'station-unknown']);
    const open = await openTrips(city.db, TOLL_ROAD, new Date(`${DAY}T23:00:00+08:00`));
    expect(open.map(({ intakeId }) => intakeId)).toEqual([left]);
  });
});

describe('an entitlement', () => {
  it('lets in as often as it says, and shows who entered without', async () => {
    await inForce(TOURISM, YEAR_CARD);
    const before = await sold(TOURISM, 0, '', 6);
    await lookAgain(city.db);
    expect((await entryOf(before))?.['finding']).toBe('not-entitled');
    const grant = (visitsAllowed: number, validTo = addDays(DAY, 300)) =>
      transact(city.db, (tx) =>
        grantEntitlement(tx, MAKER, {
          cardNo: CARD,
          industry: TOURISM,
          validFrom: DAY,
          validTo,
          visitsAllowed,
          reference: 'TEST-1',
        }),
      );
    const { entitlementNo } = await grant(2);
    const visits = [await sold(TOURISM, 0, '', 7), await sold(TOURISM, 0, '', 8), await sold(TOURISM, 0, '', 9)];
    const ticket = await sold(TOURISM, 4000, '', 10);
    await lookAgain(city.db);
    const findings = await Promise.all([...visits, ticket].map(async (each) => (await entryOf(each))?.['finding']));
    expect(findings).toEqual([null, null, 'visits-used-up', null]);
    expect(await entitlementsOf(city.db, MAKER, CARD)).toMatchObject([{ entitlementNo, visitsUsed: 2, code: '05' }]);
    await transact(city.db, (tx) => endEntitlement(tx, MAKER, CARD, entitlementNo));
    await transact(city.db, (tx) => endEntitlement(tx, MAKER, CARD, entitlementNo));
    const stranger: Principal = { ...MAKER, roles: ['operator-partner'], participantNo: BUS };
    expect(await entitlementsOf(city.db, stranger, CARD)).toEqual([]);
    await expect(transact(city.db, (tx) => endEntitlement(tx, stranger, CARD, entitlementNo))).rejects.toMatchObject({
      code: 'clearing.industries.not-yours',
    });
  });
});

describe('a fund', () => {
  it('pays its part out of accounts of its own, never out of the float', async () => {
    await inForce(HOSPITAL, MEDICAL);
    const list = { industry: HOSPITAL, reference: 'FUND-2026-11', lines: [{ cardNo: CARD, amountFen: fen(50_000) }] };
    const before = await floatPosition(city.db, DAY);
    const { listNo } = await transact(city.db, (tx) => orderFundCredits(tx, FINANCE, list));
    await expect(transact(city.db, (tx) => orderFundCredits(tx, FINANCE, list))).rejects.toMatchObject({
      code: 'clearing.industries.list-known',
    });
    await expect(transact(city.db, (tx) => approveFundCredits(tx, FINANCE, listNo))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    await transact(city.db, (tx) => approveFundCredits(tx, FINANCE_CHECKER, listNo));
    await transact(city.db, (tx) => approveFundCredits(tx, FINANCE_CHECKER, listNo));
    // 12.00 paid oneself of 100.00; a part too large for what is left; parts that are not the whole.
    const paid = await sold(HOSPITAL, 1200, '0000271000002260');
    const short = await sold(HOSPITAL, 100, '0000c3b40000c350');
    const differ = await sold(HOSPITAL, 100, '0000271000000001');
    await lookAgain(city.db);
    expect(await entryOf(paid)).toMatchObject({ finding: null, fund_fen: 8800n });
    expect(await entryOf(short)).toMatchObject({ finding: 'fund-short', fund_fen: 0n });
    expect(await entryOf(differ)).toMatchObject({ finding: 'parts-differ', fund_fen: 0n });
    // A bus that calls its ride a treatment draws on no fund.
    const bus = await sold(HOSPITAL, 1200, '0000271000002260', 8, BUS);
    await lookAgain(city.db, { justDecided: true });
    expect(await entryOf(bus)).toMatchObject({ finding: 'participant-foreign', fund_fen: 0n });
    const claims = [{ participantNo: SELLERS[HOSPITAL], amountFen: 8800n }];
    expect(await fundPosition(city.db, HOSPITAL)).toEqual({
      code: '0A',
      poolFen: 50_000n,
      cardsFen: 41_200n,
      claimsFen: 8800n,
      claims,
      ok: true,
    });
    const payment = {
      industry: HOSPITAL,
      participantNo: SELLERS[HOSPITAL] ?? '',
      reference: 'P-1',
      amountFen: fen(8800),
    };
    const { approvalId } = await transact(city.db, (tx) => proposeFundPayment(tx, FINANCE, payment));
    await expect(
      transact(city.db, (tx) => proposeFundPayment(tx, FINANCE, { ...payment, amountFen: fen(8801) })),
    ).rejects.toMatchObject({ code: 'clearing.industries.fund-owes-less' });
    await transact(city.db, (tx) => approveFundPayment(tx, FINANCE_CHECKER, approvalId));
    await transact(city.db, (tx) => approveFundPayment(tx, FINANCE_CHECKER, approvalId));
    expect(await fundPosition(city.db, HOSPITAL)).toMatchObject({ poolFen: 41_200n, claimsFen: 0n, ok: true });
    const after = await floatPosition(city.db, DAY);
    expect([after.owedFen, after.ok]).toEqual([before.owedFen, true]);
  });

  it('is credited for cards that exist', async () => {
    const lines = [{ cardNo: '3104580010000000012', amountFen: fen(1) }];
    await expect(
      transact(city.db, (tx) => orderFundCredits(tx, FINANCE, { industry: HOSPITAL, reference: 'X', lines })),
    ).rejects.toMatchObject({ code: 'clearing.industries.cards-unknown' });
  });
});

it('the day has a line for each industry that was in it, to the fen, and looks at what is left before it is priced', async () => {
  await inForce(1, BUS_RIDES);
  const late = await sold(TOLL_ROAD, 500, '020101010201', 20);
  await sold(1, 200, '', 21);
  await cutOff(city.db, DAY);
  expect(await advanceAsFarAsPossible(city.deps, DAY)).toBe('netted');
  expect(await entryOf(late)).toMatchObject({ finding: null, expected_fen: 500n });
  const lines = await industryLines(city.db, DAY);
  expect(
    lines.map(({ code, pattern, purchaseCount, purchaseFen, visitCount, fundFen, findingCount }) => [
      code,
      pattern,
      Number(purchaseCount),
      Number(purchaseFen),
      Number(visitCount),
      Number(fundFen),
      Number(findingCount),
    ]),
  ).toEqual([
    ['01', 'offline-purchase', 1, 200, 0, 0, 0],
    ['05', 'entitlement', 5, 4000, 4, 0, 2],
    ['06', 'distance', 6, 4150, 2, 0, 2],
    ['0A', 'fund', 4, 2600, 0, 8800, 3],
  ]);
  const fees = lines.map(({ feeFen, netFen }) => feeFen + netFen);
  expect(fees).toEqual([1400n, 4000n, 4150n, 1400n]);
});
