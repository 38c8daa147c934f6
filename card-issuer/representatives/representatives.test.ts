import { accountBalance, cardBalance, cardNo, openAccount, postOrThrow, verifyLedger } from '@citycard/clearing';
import { addDays, type BusinessDate, businessDate, cityDate, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardsOfResidents } from '../cards/resident-hook.ts';
import { openShift } from '../counter/shifts.ts';
import { reportLossFormally } from '../counter/loss.ts';
import { startTestLegacy } from '../legacy/test-legacy.ts';
import { recordDeath } from '../residents/life.ts';
import { testNumber } from '../residents/test-residents.ts';
import { approveHeirPayment, type HeirClaim, payHeirs, proposeHeirPayment } from './heirs.ts';
import {
  endRepresentative,
  enterRepresentative,
  type NewRepresentative,
  personIndexOf,
  type RepresentedAct,
  representativesOf,
  requireRepresentative,
} from './representative.ts';
import { representativesOfResidents } from './resident-hook.ts';

let city: Awaited<ReturnType<typeof startTestLegacy>>;
let adult: { residentId: bigint; cardNo: string };
let child: { residentId: bigint; cardNo: string };
const today = cityDate(new Date());
const CHILD_BORN = `${Number(today.slice(0, 4)) - 10}${today.slice(5, 7)}15`;
const ADULT = testNumber('19700301');
const PROXY = { kind: 'resident-id-card', number: testNumber('19800101') } as const;
const MOTHER = { kind: 'resident-id-card', number: testNumber('19850101') } as const;

beforeAll(async () => {
  city = await startTestLegacy();
  adult = await city.cardOf('测试老人', ADULT);
  child = await city.cardOf('测试小孩', testNumber(CHILD_BORN));
});
afterAll(async () => {
  expect(await verifyLedger(city.db)).toMatchObject({ ok: true });
  await city.stop();
});

const enter = (residentId: bigint, entry: Partial<NewRepresentative> = {}) =>
  enterRepresentative(city.deps, city.people.clerk, residentId, {
    kind: 'proxy',
    name: '测试代理',
    document: PROXY,
    scope: ['loss-report'],
    validTo: addDays(today, 30),
    paper: 'letter-of-authority',
    paperReference: '2026-1',
    ...entry,
  });
const act = async (asked: { cardNo: string; act: RepresentedAct; document: NewRepresentative['document'] }) => {
  const personIndex = await personIndexOf(city.deps, asked.document);
  return transact(city.db, (tx) => requireRepresentative(tx, city.people.clerk, { ...asked, personIndex }));
};
const code = (name: string) => expect.objectContaining({ code: `card-issuer.representatives.${name}` });

describe('somebody who acts for a holder', () => {
  it('may do what the paper says, and nothing else, until it ends', async () => {
    const { representativeId } = await enter(adult.residentId);
    const asked = { cardNo: adult.cardNo, act: 'loss-report', document: PROXY } as const;
    expect(await act(asked)).toEqual({ representativeId, residentId: adult.residentId });
    await expect(act({ ...asked, act: 'return' })).rejects.toThrow(code('not-authorised'));
    await expect(act({ ...asked, document: MOTHER })).rejects.toThrow(code('not-authorised'));
    await expect(act({ ...asked, cardNo: child.cardNo })).rejects.toThrow(code('not-authorised'));
    expect(await representativesOf(city.deps, adult.residentId)).toMatchObject([
      { representativeId, name: '测***', document: `${'*'.repeat(14)}${PROXY.number.slice(-4)}`, ended: false },
    ]);
    await transact(city.db, (tx) => endRepresentative(tx, city.people.clerk, representativeId));
    await transact(city.db, (tx) => endRepresentative(tx, city.people.clerk, representativeId));
    await expect(act(asked)).rejects.toThrow(code('not-authorised'));
    const noted = await city.db.query('select act, clerk from issuer.representative_act');
    expect(noted.rows).toEqual([{ act: 'loss-report', clerk: 'clerk-1' }]);
  });

  it('is entered only with a paper that fits, for a time that fits, and never for himself', async () => {
    await expect(enter(adult.residentId, { paper: 'birth-certificate' })).rejects.toThrow(code('paper-does-not-fit'));
    await expect(enter(adult.residentId, { validTo: addDays(today, 400) })).rejects.toThrow(code('too-long'));
    await expect(enter(adult.residentId, { validTo: addDays(today, -1) })).rejects.toThrow(code('in-the-past'));
    await expect(enter(adult.residentId, { document: { ...PROXY, number: ADULT } })).rejects.toThrow(
      code('own-representative'),
    );
    const wrong = { ...PROXY, number: '370799199003010000' };
    await expect(enter(adult.residentId, { document: wrong })).rejects.toThrow(code('document-impossible'));
    await expect(enter(999_999n)).rejects.toMatchObject({ code: 'card-issuer.resident-unknown' });
  });

  it('as guardian of a child, until the child is of age', async () => {
    const guardian = {
      kind: 'guardian',
      document: MOTHER,
      paper: 'birth-certificate',
      scope: ['pick-up', 'loss-report'],
    } as const;
    const ofAge = businessDate(`${Number(today.slice(0, 4)) + 8}-${today.slice(5, 7)}-15`);
    await expect(enter(adult.residentId, guardian)).rejects.toThrow(code('not-a-minor'));
    await expect(enter(child.residentId, { ...guardian, validTo: ofAge })).rejects.toThrow(code('too-long'));
    await enter(child.residentId, { ...guardian, validTo: addDays(ofAge, -1) });
    await transact(city.db, async (tx) => {
      const personIndex = await personIndexOf(city.deps, MOTHER);
      await requireRepresentative(tx, city.people.clerk, { cardNo: child.cardNo, personIndex, act: 'loss-report' });
      await reportLossFormally(tx, city.people.clerk, child.cardNo);
    });
    expect((await city.db.query('select state from issuer.card where card_no = $1', [child.cardNo])).rows).toEqual([
      { state: 'lost-confirmed' },
    ]);
  });
});

