import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCityCa, postOrThrow, registerReportJobs } from '@citycard/clearing';
import { addDays, businessDate, createLogger, fen, openJobSystem, transact } from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconciliationReports } from '../reports/reconciliation-reports.ts';
import {
  AGENT,
  BUS,
  call,
  card,
  DAY,
  db,
  type Json,
  open,
  pendingCredit,
  startCases,
  stopCases,
  TAXI,
  TODAY,
  twice,
  url,
} from './cases.test-data.ts';
import { escalateCases } from './escalate.ts';
import { caseFigures } from './figures.ts';

const FIRST = businessDate(`${addDays(businessDate(`${TODAY.slice(0, 7)}-01`), -1).slice(0, 7)}-01`);
const LAST = addDays(businessDate(`${TODAY.slice(0, 7)}-01`), -1);
const MONTH = FIRST.slice(0, 7);
const HOUR_MS = 3_600_000;

const directory = mkdtempSync(join(tmpdir(), 'citycard-month-of-cases-'));
let device: Awaited<ReturnType<typeof startHsm>>;
let hsm: HsmClient;
beforeAll(async () => {
  [device] = await Promise.all([startHsm({ directory, lmk: 'test' }), startCases()]);
  hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  await hsm.createCustodian({ name: 'custodian-a', pin: '111111' });
  await hsm.createCustodian({ name: 'custodian-b', pin: '222222' });
  await hsm.authorise('custodian-a', '111111', 'custodian-b', '222222', ['generateRsa'], 5);
  await ensureCityCa({ db, hsm }, '4580');
  await hsm.generateRsa({ name: 'REPORTS', usage: 'report-sign', bits: 2048 });
  await hsm.cancelAuthorisation();
});
afterAll(async () => {
  await hsm.close();
  await Promise.all([device.stop(), stopCases()]);
  rmSync(directory, { recursive: true });
});

const STAMPS = ['opened_at', 'answer_due_at', 'end_due_at', 'answered_at', 'ended_at'];
const back = (by: string) => STAMPS.map((stamp) => `${stamp} = ${stamp} - ${by}`).join(', ');

/** So many hours go by for a case: everything that happened to it, and what is due, is that much longer ago. */
const wait = (path: string, hours: number) =>
  db.query(`update reconciliation.resident_case set ${back('make_interval(hours => $2)')} where case_no = $1`, [
    path.split('/').at(-1),
    hours,
  ]);

const pathOf = (opened: { body: Json }) => `/v1/cases/${String(opened.body['caseNo'])}`;
const answer = (who: string, path: string, finding: 'agrees' | 'disagrees') =>
  call(who, 'POST', `${path}/answer`, { finding, answer: `It ${finding} (test).` });
const refuse = (path: string) => call('maker', 'POST', `${path}/end`, { reason: 'The records are right (test).' });

async function credit(path: string, terms: Json): Promise<void> {
  const whole = { ...terms, reason: 'The resident is right (test).' };
  const { approvalId } = (await call('maker', 'POST', `${path}/credit`, whole)).body;
  const approved = await call('checker', 'POST', `${path}/credit/approval/${String(approvalId)}`, whole);
  expect(approved.body).toMatchObject({ outcome: 'credited', creditedFen: terms['amountFen'] });
}

/** The purchase of a case's chain that looks wrong. */
async function suspectOf(path: string): Promise<Json> {
  const { chains } = (await call('clerk', 'GET', path)).body as { chains: { content: { purchases: Json[] } }[] };
  const found = chains[0]?.content.purchases.find(({ suspect }) => suspect);
  return { businessDate: found?.['businessDate'], intakeId: found?.['intakeId'], index: found?.['index'] };
}

/** A load whose cash the agent kept. */
async function keptLoad(): Promise<string> {
  const no = await card();
  await transact(db, async (tx) => {
    const leg = { debit: 'bank-custody:test', credit: `agent-prefund:${AGENT}`, amount: fen(9_000) };
    await postOrThrow(tx, TODAY, [{ key: 'prefund:month', reason: 'generated', legs: [leg] }]);
    await tx.query(
      `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter, balance_before_fen, amount_fen,
         sam_no, host_date, host_time, posting_key, state, opened_at, resolved_at, resolved_by)
       values ($1, 'T0000001', $2, '000001', '000001', $3, 'agent-cash', 0, 0, 3000, '990000000009', '20261110', '120000', 'x', 'void', $4, now(), 'reversal')`,
      [no, AGENT, DAY, new Date(`${DAY}T10:00:00+08:00`)],
    );
  });
  return no;
}

