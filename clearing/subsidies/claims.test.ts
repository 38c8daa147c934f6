import {
  addDays,
  type BusinessDate,
  businessDate,
  chinaCalendar,
  cityDate,
  createLogger,
  createPrincipal,
  fen,
  type Principal,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approveApportionment, proposeApportionment } from '../concessions/apportion.ts';
import { CONCESSIONS, type ConcessionDocument } from '../concessions/document.ts';
import { passesOf, sellPass } from '../concessions/pass.ts';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { cutOff } from '../day/days.ts';
import type { ClearingDayDeps } from '../day/deps.ts';
import { floatPosition } from '../float/float-position.ts';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { addTariff } from '../pricing/tariff-table.ts';
import { verifyLedger } from '../ledger/verify.ts';
import type { CardNo } from '../purses/card-number.ts';
import { endConcession, grantConcession } from '../purses/concession.ts';
import { approveTerms, proposeTerms } from '../terms/versions.ts';
import {
  BUS_ONE,
  BUS_TWO,
  minutes,
  type PurchaseWorld,
  SAM_TWO,
  startPurchaseWorld,
  tap,
  TODAY,
} from '../validation/purchase-fixture.ts';
import { validateReceived } from '../validation/validate.ts';
import { approveClaim, findClaim, proposeClaim, verifyClaim, withdrawClaim } from './claim.ts';
import { claimCsv } from './lines.ts';
import { linesOfClaim } from './lines-of-claim.ts';
import { releaseSubsidies } from './release.ts';

const person = (id: string): Principal => ({ id, name: `测试 ${id}`, kind: 'person', roles: ['finance-maker'] });
const [MAKER, CHECKER] = [person('test-maker'), person('test-checker')];
const MONTH = TODAY.slice(0, 7);
const NEXT_MONTH: BusinessDate = businessDate('2026-12-01');
const bus = { industry: '01' } as const;
const fare = {
  for: bus,
  kind: 'fare',
  category: 'senior',
  paysPercent: 0,
  maxFullFareFen: 1_000,
  subsidyPercent: 100,
  improbableMinutes: 5,
  validFrom: TODAY,
} as const;
const document: ConcessionDocument = {
  rules: [
    fare,
    { ...fare, category: 'student', paysPercent: 50 },
    { for: bus, kind: 'pass', code: 'month', days: 2, priceFen: 1_000, validFrom: TODAY },
    { for: bus, kind: 'pass', code: 'three', days: 2, rides: 3, priceFen: 500, validFrom: TODAY },
  ],
};

let world: PurchaseWorld;
let counter = 0;
beforeAll(async () => {
  world = await startPurchaseWorld();
  await transact(world.db, async (tx) => {
    for (const who of [MAKER, CHECKER]) await createPrincipal(tx, who);
    await addTariff(tx, { subject: { everybody: true }, kind: 'by-amount', rate: '5000', validFrom: TODAY });
    const { version } = await proposeTerms(tx, MAKER, CONCESSIONS, TODAY, document);
    await approveTerms(tx, CHECKER, CONCESSIONS, version);
  });
});
afterAll(() => world.stop());

async function ride(card: CardNo, at: number, amount: number, full: number, participantNo = BUS_ONE): Promise<void> {
  const industryData = Buffer.alloc(8);
  industryData.writeUInt16BE(full, 6);
  const record = tap(card, {
    amount,
    tappedAt: minutes(at),
    industryData,
    offlineCounter: (counter += 1),
    ...(participantNo === BUS_TWO && { samNo: SAM_TWO }),
  });
  await world.upload([record], { participantNo });
}

const entitled = async (category: string): Promise<CardNo> => {
  const card = await world.card();
  const validTo = addDays(TODAY, 300);
  await transact(world.db, (tx) => grantConcession(tx, card, { category, validFrom: addDays(TODAY, -30), validTo }));
  return card;
};