describe('heirs', () => {
  const claim = (): HeirClaim => ({
    cardNo: adult.cardNo,
    paper: 'inheritance-certificate',
    paperReference: '(2026)-12',
    cardHandedIn: true,
    heirs: [{ name: '测试女儿', documentNo: MOTHER.number }],
  });
  const propose = (who = city.people.clerk) => proposeHeirPayment(city.deps, who, claim());

  it('are paid only after the death, by papers that two people have seen, when the waiting period is over', async () => {
    const { db, deps, people } = city;
    const shift = await transact(db, async (tx) => {
      const { shiftId } = await openShift(tx, people.clerk);
      const day = (await tx.query<{ d: BusinessDate }>('select business_date as d from clearing.business_day')).rows[0]!
        .d;
      await openAccount(tx, 'unclaimed-refund:main');
      await openAccount(tx, 'bank-card-deposits:D1');
      await postOrThrow(tx, day, [
        {
          key: 'cash',
          reason: 'generated',
          legs: [{ debit: `cash-shift:${shiftId}`, credit: 'migrated-balance:4599', amount: fen(50_000) }],
        },
        {
          cardNo: cardNo(adult.cardNo),
          key: 'load',
          reason: 'generated',
          legs: [
            { debit: 'bank-custody:622800000001', credit: 'purse', amount: fen(7_700) },
            { debit: 'bank-card-deposits:D1', credit: 'card-deposit', amount: fen(2_000) },
          ],
        },
      ]);
      await tx.query('update issuer.card set deposit_fen = 2000 where card_no = $1', [adult.cardNo]);
      return shiftId;
    });
    await expect(propose()).rejects.toThrow(code('holder-lives'));
    const { representativeId } = await enter(adult.residentId);
    await transact(db, (tx) =>
      recordDeath(
        tx,
        { ...deps, hooks: [cardsOfResidents, representativesOfResidents] },
        people.clerk,
        adult.residentId,
        {
          date: today,
          source: 'public-security',
          reason: 'certificate',
        },
      ),
    );
    expect(await representativesOf(deps, adult.residentId)).toMatchObject([{ representativeId, ended: true }, {}]);

    const { approvalId } = await propose();
    expect(await propose()).toEqual({ approvalId });
    const pay = () => transact(db, (tx) => payHeirs(tx, people.clerk, approvalId, shift));
    await expect(pay()).rejects.toThrow(code('payment-not-approved'));
    await expect(approveHeirPayment(deps, people.clerk, approvalId, claim())).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    const other = { ...claim(), heirs: [{ name: '别人', documentNo: PROXY.number }] };
    await expect(approveHeirPayment(deps, people.other, approvalId, other)).rejects.toMatchObject({
      code: 'identity.content-differs',
    });
    await approveHeirPayment(deps, people.other, approvalId, claim());
    await approveHeirPayment(deps, people.other, approvalId, claim());
    await expect(propose(people.other)).rejects.toThrow(code('payment-approved'));

    expect(await pay()).toMatchObject({ paidFen: 2_000n });
    await expect(pay()).rejects.toMatchObject({ code: 'card-issuer.card-life.not-yet-due' });
    await db.query(
      `update issuer.balance_move set due_on = current_date - 1, give_up_on = current_date - 1 where card_no = $1`,
      [adult.cardNo],
    );
    expect(await pay()).toMatchObject({ paidFen: 7_700n });
    await expect(pay()).rejects.toMatchObject({ code: 'card-issuer.card-life.nothing-to-pay' });
    expect((await accountBalance(db, `cash-shift:${shift}`)).posted).toBe(50_000n - 9_700n);
    expect((await cardBalance(db, cardNo(adult.cardNo))).posted).toBe(0n);
    const paid = await db.query('select paid_fen from issuer.heir_payment');
    expect(paid.rows).toEqual([{ paid_fen: 9_700n }]);
  });

  it('leave no name or number in clear', async () => {
    for (const table of ['issuer.representative', 'issuer.heir_payment', 'platform.act_log', 'platform.approval']) {
      const { rows } = await city.db.query<{ text: string }>(`select t::text as text from ${table} t`);
      const content = rows.map(({ text }) => text).join('\n');
      expect(content).not.toBe('');
      for (const secret of ['测试', MOTHER.number, PROXY.number, ADULT]) {
        expect(content).not.toContain(secret);
        expect(content).not.toContain(Buffer.from(secret).toString('hex'));
      }
    }
  });
});
