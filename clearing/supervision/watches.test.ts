import { createLogger, type Database } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listCases, showCase } from '../alarms/cases.ts';
import { BUS, CARD, DAY, startTestCity } from '../day/test-city.ts';
import { readLiveFigures } from '../float/live.ts';
import { startSupervision, superviseOnce, type SupervisionDeps } from './supervise.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let db: Database;

beforeAll(async () => {
  city = await startTestCity();
  db = city.db;
  deps = {
    db,
    logger: createLogger('test', { level: 'silent' }),
    seal: { open: () => Promise.reject(new Error('nobody is on duty')) },
    secrets: new Map(),
  };
});
afterAll(() => city.stop());

const AGENT = '904458060510001';

let deps: SupervisionDeps;
const look = () => superviseOnce(deps);
const casesOf = async (kind: string) => (await listCases(db, ['open'])).filter((each) => each.kind === kind);
const evidenceOf = async (kind: string) => {
  const [found] = await casesOf(kind);
  return (await showCase(db, found!.caseNo)).alarms[0];
};
/** Generated card numbers; issuer 99 is nobody's. */
const CARDS = `'319458099' || lpad(n::text, 10, '0')`;

const loads = (count: number, { card = CARDS, terminal = `'T0000001'`, amount = 100, before = 0, counter = 'n' }) =>
  db.query(
    `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter, balance_before_fen,
       amount_fen, sam_no, host_date, host_time, posting_key, state, tac, opened_at, resolved_at, resolved_by)
     select ${card}, ${terminal}, $1, '000001', lpad(n::text, 6, '0'), $2, 'agent-cash', ${counter}, $3, $4, '370799000001',
            '20261120', '120000', 'load:generated:' || n, 'posted', '\\x00000000', now(), now(), 'confirmation'
       from generate_series(1, $5) n`,
    [AGENT, DAY, before, amount, count],
  );
const records = async (count: number, code: string, { card = CARDS, sam = `'370799000001'` } = {}) => {
  const { rows } = await db.query<{ id: bigint }>(
    `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
     values ('message', $1, '\\x00', $2, 0, now(), $3) returning intake_id as id`,
    [BUS, count, DAY],
  );
  await db.query(
    `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen,
       amount_fen, sam_no, sam_transaction_no, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at)
     select ${card}, $1, $2, n, decode(repeat('00', 64), 'hex'), '4580', 1, 0, 200, ${sam}, n, 0, 1, 0, $3, 'rejected', $4, now()
       from generate_series(1, $5) n`,
    [DAY, rows[0]!.id, BUS, code, count],
  );
  return rows[0]!.id;
};

describe('nothing out of the ordinary', () => {
  it('fires no rule', async () => {
    await loads(3, { card: `'${CARD}'`, amount: 100 });
    await records(2, '01');
    await records(1, '03');
    await look();
    expect((await listCases(db, ['open'])).filter(({ kind }) => kind !== 'agent-near-cap')).toEqual([]);
    await db.query('delete from clearing.load; delete from clearing.purchase_record; delete from clearing.intake');
  });
});

describe('unusual-load-pattern', () => {
  it('names the terminal, and the card', async () => {
    await loads(4, { card: `'${CARD}'`, terminal: `'T0000007'` });
    await loads(3, { terminal: `'T0000009'`, amount: 700_000 });
    await look();
    const found = new Map((await casesOf('unusual-load-pattern')).map((each) => [each.subject, each.caseNo]));
    expect([...found.keys()].sort()).toEqual([`card ${CARD}`, 'terminal T0000009']);
    expect((await showCase(db, found.get('terminal T0000009')!)).alarms[0]).toMatchObject({
      severity: 'warning',
      evidence: {
        ...{ loads: '3', cards: '3', amountFen: '2100000', merchantNo: AGENT, minutes: 5 },
        ...{ rule: 'unusual-load-pattern', thresholds: { terminalFen: 2_000_000, cardLoads: 4 } },
      },
    });
  });

  it('is not a case for each of ten thousand cards', async () => {
    for (const round of [1, 2, 3, 4])
      await loads(10_000, {
        terminal: `'R000000${round}'`,
        counter: `n + ${round}`,
        card: CARDS.replace('319', '318'),
      });
    await look();
    const found = await casesOf('unusual-load-pattern');
    expect(found.length).toBeLessThanOrEqual(51);
    expect(found.find(({ subject }) => subject === undefined)?.alarmCount).toBeGreaterThan(9_900n);
    await look();
    const total = (await casesOf('unusual-load-pattern')).reduce((sum, { alarmCount }) => sum + alarmCount, 0n);
    expect(total, 'each card, the two before, and no one twice').toBe(10_002n);
    await db.query('delete from clearing.load');
  });
});

