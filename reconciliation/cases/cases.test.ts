import { accountBalance, postOrThrow } from '@citycard/clearing';
import { addDays, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addRide,
  AGENT,
  BUS,
  call,
  card,
  DAY,
  db,
  open,
  pendingCredit,
  startCases,
  stopCases,
  TAXI,
  TODAY,
  twice,
  type Json,
} from './cases.test-data.ts';
import { escalateCases, refreshChains } from './escalate.ts';
import { caseFigures } from './figures.ts';

beforeAll(startCases);
afterAll(stopCases);

describe('charged twice', () => {
  it('the system attaches the chain, asks the operator, and two people give the fare back from what it is owed', async () => {
    const no = await twice();
    const { status, body } = await open(no, { words: '测试:刷了两次', contact: '13800000000' });
    expect([status, body]).toMatchObject([201, { state: 'with-participant', participantNo: BUS, level: 0 }]);
    const url = `/v1/cases/${String(body['caseNo'])}`;
    const seen = (await call('bus', 'GET', url)).body;
    const chain = (seen['chains'] as { content: { purchases: Json[] } }[])[0]!.content;
    expect(chain.purchases.map(({ amountFen, suspect }) => [amountFen, suspect])).toEqual([
      ['200', false],
      ['200', true],
    ]);
    expect((await call('taxi', 'GET', url)).status).toBe(404);
    expect((await call('taxi', 'POST', `${url}/answer`, { finding: 'agrees', answer: 'not ours' })).status).toBe(404);
    const answered = await call('bus', 'POST', `${url}/answer`, { finding: 'agrees', answer: 'The reader was slow.' });
    expect(answered.body).toMatchObject({ state: 'with-company', finding: 'agrees' });
    expect((await call('bus', 'POST', `${url}/answer`, { finding: 'disagrees', answer: 'Or not.' })).body['code']).toBe(
      'reconciliation.cases.not-asked',
    );

    const [, wrong] = chain.purchases;
    const purchase = { businessDate: wrong!['businessDate'], intakeId: wrong!['intakeId'], index: wrong!['index'] };
    const credit = { amountFen: 200, payer: 'operator', purchase, reason: 'Charged twice, the operator agrees.' };
    const proposed = await call('maker', 'POST', `${url}/credit`, credit);
    expect(proposed.status).toBe(201);
    expect((await call('maker', 'POST', `${url}/end`, { reason: 'Nothing is wrong here.' })).body['code']).toBe(
      'reconciliation.cases.credit-proposed',
    );
    const approval = `${url}/credit/approval/${String(proposed.body['approvalId'])}`;
    expect((await call('maker', 'POST', approval, credit)).status).toBe(403);
    expect((await call('checker', 'POST', approval, { ...credit, amountFen: 100 })).body['code']).toBe(
      'identity.content-differs',
    );
    expect((await call('checker', 'POST', approval, credit)).body).toMatchObject({
      state: 'ended',
      outcome: 'credited',
      creditedFen: 200,
    });
    expect(await pendingCredit(no)).toBe(200n);
    expect((await call('checker', 'POST', `${approval}?again`, credit)).body).toMatchObject({ outcome: 'credited' });
    expect(await pendingCredit(no)).toBe(200n);
    expect((await call('clerk', 'POST', `${url}/comments`, { words: 'too late' })).body['code']).toBe(
      'reconciliation.cases.ended',
    );
    const { events } = (await call('supervisor', 'GET', url)).body;
    expect((events as Json[]).map(({ event }) => event)).toEqual(['opened', 'answered', 'credit-proposed', 'ended']);
  });

  it('is not seen where a company was paid twice an hour apart, or by two companies', async () => {
    const no = await card([
      { at: '08:00', amount: 200 },
      { at: '09:00', amount: 200 },
      { at: '09:01', amount: 200, participant: TAXI },
    ]);
    expect((await open(no)).body).toMatchObject({ state: 'with-company' });
  });

  it('said again while it is open is the same case, and what was said is kept', async () => {
    const no = await twice();
    const first = await open(no, { words: 'one' });
    const again = await open(no, { words: 'two', channel: 'phone' });
    expect([again.status, again.body['caseNo']]).toEqual([200, first.body['caseNo']]);
    const { said } = (await call('clerk', 'GET', `/v1/cases/${String(first.body['caseNo'])}/words`)).body;
    expect(said).toEqual([{ words: 'one' }, { words: 'two' }]);
  });
});

