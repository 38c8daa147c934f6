import { addDays, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOff } from '../day/days.ts';
import { cardBalance } from '../ledger/balances.ts';
import { verifyLedger } from '../ledger/verify.ts';
import type { CardNo } from '../purses/card-number.ts';
import { grantConcession } from '../purses/concession.ts';
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
import { type ConcessionDocument, CONCESSIONS } from './document.ts';
import { approveCorrection, type CorrectionTerms, proposeCorrection } from '../purses/correction.ts';
import { differingRides, settleRides } from './settle-rides.ts';

const person = (id: string): Principal => ({ id, name: `测试 ${id}`, kind: 'person', roles: ['finance-maker'] });
const [MAKER, CHECKER] = [person('test-maker'), person('test-checker')];
const bus = { industry: '01' } as const;
const fare = { for: bus, kind: 'fare', maxFullFareFen: 1_000, subsidyPercent: 100, validFrom: TODAY } as const;

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
  await transact(world.db, async (tx) => {
    for (const who of [MAKER, CHECKER]) await createPrincipal(tx, who);
  });
});
afterAll(() => world.stop());

const propose = (document: ConcessionDocument, from = TODAY) =>
  transact(world.db, (tx) => proposeTerms(tx, MAKER, CONCESSIONS, from, document));

async function inForce(document: ConcessionDocument): Promise<void> {
  const { version } = await propose(document);
  await expect(transact(world.db, (tx) => approveTerms(tx, MAKER, CONCESSIONS, version))).rejects.toMatchObject({
    code: 'identity.same-person',
  });
  await transact(world.db, (tx) => approveTerms(tx, CHECKER, CONCESSIONS, version));
}

const industryData = (line: string, fullFen = 0): Buffer => {
  const data = Buffer.alloc(8);
  data.write(line, 'hex');
  data.writeUInt16BE(fullFen, 6);
  return data;
};

interface Ride {
  readonly at: number;
  readonly amount: number;
  readonly full?: number;
  readonly line?: string;
}
let counter = 0;

/** Uploads and validates rides of a card, then looks at the day as its pricing does; answers what each came to. */
async function ride(card: CardNo, rides: readonly Ride[], participantNo = BUS_ONE) {
  const records = rides.map(({ at, amount, full, line = '0001' }) =>
    tap(card, {
      amount,
      tappedAt: minutes(at),
      industryData: industryData(line, full),
      offlineCounter: (counter += 1),
      ...(participantNo === BUS_TWO && { samNo: SAM_TWO }),
    }),
  );
  const intakeId = await world.upload(records, { participantNo });
  await validateReceived(world);
  return intakeId;
}

const cameTo = async (card: CardNo) => {
  await transact(world.db, async (tx) => {
    await tx.query('delete from clearing.concession_ride where posted_date = $1', [TODAY]);
    await settleRides(tx, TODAY);
  });
  const { rows } = await world.db.query<{ row: string }>(
    `select concat_ws(' ', full_fen, paid_fen, back_fen, subsidy_fen, finding) as row from clearing.concession_ride
      where card_no = $1 order by tapped_at, record_index`,
    [card],
  );
  return rows.map(({ row }) => row);
};

const senior = async (balance = 10_000, category = 'senior'): Promise<CardNo> => {
  const card = await world.card(balance);
  const validTo = addDays(TODAY, 300);
  await transact(world.db, (tx) => grantConcession(tx, card, { category, validFrom: addDays(TODAY, -30), validTo }));
  return card;
};

describe('a document of concessions', () => {
  it('is refused with the place when it has a gap, an overlap, a stranger or says things twice', async () => {
    const rule = { ...fare, category: 'senior', paysPercent: 50 };
    const refused = async (document: ConcessionDocument, problem: string) => {
      await expect(propose(document)).rejects.toMatchObject({ code: 'clearing.terms.refused' });
      await expect(propose(document)).rejects.toThrow(problem);
    };
    const [third, fifth] = [addDays(TODAY, 3), addDays(TODAY, 5)];
    await refused(
      {
        rules: [
          { ...rule, validTo: third },
          { ...rule, validFrom: fifth },
        ],
      },
      `fare/senior/industry:1: there is a gap after ${third}: ${addDays(third, 1)} has no row`,
    );
    await refused(
      {
        rules: [
          { ...rule, validTo: fifth },
          { ...rule, validFrom: third },
        ],
      },
      `fare/senior/industry:1: two rows overlap on ${third}`,
    );
    await refused({ rules: [{ ...rule, for: { participant: '904458040000000' } }] }, 'there is no operator');
    await refused({ rules: [{ ...rule, thenPaysPercent: 70 }] }, 'but not after how many');
    await refused({ rules: [], ended: [{ for: bus, kind: 'cap' }] }, 'there is no such rule');
    await expect(propose({ rules: [rule] }, addDays(TODAY, -1))).rejects.toMatchObject({
      code: 'clearing.terms.day-begun',
    });
  });
});

