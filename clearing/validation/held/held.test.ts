import { addDays, createPrincipal, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from '../../ledger/accounts.ts';
import { verifyLedger } from '../../ledger/verify.ts';
import type { CardNo } from '../../purses/card-number.ts';
import { type PurchaseWorld, startPurchaseWorld, tap, TODAY } from '../purchase-fixture.ts';
import type { RecordRef } from '../received-purchase.ts';
import { approveRule, listRules, proposeRule } from '../rule-change.ts';
import { readRuleBook } from '../rules.ts';
import { secondPass } from '../second-pass.ts';
import { validateReceived } from '../validate.ts';
import { approveHeldDecision, type HeldVerdict, proposeHeldDecision } from './decide.ts';
import { recordStory } from './view.ts';

const person = (id: string): Principal => ({ id, name: `测试 ${id}`, kind: 'person', roles: ['finance-maker'] });
const [MAKER, CHECKER] = [person('test-maker'), person('test-checker')];

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
  await transact(world.db, async (tx) => {
    for (const who of [MAKER, CHECKER]) await createPrincipal(tx, who);
    await openAccount(tx, 'write-off:main');
  });
});
afterAll(() => world.stop());

/** Uploads the records together, judges them, answers their intake. */
async function judged(...records: Buffer[]): Promise<bigint> {
  const intake = await world.upload(records);
  await validateReceived(world);
  return intake;
}

const refOf = (cardNo: CardNo, intakeId: bigint, index: number): RecordRef => ({
  cardNo,
  businessDate: TODAY,
  intakeId,
  index,
});

async function decide(ref: RecordRef, verdict: HeldVerdict, checker = CHECKER): Promise<unknown> {
  const decision = { ref, verdict, evidence: 'seen in the log of the depot' };
  const { approvalId } = await transact(world.db, (tx) => proposeHeldDecision(tx, MAKER, decision));
  return transact(world.db, (tx) => approveHeldDecision(tx, checker, approvalId, decision));
}