describe('a credit that is refused', () => {
  it('cannot be approved any more; another one can be proposed, or the case ends with a reason', async () => {
    const no = await twice();
    const url = `/v1/cases/${String((await open(no)).body['caseNo'])}`;
    const credit = (amountFen: number) => ({ amountFen, payer: 'company', reason: 'It looks like twice.' });
    const propose = (amountFen: number) => call('maker', 'POST', `${url}/credit`, credit(amountFen));
    const first = (await propose(500)).body;
    expect((await propose(200)).body['code']).toBe('clearing.corrections.case-taken');
    expect(
      (await call('checker', 'POST', `${url}/credit/refusal`, { reason: 'The fare was 2.00, not 5.00.' })).status,
    ).toBe(204);
    const approve = (approvalId: unknown, amountFen: number) =>
      call('checker', 'POST', `${url}/credit/approval/${String(approvalId)}`, credit(amountFen));
    expect((await approve(first['approvalId'], 500)).body['code']).toBe('reconciliation.cases.not-credited');
    const second = (await propose(200)).body;
    expect((await approve(first['approvalId'], 500)).status).toBe(404);
    expect((await approve(second['approvalId'], 200)).body).toMatchObject({ outcome: 'credited', creditedFen: 200 });
    expect(await pendingCredit(no)).toBe(200n);

    const other = `/v1/cases/${String((await open(await twice())).body['caseNo'])}`;
    await call('maker', 'POST', `${other}/credit`, credit(200));
    await call('maker', 'POST', `${other}/credit/refusal`, { reason: 'Proposed for the wrong case.' });
    const ended = await call('maker', 'POST', `${other}/end`, { reason: 'Two people rode with one card.' });
    expect(ended.body).toMatchObject({ state: 'ended', outcome: 'refused' });
  });
});

describe('a load that has not arrived', () => {
  it('is asked of the agent that was paid, and given back from what the agent has paid in', async () => {
    const no = await card();
    await transact(db, async (tx) => {
      const leg = { debit: 'bank-custody:test', credit: `agent-prefund:${AGENT}`, amount: fen(5_000) };
      await postOrThrow(tx, TODAY, [{ key: 'prefund:test', reason: 'generated', legs: [leg] }]);
      await tx.query(
        `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter, balance_before_fen, amount_fen,
           sam_no, host_date, host_time, posting_key, state, opened_at, resolved_at, resolved_by)
         values ($1, 'T0000001', $2, '000001', '000001', $3, 'agent-cash', 0, 0, 3000, '990000000009', '20261110', '120000', 'x', 'void', $4, now(), 'reversal')`,
        [no, AGENT, DAY, new Date(`${DAY}T10:00:00+08:00`)],
      );
    });
    const { body } = await open(no, { kind: 'load-missing', amountFen: 3_000 });
    expect(body).toMatchObject({ state: 'with-participant', participantNo: AGENT });
    const url = `/v1/cases/${String(body['caseNo'])}`;
    await call('kiosk', 'POST', `${url}/answer`, { finding: 'agrees', answer: 'The cash is in our till.' });
    const credit = { amountFen: 3_000, payer: 'agent', reason: 'The agent kept the cash of a load that failed.' };
    expect((await call('maker', 'POST', `${url}/credit`, { ...credit, payer: 'biller' })).body['code']).toBe(
      'clearing.corrections.payer-unknown',
    );
    const { approvalId } = (await call('maker', 'POST', `${url}/credit`, credit)).body;
    const approved = await call('checker', 'POST', `${url}/credit/approval/${String(approvalId)}`, credit);
    expect(approved.body).toMatchObject({ outcome: 'credited', creditedFen: 3_000 });
    expect([await pendingCredit(no), (await accountBalance(db, `agent-prefund:${AGENT}`)).posted]).toEqual([
      3_000n,
      2_000n,
    ]);
  });

  it('is the company’s to look into when no agent knows of it, and no agent pays for it', async () => {
    const { body } = await open(await card(), { kind: 'load-missing' });
    expect(body).toMatchObject({ state: 'with-company' });
    const credit = { amountFen: 3_000, payer: 'agent', reason: 'Somebody kept the cash of it.' };
    const answer = await call('maker', 'POST', `/v1/cases/${String(body['caseNo'])}/credit`, credit);
    expect(answer.body['code']).toBe('reconciliation.cases.payer-not-asked');
  });
});