describe('rides', () => {
  beforeAll(() =>
    inForce({
      rules: [
        { ...fare, category: 'senior', paysPercent: 0, ridesPerDay: 2, thenPaysPercent: 50, subsidyPercent: 90 },
        { ...fare, category: 'student', paysPercent: 50, subsidyPercent: 100 },
        {
          for: bus,
          kind: 'transfer',
          withinMinutes: 60,
          discountFen: 100,
          transfers: 1,
          subsidyPercent: 0,
          validFrom: TODAY,
        },
        { for: bus, kind: 'cap', category: 'full', perDayFen: 1_000, subsidyPercent: 50, validFrom: TODAY },
      ],
    }),
  );

  it('of a category cost what the rule says; the operator gives back what it took above it and claims its part', async () => {
    const card = await senior();
    await ride(card, [
      { at: -600, amount: 0, full: 200 },
      { at: -500, amount: 200 },
      { at: -400, amount: 100, full: 200 },
      { at: -300, amount: 0, full: 200 },
      { at: -200, amount: 0, full: 2_000 },
    ]);
    // Free, free (200 came back), half, charged nothing though half was due, and a fare nobody believes.
    expect(await cameTo(card)).toEqual([
      '200 0 0 180',
      '200 200 200 180 charged-too-much',
      '200 100 0 90',
      '200 0 0 90 charged-too-little',
      '2000 0 0 0 fare-too-high',
    ]);
    expect((await cardBalance(world.db, card, 'pending-credit')).posted).toBe(200n);
  });

  it('and a correction of the same purchase know of each other, whichever comes first', async () => {
    const corrected = async (cardNo: CardNo, intakeId: bigint, amountFen: number, payer: 'operator' | 'company') => {
      const purchase = { cardNo, businessDate: TODAY, intakeId, index: 0 };
      const caseNo = `K-${intakeId}-${amountFen}`;
      const terms: CorrectionTerms = {
        cardNo,
        caseNo,
        amountFen: fen(amountFen),
        payer,
        purchase,
        reason: 'generated',
      };
      const { approvalId } = await transact(world.db, (tx) => proposeCorrection(tx, MAKER, terms));
      await transact(world.db, (tx) => approveCorrection(tx, CHECKER, approvalId, terms));
    };
    const credit = async (card: CardNo) => (await cardBalance(world.db, card, 'pending-credit')).posted;
    // First the correction: of 4.00, half of which a student pays, 1.50 went back; 0.50 is left to give.
    const [one, two, three] = [
      await senior(10_000, 'student'),
      await senior(10_000, 'student'),
      await senior(10_000, 'student'),
    ];
    const intake = await ride(one, [{ at: -30, amount: 400 }]);
    await corrected(one, intake, 150, 'operator');
    expect(await cameTo(one)).toEqual(['400 250 50 200 charged-too-much']);
    expect(await credit(one)).toBe(200n);
    // First the concession: 2.00 went back, so two persons can give back no more than the 2.00 that were kept.
    const later = await ride(two, [{ at: -30, amount: 400 }]);
    expect(await cameTo(two)).toEqual(['400 400 200 200 charged-too-much']);
    await expect(corrected(two, later, 201, 'operator')).rejects.toMatchObject({
      code: 'clearing.corrections.more-than-purchase',
    });
    await corrected(two, later, 200, 'operator');
    expect(await credit(two)).toBe(400n);
    // What the company gave back the operator has kept: no subsidy on top of it.
    const kept = await ride(three, [{ at: -30, amount: 400 }]);
    await corrected(three, kept, 300, 'company');
    expect(await cameTo(three)).toEqual(['400 100 0 0']);
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });

  it('half a fen of a subsidy is rounded up, half a fen of a fare down', async () => {
    const card = await senior(10_000, 'student');
    await ride(card, [{ at: -30, amount: 101 }]);
    expect(await cameTo(card)).toEqual(['101 101 51 51 charged-too-much']);
  });

  it('on another line in time are cheaper, once; the chain begins anew', async () => {
    const card = await world.card();
    await ride(card, [
      { at: -300, amount: 300, line: '0001' },
      { at: -260, amount: 300, line: '0002' },
      { at: -220, amount: 300, line: '0003' },
      { at: -215, amount: 300, line: '0003' },
      { at: -100, amount: 300, line: '0004' },
    ]);
    // The second is a change. The third begins anew; the fourth is no change; the fifth comes late, and reaches the day's cap.
    expect(await cameTo(card)).toEqual([
      '300 300 0 0',
      '300 300 100 0',
      '300 300 0 0',
      '300 300 100 50',
      '300 300 300 150',
    ]);
  });

  it('never cost more than the cap of a day, over operators, and late ones count after what was there', async () => {
    const card = await world.card();
    await ride(card, [{ at: -300, amount: 700, line: '0001' }]);
    await ride(card, [{ at: -100, amount: 700, line: '0001' }], BUS_TWO);
    expect(await cameTo(card)).toEqual(['700 700 0 0', '700 700 400 200']);
    expect((await cardBalance(world.db, card, 'pending-credit')).posted).toBe(400n);
    expect(await differingRides(world.db, TODAY)).toEqual([]);
    await world.db.query(
      `update clearing.concession_ride set subsidy_fen = 199 where card_no = $1 and back_fen = 400`,
      [card],
    );
    expect(await differingRides(world.db, TODAY)).toMatchObject([{ cardNo: card, recordIndex: 0 }]);
    await world.db.query(
      `update clearing.concession_ride set subsidy_fen = 200 where card_no = $1 and back_fen = 400`,
      [card],
    );
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });

  it('whatever the fares: nobody pays above the cap, no fen is made, and no subsidy exceeds what was forgone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ amount: fc.integer({ min: 0, max: 900 }), at: fc.integer({ min: -600, max: -1 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.boolean(),
        async (rides, student) => {
          const card = student ? await senior(10_000, 'student') : await world.card();
          await ride(card, rides);
          await cameTo(card);
          const { rows } = await world.db.query<Record<'paid' | 'back' | 'subsidy' | 'full', bigint>>(
            `select sum(paid_fen)::bigint as paid, sum(back_fen)::bigint as back, sum(subsidy_fen)::bigint as subsidy,
                    sum(full_fen)::bigint as full from clearing.concession_ride where card_no = $1`,
            [card],
          );
          const { paid = 0n, back = 0n, subsidy = 0n, full = 0n } = rows[0] ?? {};
          expect(paid).toBe(rides.reduce((sum, { amount }) => sum + BigInt(amount), 0n));
          if (!student) expect(paid - back).toBeLessThanOrEqual(1_000n);
          expect(subsidy).toBeLessThanOrEqual(full - (paid - back));
          expect((await cardBalance(world.db, card, 'pending-credit')).posted).toBe(back);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('uploaded on a later day count after those that were there, and what was worked out stays as it is', async () => {
    const card = await world.card();
    await ride(card, [{ at: -100, amount: 900 }]);
    expect(await cameTo(card)).toEqual(['900 900 0 0']);
    const next = addDays(TODAY, 1);
    await cutOff(world.db, TODAY);
    const late = tap(card, { amount: 900, tappedAt: minutes(-300), offlineCounter: (counter += 1) });
    await world.upload([late], { receivedAt: minutes(1_440) });
    await validateReceived(world);
    await transact(world.db, (tx) => settleRides(tx, next));
    const { rows } = await world.db.query<{ row: string }>(
      `select concat_ws(' ', posted_date, paid_fen, back_fen, subsidy_fen) as row from clearing.concession_ride
        where card_no = $1 order by posted_date`,
      [card],
    );
    expect(rows.map(({ row }) => row)).toEqual([`${TODAY} 900 0 0`, `${next} 900 800 400`]);
    expect([await differingRides(world.db, TODAY), await differingRides(world.db, next)]).toEqual([[], []]);
  });
});
