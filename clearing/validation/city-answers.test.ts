import { addDays, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyCityAnswers, type CityAnswer, type CityAnswerResult } from './city-answers.ts';
import { openPurchases, outcomeTotals, undecidedCount } from './overview.ts';
import { BUS_ONE, newCardNo, type PurchaseWorld, startPurchaseWorld, tap, TODAY } from './purchase-fixture.ts';
import { endBeyondCap, keepBeyondCap } from './held/beyond-cap.ts';
import { approveHeldDecision, type HeldVerdict, proposeHeldDecision } from './held/decide.ts';
import type { RecordRef } from './received-purchase.ts';
import { secondPass } from './second-pass.ts';
import { validateReceived } from './validate.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

/** First in this file: it counts everything of the day. */
describe('the overview', () => {
  it('tells counts and amounts by state and reason, and lists what is open', async () => {
    const card = await world.card(1_000);
    const right = tap(card, { amount: 100 });
    const short = tap(card, { amount: 5_000, offlineCounter: 2 });
    const gray = tap(card, { amount: 30, flag: 1, offlineCounter: 3 });
    const forged = tap(card, { amount: 7, tac: Buffer.alloc(4) });
    const foreign = tap(newCardNo('4520'), { amount: 60 });
    const intake = await world.upload([right, right, short, gray, forged, foreign]);
    expect(await undecidedCount(world.db, TODAY)).toBe(6);
    await validateReceived(world);
    expect(await undecidedCount(world.db)).toBe(0);
    const of = (count: number, amountFen: bigint) => ({ count, amountFen });
    expect(await outcomeTotals(world.db, TODAY)).toEqual({
      received: { ...of(0, 0n), reasons: {} },
      accepted: { ...of(1, 100n), reasons: {} },
      routed: { ...of(1, 60n), reasons: {} },
      duplicate: { ...of(1, 100n), reasons: { '03': of(1, 100n) } },
      suspicious: { ...of(2, 5_030n), reasons: { '05': of(1, 30n), '08': of(1, 5_000n) } },
      rejected: { ...of(1, 7n), reasons: { '01': of(1, 7n) } },
    });
    const places = async (query: Parameters<typeof openPurchases>[1]) =>
      (await openPurchases(world.db, query)).map(({ ref, state, reasonCode }) => [ref.index, state, reasonCode]);
    expect(await places({})).toEqual([
      [2, 'suspicious', '08'],
      [3, 'suspicious', '05'],
      [5, 'routed', null],
    ]);
    expect(await places({ reasonCode: '05' })).toEqual([[3, 'suspicious', '05']]);
    expect(await places({ states: ['routed'], issuerCity: '4520' })).toEqual([[5, 'routed', null]]);
    const [first] = await openPurchases(world.db, { limit: 1 });
    expect(first).toMatchObject({ participantNo: BUS_ONE, amountFen: 5_000n, raw: short, ref: { intakeId: intake } });
    expect(await places({ after: first!.ref, limit: 1 })).toEqual([[3, 'suspicious', '05']]);
  });
});

/** Purchases here with cards of Qingdao, routed. */
async function routed(...records: Buffer[]): Promise<{ intake: bigint; refs: RecordRef[] }> {
  const intake = await world.upload(records);
  await validateReceived(world);
  const refs = records.map((raw, index) => {
    return { cardNo: raw.toString('hex', 4, 14).slice(1), businessDate: TODAY, intakeId: intake, index };
  });
  return { intake, refs };
}

const answer = (ref: RecordRef | undefined, outcome: CityAnswer['outcome'], accepted = 0): CityAnswer => ({
  ref: ref!,
  outcome,
  acceptedFen: fen(accepted),
});

const apply = (answers: CityAnswer[], city = '4520'): Promise<CityAnswerResult[]> =>
  transact(world.db, (tx) => applyCityAnswers(tx, city, answers));

describe('the answer of the issuing city', () => {
  it('accepts at its expense, refuses with its reason, or holds', async () => {
    const card = newCardNo('4520');
    const taps = [1, 2, 3, 4].map((offlineCounter) => tap(card, { offlineCounter, amount: 100 * offlineCounter }));
    const { intake, refs } = await routed(...taps);
    const [receivable, pending] = [
      await world.owed('city-receivable:4520'),
      await world.owed(`operator-pending:${BUS_ONE}`),
    ];
    const answers = [answer(refs[0], '00', 100), answer(refs[1], '06'), answer(refs[2], '0F'), answer(refs[3], '03')];
    expect(await apply(answers)).toEqual(['applied', 'applied', 'applied', 'applied']);
    expect(await world.outcomes(intake)).toEqual(['accepted', 'rejected 06', 'suspicious 0F', 'duplicate 03']);
    expect((await world.rows(intake))[0]).toMatchObject({ postedDate: TODAY });
    expect(await apply(answers)).toEqual(['repeat', 'repeat', 'repeat', 'repeat']);
    expect(await apply([answer(refs[2], '00', 300)])).toEqual(['applied']);
    expect((await world.owed('city-receivable:4520')) - receivable).toBe(400n);
    expect((await world.owed(`operator-pending:${BUS_ONE}`)) - pending).toBe(400n);
    const { rows } = await world.db.query(
      'select state, decided_by from clearing.purchase_history where intake_id = $1 and record_index = 2 order by changed_at',
      [intake],
    );
    expect(rows).toEqual([
      { state: 'routed', decided_by: 'validation' },
      { state: 'suspicious', decided_by: 'city 4520' },
      { state: 'accepted', decided_by: 'city 4520' },
    ]);
  });

  it('does not change what is decided; a contradiction is told to a person', async () => {
    const { intake, refs } = await routed(tap(newCardNo('4520')));
    await apply([answer(refs[0], '00', 200)]);
    expect(await apply([answer(refs[0], '02')])).toEqual(['contradicts']);
    expect(await world.outcomes(intake)).toEqual(['accepted']);
    const { rows } = await world.db.query(`select subject from clearing.alarm where kind = 'city-answer-contradicts'`);
    expect(rows).toEqual([{ subject: `record 0 of intake ${intake}` }]);
  });

  it('holds a purchase of which it accepts another amount', async () => {
    const { intake, refs } = await routed(tap(newCardNo('4520')));
    expect(await apply([answer(refs[0], '00', 199)])).toEqual(['applied']);
    expect(await world.outcomes(intake)).toEqual(['suspicious 0F']);
  });

  it('does not pay the same purchase twice', async () => {
    const raw = tap(newCardNo('4520'));
    const { intake, refs } = await routed(raw, raw);
    const before = await world.owed('city-receivable:4520');
    expect(await apply([answer(refs[0], '00', 200), answer(refs[1], '00', 200)])).toEqual(['applied', 'applied']);
    expect(await world.outcomes(intake)).toEqual(['accepted', 'suspicious 04']);
    expect((await world.owed('city-receivable:4520')) - before).toBe(200n);
  });

  it('counts for its own cards only', async () => {
    const { intake, refs } = await routed(tap(newCardNo('4520')));
    expect(await apply([answer(refs[0], '00', 200)], '4610')).toEqual(['unknown']);
    expect(await apply([{ ...answer(refs[0], '00', 200), ref: { ...refs[0]!, index: 7 } }])).toEqual(['unknown']);
    expect(await world.outcomes(intake)).toEqual(['routed']);
  });
});