describe('two persons', () => {
  it('pay a gray record, which has its counter from then on', async () => {
    const card = await world.card(1_000);
    const keys = { offlineCounter: 0, samTransactionNo: 7_001 };
    const gray = tap(card, { ...keys, flag: 1, amount: 300 });
    const intake = await judged(gray, gray, tap(card, { offlineCounter: 0, flag: 1, amount: 300 }));
    expect(await decide(refOf(card, intake, 0), { outcome: 'accept', payer: 'purse' })).toEqual({
      state: 'accepted',
      reasonCode: null,
      postedDate: TODAY,
    });
    expect(await world.outcomes(intake)).toEqual(['accepted', 'duplicate 03', 'rejected 05']);
    expect(await world.balance(card)).toBe(700n);
    const recovered = await judged(tap(card, { ...keys, flag: 2, amount: 300 }));
    expect(await world.outcomes(recovered)).toEqual(['duplicate 03']);
    const story = await recordStory(world.db, refOf(card, intake, 0));
    expect(story.history).toMatchObject([
      { state: 'suspicious', decidedBy: 'validation' },
      { state: 'accepted', decidedBy: 'test-maker and test-checker' },
    ]);
    expect(story.decisions).toMatchObject([{ outcome: 'accept', approvedBy: 'test-checker' }]);
  });

  it('refuse one of two in conflict and pay the other, at the expense of the company if they say so', async () => {
    const card = await world.card(1_000);
    const intake = await judged(tap(card, { amount: 200 }), tap(card, { amount: 300 }));
    expect(await world.outcomes(intake)).toEqual(['suspicious 04', 'suspicious 04']);
    const story = await recordStory(world.db, refOf(card, intake, 0));
    expect(story.beside).toMatchObject([{ ref: { index: 1 }, amountFen: 300n }]);
    await decide(refOf(card, intake, 0), { outcome: 'refuse' });
    await decide(refOf(card, intake, 1), { outcome: 'accept', payer: 'company' });
    expect(await world.outcomes(intake)).toEqual(['rejected 04', 'accepted']);
    expect([await world.balance(card), await world.owed('write-off:main')]).toEqual([1_000n, 300n]);
  });

  it('have a short purse wait for its load, unless the company pays', async () => {
    const card = await world.card(100);
    const intake = await judged(tap(card, { amount: 300 }));
    const ref = refOf(card, intake, 0);
    await expect(decide(ref, { outcome: 'accept', payer: 'purse' })).rejects.toMatchObject({
      code: 'clearing-validation.payer-useless',
    });
    await decide(ref, { outcome: 'accept', payer: 'company' });
    expect(await world.outcomes(intake)).toEqual(['accepted']);
    expect(await world.balance(card)).toBe(100n);
  });

  it('do not have the company pay what the card has paid, unless both say so', async () => {
    const card = await world.card(1_000);
    const intake = await judged(
      tap(card, { flag: 1, amount: 300, offlineCounter: 1, balanceBefore: 1_000 }),
      tap(card, { amount: 100, offlineCounter: 2, balanceBefore: 700 }),
    );
    const ref = refOf(card, intake, 0);
    await expect(decide(ref, { outcome: 'accept', payer: 'company' })).rejects.toMatchObject({
      code: 'clearing-validation.card-has-paid',
      message: expect.stringContaining(`its next purchase, record 1 of intake ${intake}`) as string,
    });
    expect(await world.outcomes(intake)).toEqual(['suspicious 05', 'accepted']);
    await decide(ref, { outcome: 'accept', payer: 'company', althoughCardPaid: true });
    expect([await world.outcomes(intake), await world.balance(card)]).toEqual([['accepted', 'accepted'], 900n]);
  });

  it('are refused the confirmation when the next purchase came after the proposal; another balance says nothing', async () => {
    const [late, other] = [await world.card(1_000), await world.card(1_000)];
    const gray = { flag: 1, amount: 300, offlineCounter: 1, balanceBefore: 1_000 } as const;
    const intake = await judged(
      tap(late, gray),
      tap(other, gray),
      tap(other, { amount: 100, offlineCounter: 2, balanceBefore: 1_000 }),
    );
    const decision = {
      ref: refOf(late, intake, 0),
      verdict: { outcome: 'accept', payer: 'company' },
      evidence: 'seen in the log of the depot',
    } as const;
    const { approvalId } = await transact(world.db, (tx) => proposeHeldDecision(tx, MAKER, decision));
    await judged(tap(late, { amount: 100, offlineCounter: 2, balanceBefore: 700 }));
    await expect(
      transact(world.db, (tx) => approveHeldDecision(tx, CHECKER, approvalId, decision)),
    ).rejects.toMatchObject({ code: 'clearing-validation.card-has-paid' });
    await decide(refOf(other, intake, 1), { outcome: 'accept', payer: 'company' });
    expect(await world.outcomes(intake)).toEqual(['suspicious 05', 'accepted', 'accepted']);
  });

  it('are two, say the same, and decide what is held and ours, once', async () => {
    const card = await world.card(1_000);
    const intake = await judged(tap(card, { flag: 1, amount: 10 }), tap(card, { offlineCounter: 2, amount: 10 }));
    const ref = refOf(card, intake, 0);
    const code = (error: string) => ({ code: error });
    await expect(decide(ref, { outcome: 'refuse' }, MAKER)).rejects.toMatchObject(code('identity.same-person'));
    await expect(decide(ref, { outcome: 'refuse', reasonCode: '0F' })).rejects.toMatchObject(
      code('clearing-validation.not-final'),
    );
    await expect(decide(refOf(card, intake, 1), { outcome: 'refuse' })).rejects.toMatchObject(
      code('clearing-validation.not-held'),
    );
    await expect(decide(refOf(card, intake, 9), { outcome: 'refuse' })).rejects.toMatchObject(
      code('clearing-validation.record-unknown'),
    );
    const decision = { ref, verdict: { outcome: 'refuse' as const }, evidence: 'seen in the log of the depot' };
    const { approvalId } = await transact(world.db, (tx) => proposeHeldDecision(tx, MAKER, decision));
    await expect(
      transact(world.db, (tx) => approveHeldDecision(tx, CHECKER, approvalId, { ...decision, evidence: 'another' })),
    ).rejects.toMatchObject(code('identity.content-differs'));
    await transact(world.db, (tx) => approveHeldDecision(tx, CHECKER, approvalId, decision));
    await expect(
      transact(world.db, (tx) => approveHeldDecision(tx, CHECKER, approvalId, decision)),
    ).rejects.toMatchObject(code('clearing-validation.decided'));
    expect(await world.outcomes(intake)).toEqual(['rejected 05', 'accepted']);
  });
});