/** The cases of a month, over every channel, with every end; answers the paths of all of them. */
async function liveThroughMonth(): Promise<string[]> {
  // Charged twice, said at the counter: the bus company agrees after thirty hours and pays.
  const doubled = await twice();
  const counter = pathOf(await open(doubled));
  await wait(counter, 30);
  await answer('bus', counter, 'agrees');
  await credit(counter, { amountFen: 200, payer: 'operator', purchase: await suspectOf(counter) });
  expect(await pendingCredit(doubled)).toBe(200n);
  // A wrong fare, by phone: the taxi company does not agree, after fifty hours and a half.
  const phone = pathOf(await open(await twice(), { kind: 'wrong-fare', channel: 'phone', amountFen: 300 }));
  await wait(phone, 50);
  await answer('taxi', phone, 'disagrees');
  await refuse(phone);
  // A load that never arrived, at the agent's own kiosk: it has the cash.
  const kiosk = pathOf(await open(await keptLoad(), { kind: 'load-missing', amountFen: 3_000 }, 'kiosk'));
  await wait(kiosk, 5);
  await answer('kiosk', kiosk, 'agrees');
  await credit(kiosk, { amountFen: 3_000, payer: 'agent' });
  // An order of the hotline that the bus company never answers: it goes back to the company, who pays.
  const order = await call('hotline', 'PUT', '/v1/hotline-orders/WF2026-MONTH1', {
    ...{ kind: 'charged-twice', cardNo: await twice(), occurredOn: DAY, words: '测试:被扣了两次' },
  });
  const hotline = pathOf(order);
  await wait(hotline, 6 * 24);
  // Another one by phone that it answers too late, and that is still open when the month is over.
  const late = pathOf(await open(await twice(), { channel: 'phone' }));
  await wait(late, 5 * 24 + 1);
  expect(await escalateCases(db)).toBe(2);
  await answer('bus', late, 'agrees');
  await credit(hotline, { amountFen: 200, payer: 'company' });
  expect((await call('hotline', 'GET', '/v1/hotline-orders/WF2026-MONTH1')).body).toMatchObject({
    ...{ state: 'ended', outcome: 'credited', creditedFen: 200 },
  });
  // Nobody's records say anything: the company looks into it and writes why.
  const nobody = pathOf(await open(await card(), { kind: 'wrong-fare' }));
  await refuse(nobody);
  // Open, and its time to answer runs out before the month does. One of the month before that ended in this one.
  const waiting = pathOf(await open(await twice(), { kind: 'wrong-fare', amountFen: 300 }));
  const old = pathOf(await open(await twice(), { channel: 'phone' }));
  await answer('bus', old, 'disagrees');
  await wait(old, 40 * 24);
  await refuse(old);
  return [counter, phone, kiosk, hotline, late, nobody, waiting, old];
}

interface Seen {
  readonly participantNo?: string;
  readonly openedAt: string;
  readonly answerDueAt: string;
  readonly answeredAt?: string;
  readonly endedAt?: string;
  readonly outcome?: string;
  readonly creditedFen?: string;
}

/** The figures of a participant, counted from its cases one by one. */
function countedByHand(cases: readonly Seen[], participantNo: string) {
  const [from, to] = [`${FIRST}T00:00:00+08:00`, `${addDays(LAST, 1)}T00:00:00+08:00`].map((at) => Date.parse(at));
  const within = (at: string | undefined) => at !== undefined && Date.parse(at) >= from! && Date.parse(at) < to!;
  const own = cases.filter((each) => (each.participantNo ?? '') === participantNo && Date.parse(each.openedAt) < to!);
  const answered = own.filter(({ answeredAt }) => within(answeredAt));
  const hours = answered.map(({ openedAt, answeredAt }) => (Date.parse(answeredAt!) - Date.parse(openedAt)) / HOUR_MS);
  const credited = own.filter(({ endedAt, outcome }) => within(endedAt) && outcome === 'credited');
  const late = own.filter(
    ({ answerDueAt: due, answeredAt, endedAt }) =>
      participantNo !== '' &&
      within(due) &&
      (answeredAt === undefined || Date.parse(answeredAt) > Date.parse(due)) &&
      (endedAt === undefined || Date.parse(endedAt) > Date.parse(due)),
  );
  return [
    own.filter(({ openedAt }) => within(openedAt)).length,
    answered.length,
    Math.floor(hours.reduce((sum, each) => sum + each, 0) / Math.max(1, hours.length)),
    late.length,
    credited.length,
    credited.reduce((sum, { creditedFen }) => sum + Number(creditedFen), 0),
    own.filter(({ endedAt, outcome }) => within(endedAt) && outcome === 'refused').length,
    own.filter(({ endedAt }) => endedAt === undefined || Date.parse(endedAt) >= to!).length,
  ];
}