describe('what a person said', () => {
  it('is in clear in no table, and who read it is written down', async () => {
    const { body } = await open(await twice(), { words: '李测试的手机', contact: '13900000000' });
    const { rows } = await db.query<{ all: string }>(
      `select string_agg(t::text, '') as all from (select to_jsonb(c) as t from reconciliation.resident_case c union all select to_jsonb(e) from reconciliation.resident_case_event e
        union all select to_jsonb(w) from reconciliation.resident_case_words w union all select to_jsonb(a) from platform.act_log a union all select to_jsonb(i) from platform.idempotency i) x`,
    );
    expect(rows[0]?.all).not.toMatch(/李测试|13900000000/);
    const url = `/v1/cases/${String(body['caseNo'])}/words`;
    expect((await call('bus', 'GET', url)).status).toBe(403);
    expect((await call('clerk', 'GET', url)).body).toEqual({
      said: [{ words: '李测试的手机', contact: '13900000000' }],
    });
    const events = await db.query(
      `select actor from reconciliation.resident_case_event where case_no = $1 and event = 'words-read'`,
      [body['caseNo']],
    );
    expect(events.rows).toEqual([{ actor: 'clerk' }]);
  });
});

describe('an order of the 12345 hotline', () => {
  const order = (no: string, over: object = {}) => ({ kind: 'wrong-fare', cardNo: no, occurredOn: DAY, ...over });
  it('is a case under its number, the same however often it is sent, and its answer is read by the hotline alone', async () => {
    const no = await twice();
    const url = '/v1/hotline-orders/WF2026-000001';
    const first = await call('hotline', 'PUT', url, order(no, { words: 'said on the phone' }));
    expect([first.status, first.body]).toMatchObject([201, { orderNo: 'WF2026-000001', state: 'under way' }]);
    expect((await call('hotline', 'PUT', url, order(no, { words: 'said on the phone' }))).body).toEqual(first.body);
    expect((await call('hotline', 'PUT', url, order(no, { amountFen: 300 }))).body['code']).toBe(
      'reconciliation.cases.order-differs',
    );
    expect((await call('hotline-2', 'GET', url)).status).toBe(404);
    const reason = 'The fare of that line is 3.00 since November.';
    await call('maker', 'POST', `/v1/cases/${String(first.body['caseNo'])}/end`, { reason });
    const { body } = await call('hotline', 'GET', url);
    expect(body).toMatchObject({ state: 'ended', outcome: 'refused', reason });
    expect(JSON.stringify(body)).not.toContain(no);
  });
});

describe('deadlines', () => {
  it('take a case from a participant that does not answer, tell people once, and once more when the company is late', async () => {
    await db.query(`update reconciliation.resident_case set state = 'with-company', level = 2 where state <> 'ended'`);
    const { body } = await open(await twice());
    const caseNo = body['caseNo'];
    const pass = (column: string) =>
      db.query(`update reconciliation.resident_case set ${column} = now() - interval '1 second' where case_no = $1`, [
        caseNo,
      ]);
    const alarms = async () =>
      (
        await db.query<{ kind: string }>(`select kind from clearing.alarm where subject = $1 order by alarm_id`, [
          `case ${String(caseNo)}`,
        ])
      ).rows.map(({ kind }) => kind);
    expect(await escalateCases(db)).toBe(0);
    await pass('answer_due_at');
    expect([await escalateCases(db), await escalateCases(db)]).toEqual([1, 0]);
    expect((await call('clerk', 'GET', `/v1/cases/${String(caseNo)}`)).body).toMatchObject({
      state: 'with-company',
      level: 1,
    });
    const late = await call('bus', 'POST', `/v1/cases/${String(caseNo)}/answer`, {
      finding: 'agrees',
      answer: 'Sorry for the delay.',
    });
    expect(late.status).toBe(200);
    await pass('end_due_at');
    expect([await escalateCases(db), await escalateCases(db)]).toEqual([1, 0]);
    expect(await alarms()).toEqual(['resident-case-unanswered', 'resident-case-late']);
    const listed = (await call('supervisor', 'GET', '/v1/cases?overdue=true&state=open')).body['cases'] as Json[];
    expect(listed.map(({ caseNo: no }) => no)).toContain(caseNo);
  });

  it('are the supervisor’s to set, within bounds, for cases opened from then on', async () => {
    const set = (person: string, answerDays: number, endDays: number) =>
      call(person, 'PUT', '/v1/case-days/wrong-fare', { answerDays, endDays });
    expect((await set('maker', 1, 2)).status).toBe(403);
    expect((await set('supervisor', 5, 4)).body['code']).toBe('reconciliation.cases.days-bad');
    expect((await set('supervisor', 1, 2)).body['days']).toMatchObject({ 'wrong-fare': { answerDays: 1, endDays: 2 } });
    const { body } = await open(await twice(), { kind: 'wrong-fare', amountFen: 300 });
    expect(body['participantNo']).toBe(TAXI);
    const days = (Date.parse(String(body['endDueAt'])) - Date.parse(String(body['openedAt']))) / 86_400_000;
    expect(Math.round(days)).toBe(2);
  });
});