describe('rules', () => {
  it('hold from a later day on, by two persons, and judge a record by the day of its receipt', async () => {
    const from = addDays(TODAY, 400);
    const change = { ruleName: 'gray-refused-days' as const, validFrom: from, value: 20 };
    const { approvalId } = await transact(world.db, (tx) => proposeRule(tx, MAKER, change, TODAY));
    const approve = (who: Principal) => transact(world.db, (tx) => approveRule(tx, who, approvalId, change, TODAY));
    await expect(approve(MAKER)).rejects.toMatchObject({ code: 'identity.same-person' });
    await approve(CHECKER);
    const book = await readRuleBook(world.db);
    expect([TODAY, addDays(from, -1), from].map((day) => book.on(day).refusedAfterDays.gray)).toEqual([60, 60, 20]);
    expect((await transact(world.db, listRules))[0]).toBeDefined();
    const past = { ...change, validFrom: TODAY };
    await expect(transact(world.db, (tx) => proposeRule(tx, MAKER, past, TODAY))).rejects.toMatchObject({
      code: 'clearing-validation.rule-in-the-past',
    });
    const needed = { ruleName: 'record-age-days' as const, validFrom: from, value: undefined };
    await expect(transact(world.db, (tx) => proposeRule(tx, MAKER, needed, TODAY))).rejects.toMatchObject({
      code: 'clearing-validation.rule-needs-value',
    });
  });

  it('refuse gray records nobody could explain, after so many days and not a day before', async () => {
    const [alone, denied] = [await world.card(1_000), await world.card(1_000)];
    const intake = await judged(
      tap(alone, { flag: 1, amount: 300 }),
      tap(denied, { flag: 1, amount: 300, offlineCounter: 1, balanceBefore: 1_000 }),
      tap(denied, { amount: 100, offlineCounter: 2, balanceBefore: 1_000 }),
    );
    expect(await secondPass(world, { today: addDays(TODAY, 59) })).toMatchObject({ decidedByRule: 0 });
    expect((await secondPass(world, { today: addDays(TODAY, 60) })).decidedByRule).toBeGreaterThanOrEqual(2);
    expect(await world.outcomes(intake)).toEqual(['rejected 05', 'rejected 05', 'accepted']);
    const details = (await world.rows(intake)).map(({ detail }) => detail);
    expect(details[0]).toContain('nobody has shown that the card paid');
    expect(details[1]).toContain('does not show the debit');
    expect(await secondPass(world, { today: addDays(TODAY, 60) })).toEqual({ graysResolved: 0, decidedByRule: 0 });
  });

  it('pay a gray record whose debit shows before refusing the rest, and let it wait for its load when the purse is short', async () => {
    const card = await world.card(100);
    const intake = await judged(
      tap(card, { flag: 1, amount: 300, offlineCounter: 1, balanceBefore: 1_000 }),
      tap(card, { amount: 100, offlineCounter: 2, balanceBefore: 700 }),
    );
    await secondPass(world, { today: addDays(TODAY, 70), rules: { grayWaitMs: 0 } });
    expect(await world.outcomes(intake)).toEqual(['suspicious 08', 'accepted']);
    await world.load(card, 300);
    await validateReceived(world);
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted']);
  });

  it('have the company pay for purses that stay short, where they say so, and tell people once a day', async () => {
    const card = await world.card(0);
    const intake = await judged(tap(card, { amount: 250 }));
    const before = await world.owed('write-off:main');
    const today = addDays(TODAY, 40);
    await secondPass(world, { today, rules: { shortWrittenOffDays: 45 } });
    await secondPass(world, { today, rules: { shortWrittenOffDays: 45 } });
    expect(await world.outcomes(intake)).toEqual(['suspicious 08']);
    const alarms = await world.db.query(
      `select from clearing.alarm where kind = 'purchases-held-long' and subject like $1`,
      [`%${today}`],
    );
    expect(alarms.rowCount).toBe(1);
    await secondPass(world, { today: addDays(TODAY, 45), rules: { shortWrittenOffDays: 45 } });
    expect(await world.outcomes(intake)).toEqual(['accepted']);
    expect([await world.balance(card), (await world.owed('write-off:main')) - before]).toEqual([0n, 250n]);
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });
});