describe('a city that does not answer', () => {
  const MAKER: Principal = { id: 'silent-maker', name: '测试甲', kind: 'person', roles: ['finance-maker'] };
  const CHECKER: Principal = { ...MAKER, id: 'silent-checker', roles: ['finance-checker'] };
  const pass = (days: number) => secondPass(world, { today: addDays(TODAY, days) });
  const decide = async (ref: RecordRef | undefined, verdict: HeldVerdict) => {
    const decision = { ref: ref!, verdict, evidence: 'letter 7 to the city' };
    const { approvalId } = await transact(world.db, (tx) => proposeHeldDecision(tx, MAKER, decision));
    await transact(world.db, (tx) => approveHeldDecision(tx, CHECKER, approvalId, decision));
  };

  it('is named to people, may be decided without at last, and is refused in the end', async () => {
    for (const who of [MAKER, CHECKER]) await transact(world.db, (tx) => createPrincipal(tx, who));
    const card = newCardNo('4520');
    const taps = [1, 2, 3].map((offlineCounter) => tap(card, { offlineCounter, amount: 100 }));
    const { intake, refs } = await routed(...taps);
    await pass(6);
    const alarms = async () =>
      (await world.db.query(`select subject from clearing.alarm where kind = 'city-does-not-answer' order by 1`)).rows;
    expect(await alarms()).toEqual([]);
    for (let times = 0; times < 2; times += 1) await pass(7);
    expect(await alarms()).toEqual([{ subject: `4520 on ${addDays(TODAY, 7)}` }]);
    expect(await world.outcomes(intake)).toEqual(['routed', 'routed', 'routed']);

    await pass(30);
    expect(await world.outcomes(intake)).toEqual(['suspicious 0F', 'suspicious 0F', 'suspicious 0F']);
    const paid = decide(refs[0], { outcome: 'accept', payer: 'company' });
    await expect(paid).rejects.toMatchObject({ code: 'clearing-validation.city-decides' });
    await decide(refs[0], { outcome: 'refuse' });
    expect(await apply([answer(refs[1], '00', 100)])).toEqual(['applied']);
    await pass(89);
    expect(await world.outcomes(intake)).toEqual(['rejected 10', 'accepted', 'suspicious 0F']);
    await pass(90);
    expect(await world.outcomes(intake)).toEqual(['rejected 10', 'accepted', 'rejected 10']);
    expect(await apply([answer(refs[2], '00', 100)])).toEqual(['contradicts']);
    expect((await world.rows(intake))[2]).toMatchObject({ detail: 'city 4520 has not decided within 90 days' });
  });

  it('is not held against purchases it has accepted beyond what it may owe: they wait, and nobody decides in its place', async () => {
    const card = newCardNo('4520');
    const taps = [1, 2].map((offlineCounter) => tap(card, { offlineCounter, amount: 100 }));
    const { intake, refs } = await routed(...taps);
    await transact(world.db, (tx) => keepBeyondCap(tx, refs.slice(0, 1)));
    await pass(30);
    expect(await world.outcomes(intake)).toEqual(['routed', 'suspicious 0F']);
    await transact(world.db, (tx) => keepBeyondCap(tx, refs));
    await expect(decide(refs[1], { outcome: 'refuse' })).rejects.toMatchObject({
      code: 'clearing-validation.waits-for-room',
    });
    await pass(400);
    expect(await world.outcomes(intake)).toEqual(['routed', 'suspicious 0F']);
    expect(await apply(refs.map((ref) => answer(ref, '00', 100)))).toEqual(['applied', 'applied']);
    await transact(world.db, (tx) => endBeyondCap(tx, refs));
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted']);
  });

  it('keeps what it has looked at for itself: people decide only what it left unanswered', async () => {
    const { refs } = await routed(tap(newCardNo('4520')));
    await apply([answer(refs[0], '0F')]);
    const refused = decide(refs[0], { outcome: 'refuse' });
    await expect(refused).rejects.toMatchObject({ code: 'clearing-validation.city-decides' });
  });
});