/** All that happened is moved to the middle of the month before this one, whose days are closed. */
async function itWasLastMonth(): Promise<void> {
  await db.query('alter table reconciliation.resident_case disable trigger resident_case_guard');
  const middle = new Date(`${addDays(FIRST, 14)}T12:00:00+08:00`);
  await db.query(`update reconciliation.resident_case set ${back('(now() - $1::timestamptz)')}`, [middle]);
  await db.query('alter table reconciliation.resident_case enable trigger resident_case_guard');
  await db.query(
    `insert into clearing.business_day (business_date, state) select d::date, 'closed' from generate_series($1::date, $2::date, '1 day') d on conflict do nothing`,
    [FIRST, LAST],
  );
  // The files of single days are not what is asked here.
  await db.query(
    `insert into clearing.report_set (period, ordered_by, state, finished_at)
     select business_date::text, 'test', 'made', now() from clearing.business_day where state = 'closed'`,
  );
}

it('a month of cases comes out in its report as they are, one by one', async () => {
  const paths = await liveThroughMonth();
  await itWasLastMonth();
  await open(await twice(), { kind: 'wrong-fare', channel: 'phone', amountFen: 300 });

  const logger = createLogger('test', { level: 'silent' });
  const jobs = await openJobSystem({ databaseUrl: url, logger });
  await db.query(`insert into clearing.report_set (period, ordered_by) values ($1, 'test')`, [MONTH]);
  const reports = registerReportJobs(
    jobs,
    { db, hsm, logger, complaints: caseFigures, reconciliation: reconciliationReports },
    { lookEveryMs: 100 },
  );
  const standing = async () =>
    (await db.query(`select state, failure from clearing.report_set where period = $1`, [MONTH])).rows[0];
  await expect.poll(standing, { timeout: 60_000 }).toEqual({ state: 'made', failure: null });
  await reports.close();
  await jobs.close();

  const cases = await Promise.all(
    paths.map(async (path) => (await call('supervisor', 'GET', path)).body as unknown as Seen),
  );
  const { rows } = await db.query<{ content: string }>(
    `select content from clearing.report_data where period = $1 and report = 'monthly'`,
    [MONTH],
  );
  const { tables } = JSON.parse(rows[0]!.content) as { tables: { name: string; rows: (string | number)[][] }[] };
  const told = tables.find(({ name }) => name === 'complaints')!.rows.map(([who, , ...figures]) => [who, figures]);
  expect(told).toEqual(
    [
      ['公司 company', ''],
      [BUS, BUS],
      [TAXI, TAXI],
      [AGENT, AGENT],
    ].map(([who, participantNo]) => [who, countedByHand(cases, participantNo!)]),
  );
  // Opened, answered, hours, late, credited, fen, refused, open: as the month was lived.
  expect(Object.fromEntries(told as [string, number[]][])).toEqual({
    '公司 company': [1, 0, 0, 0, 0, 0, 1, 0],
    [BUS]: [3, 2, 75, 2, 2, 400, 1, 1],
    [AGENT]: [1, 1, 5, 0, 1, 3_000, 0, 0],
    [TAXI]: [2, 1, 50, 1, 0, 0, 1, 1],
  });

  const { rows: files } = await db.query<{ format: string; signed: boolean; text: string }>(
    `select format, length(signature) > 0 as signed, encode(content, 'escape') as text from clearing.report_file
      where period = $1 and report = 'monthly' order by format`,
    [MONTH],
  );
  expect(files.map(({ format, signed }) => [format, signed])).toEqual(
    ['csv', 'json', 'pdf', 'xlsx'].map((format) => [format, true]),
  );
  expect(files[0]?.text).toContain(`${BUS},Generated ${BUS},3,2,75,2,2,400,1,1`);
}, 90_000);