/** The days of the rest of the month, each cut off and priced. */
async function overTheMonth(): Promise<void> {
  await validateReceived(world);
  const deps: ClearingDayDeps = {
    db: world.db,
    hsm: world.hsm,
    logger: createLogger('test', { level: 'silent' }),
    calendar: chinaCalendar(),
    custody: { accountNo: 'test', bankLineNo: '102458000011', accountName: 'City Card Company (test)' },
  };
  for (let day = TODAY; day < NEXT_MONTH; day = addDays(day, 1)) {
    await cutOff(world.db, day);
    await advanceAsFarAsPossible(deps, day);
  }
}

const inTx = <T>(work: Parameters<typeof transact<T>>[1]) => transact(world.db, work);

describe('a month of concessions and passes', () => {
  let [alive, dead, student] = ['', '', ''] as unknown as [CardNo, CardNo, CardNo];
  let rider: CardNo;
  let approved: bigint;

  it('sells passes out of what the card has, and renews one without a day between', async () => {
    rider = await world.card();
    await expect(
      inTx((tx) => sellPass(tx, MAKER, { cardNo: rider, code: 'month', payFrom: 'online' })),
    ).rejects.toMatchObject({ code: 'clearing.concessions.money-missing' });
    const legs = [{ debit: 'bank-custody:test', credit: 'pending-credit', amount: fen(5_000) }];
    await inTx((tx) => postOrThrow(tx, TODAY, [{ cardNo: rider, key: 'test-credit', reason: 'test', legs }]));
    const sell = (code: string) =>
      inTx((tx) => sellPass(tx, MAKER, { cardNo: rider, code, payFrom: 'pending-credit' }));
    const [first, renewed, three] = [await sell('month'), await sell('month'), await sell('three')];
    const today = cityDate(new Date());
    expect([first.validFrom, first.validTo]).toEqual([today, addDays(today, 1)]);
    expect([renewed.validFrom, renewed.validTo]).toEqual([addDays(today, 2), addDays(today, 3)]);
    expect(three).toMatchObject({ validFrom: today, ridesAllowed: 3 });
    await expect(sell('year')).rejects.toMatchObject({ code: 'clearing.concessions.pass-unknown' });
    expect(await world.owed('pass-unearned:main')).toBe(2_500n);
    // The clock of the taps stands still; passes are put there.
    await world.db.query(`update clearing.pass set valid_from = $1, valid_to = $1 where card_no = $2`, [TODAY, rider]);
    await world.db.query(
      `update clearing.pass set valid_from = valid_from + 1, valid_to = valid_to + 8 where pass_no = $1`,
      [renewed.passNo],
    );
  });

  it('claims what operators forwent, leaves out who was not entitled and marks what is improbable', async () => {
    [alive, dead, student] = [await entitled('senior'), await entitled('senior'), await entitled('student')];
    await ride(alive, -300, 0, 200);
    await ride(alive, -200, 0, 300, BUS_TWO);
    await ride(alive, -198, 0, 100, BUS_TWO);
    await ride(alive, -100, 0, 1_001);
    await ride(dead, -300, 0, 200);
    await ride(student, -300, 101, 0);
    for (const [at, operator] of [
      [-90, BUS_ONE],
      [-80, BUS_ONE],
      [-70, BUS_TWO],
    ] as const)
      await ride(rider, at, 0, 200, operator);
    await expect(inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'senior'))).rejects.toMatchObject({
      code: 'clearing.concessions.month-open',
    });
    await overTheMonth();
    await expect(inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'disabled'))).rejects.toMatchObject({
      code: 'clearing.subsidies.nothing-to-claim',
    });
    const first = await inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'senior'));
    expect(first).toMatchObject({ rideCount: 4n, amountFen: 800n, excludedCount: 1n });
    await expect(inTx((tx) => approveClaim(tx, MAKER, first.claimNo))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    // The death becomes known before the second person has looked.
    await inTx((tx) => endConcession(tx, dead, TODAY));
    await expect(inTx((tx) => approveClaim(tx, CHECKER, first.claimNo))).rejects.toMatchObject({
      code: 'clearing.subsidies.changed',
    });
    await expect(inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'senior'))).rejects.toMatchObject({
      code: 'clearing.subsidies.claimed',
    });
    await inTx((tx) => withdrawClaim(tx, MAKER, first.claimNo));
    const claim = await inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'senior'));
    expect(claim).toMatchObject({
      rideCount: 3n,
      amountFen: 600n,
      excludedCount: 2n,
      excludedFen: 200n,
      improbableCount: 1n,
      improbableFen: 100n,
      shares: [
        { participantNo: BUS_ONE, rideCount: 1n, amountFen: 200n },
        { participantNo: BUS_TWO, rideCount: 2n, amountFen: 400n },
      ],
    });
    for (let again = 0; again < 2; again += 1)
      expect(await inTx((tx) => approveClaim(tx, CHECKER, claim.claimNo))).toMatchObject({ state: 'approved' });
    await expect(inTx((tx) => withdrawClaim(tx, MAKER, claim.claimNo))).rejects.toMatchObject({
      code: 'clearing.subsidies.decided',
    });
    approved = claim.claimNo;
    expect(await inTx((tx) => verifyClaim(tx, claim.claimNo))).toMatchObject({ ok: true });
    expect(await world.owed(`concession-receivable:${claim.claimNo}`)).toBe(600n);
    const file: string[] = [];
    for await (const piece of claimCsv(world.db, claim.claimNo)) file.push(piece);
    const all = await linesOfClaim(world.db, claim.claimNo, { flagged: false });
    expect([all.lines.length, all.next]).toEqual([5, undefined]);
    const claimed = all.lines.filter(({ excluded }) => excluded === undefined);
    expect(claimed.reduce((sum, { subsidyFen }) => sum + subsidyFen, 0n)).toBe(600n);
    const flagged = await linesOfClaim(world.db, claim.claimNo, { flagged: true });
    expect(flagged.lines.map(({ excluded, improbable }) => excluded ?? improbable).sort()).toEqual([
      'fare-too-high',
      'not-entitled',
      'two-at-once',
    ]);
    const [one, another] = all.lines;
    const after = `${one?.cardNo}.${one?.businessDate}.${one?.intakeId}.${one?.index}`;
    expect((await linesOfClaim(world.db, claim.claimNo, { flagged: false, after })).lines[0]).toEqual(another);
    const lines = file.join('').trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',').slice(5).join(',')).sort()).toEqual([
      '100,0,100,,two-at-once,',
      '1001,0,0,fare-too-high,,',
      '200,0,200,,,',
      '200,0,200,not-entitled,,',
      '300,0,300,,,',
    ]);
    expect((await inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'student'))).amountFen).toBe(51n);
  });

  it('pays operators when the bureau has paid, to the fen, and never before', async () => {
    const owed = async () => [
      await world.owed(`operator-payable:${BUS_ONE}`),
      await world.owed(`operator-payable:${BUS_TWO}`),
    ];
    const before = await owed().catch(() => []);
    const payable = async () => (await owed()).map((now, index) => now - (before[index] ?? 0n));
    const arrive = (key: string, amount: number) =>
      inTx(async (tx) => {
        const legs = [{ debit: 'bank-custody:test', credit: `concession-receivable:${approved}`, amount: fen(amount) }];
        await postOrThrow(tx, NEXT_MONTH, [{ key, reason: 'test', legs }]);
        await releaseSubsidies(tx, NEXT_MONTH);
        await releaseSubsidies(tx, NEXT_MONTH);
      });
    await inTx((tx) => releaseSubsidies(tx, NEXT_MONTH));
    expect((await inTx((tx) => findClaim(tx, approved))).paidFen).toBe(0n);
    await arrive('test-bureau:1', 100);
    expect(await payable()).toEqual([33n, 67n]);
    await arrive('test-bureau:2', 500);
    expect(await payable()).toEqual([200n, 400n]);
    expect(await inTx((tx) => findClaim(tx, approved))).toMatchObject({ state: 'paid', paidFen: 600n });
  });

  it('takes back in the next claim what a death made wrong that became known after the bureau had paid', async () => {
    await inTx((tx) => endConcession(tx, alive, TODAY));
    // Another senior rode with the second operator, for 3.50; the claim that was paid is put a month back.
    const other = await entitled('senior');
    await world.db.query(
      `insert into clearing.concession_ride
       select (jsonb_populate_record(r, $2)).* from clearing.concession_ride r where card_no = $1 and full_fen = 300`,
      [alive, { card_no: other, full_fen: 350, category_off_fen: 350, subsidy_fen: 350 }],
    );
    await world.db.query(`update clearing.concession_ride set posted_date = '2026-01-15' where card_no <> $1`, [other]);
    const claimedAgain = async (monthBack: string) => {
      await world.db.query(
        `update clearing.subsidy_claim set month = $1 where month = $2 and category = 'senior' and state <> 'withdrawn'`,
        [monthBack, `${MONTH}-01`],
      );
      const claim = await inTx((tx) => proposeClaim(tx, MAKER, MONTH, 'senior'));
      await inTx((tx) => approveClaim(tx, CHECKER, claim.claimNo));
      return claim;
    };
    // The first operator has nothing in this claim to take it off; of the second, what 3.50 reaches for.
    expect(await claimedAgain('2026-01-01')).toMatchObject({
      rideCount: 1n,
      amountFen: 50n,
      reclaimedCount: 1n,
      reclaimedFen: 300n,
      shares: [{ participantNo: BUS_TWO, rideCount: 1n, amountFen: 50n }],
    });
    const next = await claimedAgain('2026-02-01');
    expect(next).toMatchObject({ amountFen: 250n, reclaimedCount: 1n, reclaimedFen: 100n });
    const file: string[] = [];
    for await (const piece of claimCsv(world.db, next.claimNo)) file.push(piece);
    expect(file.join('')).toContain(`,100,0,-100,,,${approved}`);
    expect((await claimedAgain('2026-03-01')).reclaimedFen).toBe(0n);
  });

  it('gives the price of passes to operators by rides, a pass that was never used to the company', async () => {
    // Three rides at zero fare, all on the pass without a number of rides.
    expect((await passesOf(world.db, rider)).map(({ ridesUsed }) => ridesUsed)).toEqual([0, 0, 3]);
    const proposed = await inTx((tx) => proposeApportionment(tx, MAKER, 'month', MONTH));
    expect(proposed).toMatchObject({
      useCount: 3n,
      shares: [
        { participantNo: BUS_ONE, useCount: 2n },
        { participantNo: BUS_TWO, useCount: 1n },
      ],
    });
    expect(proposed.shares.reduce((sum, { amountFen }) => sum + amountFen, 0n)).toBe(proposed.amountFen);
    await expect(inTx((tx) => approveApportionment(tx, MAKER, proposed.number))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    const unearned = await world.owed('pass-unearned:main');
    for (let again = 0; again < 2; again += 1) await inTx((tx) => approveApportionment(tx, CHECKER, proposed.number));
    expect(await world.owed('pass-unearned:main')).toBe(unearned - proposed.amountFen);
    await inTx((tx) => openAccount(tx, 'fee-income:main'));
    const unused = await inTx((tx) => proposeApportionment(tx, MAKER, 'three', MONTH));
    expect(unused.shares).toEqual([{ participantNo: '', useCount: 0n, amountFen: 500n }]);
    await inTx((tx) => approveApportionment(tx, CHECKER, unused.number));
    expect(await world.owed('fee-income:main')).toBe(500n);
    await expect(inTx((tx) => proposeApportionment(tx, MAKER, 'year', MONTH))).rejects.toMatchObject({
      code: 'clearing.concessions.nothing-ended',
    });
    expect((await floatPosition(world.db, NEXT_MONTH)).differenceFen).toBe(0n);
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });
});