it('records that come late are attached to an open case by themselves, and nothing when nothing is new', async () => {
  const no = await card([{ at: '08:00', amount: 200 }]);
  const { body } = await open(no);
  expect(body['state']).toBe('with-company');
  await addRide(no, 1, { at: '08:03', amount: 200 });
  expect([await refreshChains(db), await refreshChains(db)]).toEqual([1, 0]);
  const { chains } = (await call('clerk', 'GET', `/v1/cases/${String(body['caseNo'])}`)).body;
  expect((chains as { content: { purchases: Json[] } }[]).map(({ content }) => content.purchases.length)).toEqual([
    2, 1,
  ]);
});

describe('what cannot be', () => {
  it.each([
    ['a card nobody has', { cardNo: '3104580990000000000' }, 422, 'reconciliation.cases.card-unknown'],
    ['a day that is still to come', { occurredOn: addDays(TODAY, 1) }, 422, 'reconciliation.cases.not-yet'],
    ['a day in the archives', { occurredOn: '2019-01-01' }, 422, 'reconciliation.cases.too-old'],
    ['a company nobody knows', { participantNo: '999999' }, 422, 'reconciliation.cases.participant-unknown'],
  ])('%s is refused and opens nothing', async (_, over, status, code) => {
    const count = async () => (await db.query('select from reconciliation.resident_case')).rowCount;
    const before = await count();
    const answer = await open(await twice(), over);
    expect([answer.status, answer.body['code'], await count()]).toEqual([status, code, before]);
  });

  it('a credit for another’s ride, of more than was paid, or ended twice', async () => {
    const [own, other] = [await twice(), await twice()];
    const { body } = await open(own);
    const url = `/v1/cases/${String(body['caseNo'])}`;
    const chainOf = async (no: string) =>
      (
        await db.query<{ intakeId: string }>(
          `select intake_id::text as "intakeId" from clearing.purchase_record where card_no = $1 order by intake_id`,
          [no],
        )
      ).rows[0]!;
    const credit = async (no: string, amountFen: number) =>
      call('maker', 'POST', `${url}/credit`, {
        amountFen,
        payer: 'operator',
        purchase: { businessDate: DAY, index: 0, ...(await chainOf(no)) },
        reason: 'Charged twice, it seems.',
      });
    expect((await credit(other, 200)).body['code']).toBe('reconciliation.cases.purchase-elsewhere');
    expect((await credit(own, 201)).body['code']).toBe('clearing.corrections.more-than-purchase');
    expect((await call('maker', 'POST', `${url}/end`, { reason: 'no' })).status).toBe(422);
    expect((await call('maker', 'POST', `${url}/end`, { reason: 'Two people rode with it.' })).status).toBe(200);
    expect((await call('maker', 'POST', `${url}/end`, { reason: 'Two people rode with it!' })).body['code']).toBe(
      'reconciliation.cases.ended',
    );
    await expect(
      db.query(`update reconciliation.resident_case set reason = 'other' where case_no = $1`, [body['caseNo']]),
    ).rejects.toThrow('has ended');
  });

  it('a case that claims a credit nobody booked is refused by the database', async () => {
    const { body } = await open(await twice());
    await expect(
      db.query(
        `update reconciliation.resident_case set state = 'ended', outcome = 'credited', credited_card = card_no, credited_fen = 1, ended_by = 'x', ended_at = now() where case_no = $1`,
        [body['caseNo']],
      ),
    ).rejects.toThrow('no booked credit');
  });
});

it('a kiosk opens cases of its own channel; numbers, times and outcomes stand per participant', async () => {
  const first = await caseFigures(db, TODAY, TODAY);
  const opened = await open(await twice(), { channel: 'counter' }, 'kiosk');
  expect([opened.status, opened.body['channel']]).toEqual([201, 'kiosk']);
  const after = await caseFigures(db, TODAY, TODAY);
  const of = (rows: typeof after, no: string) => rows.find(({ participantNo }) => participantNo === no);
  expect(of(after, BUS)?.opened).toBe((of(first, BUS)?.opened ?? 0n) + 1n);
  expect(of(after, BUS)).toMatchObject({ answered: 2n, late: 1n, credited: 2n, creditedFen: 400n, averageHours: 0n });
  expect(after.map(({ participantNo }) => participantNo)).toContain('');
  expect(await caseFigures(db, DAY, DAY)).toEqual([]);
});