describe('purse-far-from-card', () => {
  it('names what the card said and what the purse holds; ten thousand are one case', async () => {
    await db.query(
      `insert into clearing.card_account (card_no, kind, credits_posted) select ${CARDS}, 'purse', 0 from generate_series(1, 10000) n`,
    );
    await loads(10_000, { terminal: `'S' || lpad(n::text, 7, '0')`, before: 4_901 });
    await look();
    expect(await casesOf('purse-far-from-card')).toMatchObject([{ alarmCount: 10_000n, severity: 'warning' }]);
    expect(await evidenceOf('purse-far-from-card')).toMatchObject({
      subject: expect.stringMatching(/^card 319458099\d{10}$/) as string,
      evidence: { cardSaidFen: '5001', purseFen: '0', terminalNo: expect.stringMatching(/^S\d{7}$/) as string },
    });
    await db.query('delete from clearing.load');
  });
});

describe('late-operator-upload', () => {
  it('names the operator and its newest upload, once', async () => {
    await db.query(`update clearing.participant set status = 'production' where participant_no = $1`, [BUS]);
    await db.query(
      `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
       select 'message', $1, '\\x00', 1, 0, now() - interval '31 hours', $2 from generate_series(1, 10000)`,
      [BUS, DAY],
    );
    await look();
    await look();
    expect(await casesOf('late-operator-upload')).toMatchObject([{ subject: `participant ${BUS}`, alarmCount: 1n }]);
    expect(await evidenceOf('late-operator-upload')).toMatchObject({
      evidence: { newestUpload: expect.any(String) as string, businessDate: DAY, thresholds: { afterHours: 30 } },
    });
  });
});

describe('forged-tac-cluster', () => {
  it('names the SAM and records; ten thousand of one SAM are one case', async () => {
    const intake = await records(10_000, '01', { sam: `'370799000002'` });
    await look();
    await look();
    expect(await casesOf('forged-tac-cluster')).toMatchObject([
      { subject: 'sam 370799000002', alarmCount: 1n, severity: 'critical' },
    ]);
    const { evidence } = (await evidenceOf('forged-tac-cluster'))!;
    expect(evidence).toMatchObject({ participantNo: BUS, records: '10000', amountFen: '2000000' });
    expect(evidence['newest']).toHaveLength(10);
    expect((evidence['newest'] as string[])[0]).toMatch(new RegExp(`^319458099\\d{10} ${DAY} ${intake} \\d+$`));
  });
});

describe('cloned-card', () => {
  it('names the records that contradict each other; ten thousand cards are one case', async () => {
    await records(2, '04', { card: `'${CARD}'`, sam: `'37079900001' || n` });
    await look();
    expect(await evidenceOf('cloned-card')).toMatchObject({
      ...{ severity: 'critical', subject: `card ${CARD}` },
      evidence: {
        clashes: '2',
        sams: '2',
        amountFen: '400',
        newest: [expect.any(String), expect.any(String)] as unknown,
      },
    });
    await records(9_999, '04');
    await look();
    expect(await casesOf('cloned-card')).toMatchObject([{ alarmCount: 10_000n }]);
  });
});

describe('one watch that is broken', () => {
  it('leaves the others running, and is written to the log', async () => {
    const logged: unknown[] = [];
    const logger = { ...createLogger('test', { level: 'silent' }), error: (what: unknown) => logged.push(what) };
    const found = (subject: string) => Promise.resolve([{ subject, evidence: {} }]);
    await superviseOnce({
      ...deps,
      logger,
      watches: [
        { rule: 'terminal-silent', everyMs: 1, look: () => Promise.reject(new Error('column "heard" does not exist')) },
        { rule: 'hsm-away', everyMs: 1, look: () => found('hsm') },
      ],
    });
    expect(logged).toMatchObject([{ rule: 'terminal-silent', err: { message: 'column "heard" does not exist' } }]);
    expect(await casesOf('terminal-silent')).toEqual([]);
    expect(await casesOf('hsm-away')).toMatchObject([{ alarmCount: 1n, severity: 'critical' }]);
  });

  it('or never answers keeps neither figures nor other rules waiting', async () => {
    let answer: () => void = () => undefined;
    let asked = 0;
    const supervision = startSupervision({
      ...deps,
      watches: [
        {
          rule: 'terminal-silent',
          everyMs: 1,
          look: async () => {
            asked += 1;
            await new Promise<void>((resolve) => (answer = resolve));
            return [{ subject: 'terminal S0000001', evidence: {} }];
          },
        },
        {
          rule: 'unmatched-bank-entry',
          everyMs: 1,
          look: () => Promise.resolve([{ subject: 'entry R1', evidence: {} }]),
        },
      ],
    });
    await vi.waitFor(async () => expect(await casesOf('unmatched-bank-entry')).toHaveLength(1), { timeout: 5_000 });
    const before = (await readLiveFigures(db))!.takenAt;
    await vi.waitFor(async () => expect((await readLiveFigures(db))!.takenAt > before).toBe(true), { timeout: 3_000 });
    expect([asked, await casesOf('terminal-silent')]).toEqual([1, []]);
    answer();
    await supervision.stop();
    expect((await db.query(`select from clearing.alarm where kind = 'terminal-silent'`)).rowCount).toBe(1);
  });
});
