import { createHash } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import {
  addDays,
  cityDate,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { buy, BUS, DAY, fillDay, instruct, NEXT_DAY, startTestCity } from '../day/test-city.ts';
import { bookPayments, LOOKERS } from '../receipts/test-city.ts';
import { registerAuditRoutes } from './routes.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let server: HttpServer;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  city = await startTestCity();
  const { db, deps } = city;
  await fillDay(db);
  await instruct(deps);
  await bookPayments(db, DAY);
  await advanceAsFarAsPossible(deps, DAY);
  Object.assign(tokens, city.tokens);
  await transact(db, async (tx) => {
    for (const person of Object.values(LOOKERS)) tokens[person.id] = (await createPrincipal(tx, person)).token;
  });
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'Audit' });
  registerAuditRoutes(server, { db });
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

const call = async (person: string, method: 'GET' | 'POST', url: string, payload?: object) => {
  const headers = { authorization: `Bearer ${tokens[person]}` };
  const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
  return {
    status: response.statusCode,
    bytes: response.rawPayload,
    json: () => response.json<Record<string, unknown>>(),
  };
};

function unzip(bytes: Buffer): Map<string, Buffer> {
  const parts = new Map<string, Buffer>();
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [size, name] = [bytes.readUInt32LE(at + 18), bytes.readUInt16LE(at + 26)];
    const content = at + 30 + name;
    parts.set(bytes.toString('utf8', at + 30, content), inflateRawSync(bytes.subarray(content, content + size)));
    at = content + size;
  }
  return parts;
}

describe('the view of an instant', () => {
  it('stays what it was, and shows how far the days were', async () => {
    const at = new Date().toISOString();
    const before = (await call('auditor', 'GET', `/v1/audit/view?at=${at}`)).json();
    expect(before).toMatchObject({
      sumFen: 0,
      lastReceipt: DAY,
      days: [
        { businessDate: NEXT_DAY, state: 'open' },
        { businessDate: DAY, state: 'closed' },
      ],
    });
    await buy(city.db, NEXT_DAY, 'purse', BUS, 777);
    expect((await call('supervisor', 'GET', `/v1/audit/view?at=${at}`)).json()).toEqual(before);
    expect((await call('finance-maker', 'GET', `/v1/audit/view?at=${at}`)).status).toBe(403);
  });

  it('has an act log that holds', async () => {
    expect((await call('auditor', 'GET', '/v1/acts/verification')).json()).toMatchObject({ ok: true });
  });
});

describe('a sample', () => {
  const definition = {
    from: DAY,
    to: DAY,
    seed: 'drawn in public on a Monday',
    strata: [
      { name: 'bus', size: 2, participantNo: BUS },
      { name: 'large', size: 10, minFen: 20_000 },
    ],
  };
  const draw = (change: object = {}) => call('auditor', 'POST', '/v1/audit/samples', { ...definition, ...change });

  it('is the same whenever it is drawn, and another with another seed', async () => {
    const first = (await draw()).json();
    await buy(city.db, NEXT_DAY, 'purse', BUS, 25_000);
    expect((await draw()).json()).toEqual(first);
    const items = first['items'] as Record<string, unknown>[];
    expect(items.map(({ stratum }) => stratum)).toEqual(['bus', 'bus', 'large', 'large']);
    // Anybody can draw it again: smallest hash over seed, stratum and the record's identity.
    const { rows } = await city.db.query<{ id: string }>(
      `select card_no || '|' || business_date || '|' || intake_id || '|' || record_index as id from clearing.purchase_record
        where participant_no = $1 and business_date = $2`,
      [BUS, DAY],
    );
    const hash = (id: string) => createHash('sha256').update(`${definition.seed}|bus|${id}`).digest('hex');
    const drawn = rows.map(({ id }) => id).sort((a, b) => (hash(a) < hash(b) ? -1 : 1));
    expect(
      items
        .slice(0, 2)
        .map((item) => [item['cardNo'], item['businessDate'], item['intakeId'], item['recordIndex']].join('|')),
    ).toEqual(drawn.slice(0, 2));
    const other = (await draw({ seed: 'another' })).json();
    expect(other['sampleNo']).not.toBe(first['sampleNo']);
  });

  it('has the evidence of each record, from the card to the bank', async () => {
    const { sampleNo } = (await draw()).json();
    const pack = unzip((await call('auditor', 'GET', `/v1/audit/samples/${sampleNo}/evidence`)).bytes);
    expect(pack.size).toBe(5);
    const evidence = [...pack]
      .filter(([name]) => name.startsWith('evidence/'))
      .map(([, content]) => JSON.parse(content.toString('utf8')) as { record: Record<string, unknown> });
    const settled = evidence.find(({ record }) => record['participantNo'] === BUS)!;
    expect(settled).toMatchObject({
      record: { state: 'accepted', raw: expect.stringMatching(/^[0-9a-f]{128}$/) },
      tac: { result: 'decided' },
      postings: [{ credit: `operator-pending:${BUS}`, amountFen: settled.record['amountFen'] }],
      approvals: [{ maker: 'finance-maker', checker: 'finance-checker' }],
      sheets: [
        {
          maker: 'finance-maker',
          payments: [{ state: 'posted', bankEntries: [{ bankReference: expect.any(String) }] }],
        },
      ],
    });
  });

  it.each([
    [{ to: NEXT_DAY }, 409, 'clearing.reports.period-open'],
    [{ from: NEXT_DAY }, 422, 'clearing.audit.days-reversed'],
    [{ strata: [definition.strata[0], definition.strata[0]] }, 422, 'clearing.audit.strata-named-twice'],
  ])('is refused for %j', async (change, status, code) => {
    const answered = await draw(change);
    expect([answered.status, answered.json()['code']]).toEqual([status, code]);
  });
});

describe('the audit data file', () => {
  it('can be read without us: manifest, hashes, totals, and vouchers that carry opening to closing', async () => {
    const { bytes } = await call('auditor', 'GET', `/v1/audit/data/${DAY}`);
    const parts = unzip(bytes);
    const manifest = JSON.parse(parts.get('manifest.json')!.toString('utf8')) as {
      files: { name: string; columns: string[]; rows: number; sha256: string; totals: Record<string, number> }[];
    };
    expect(manifest.files.map(({ name }) => name)).toEqual([
      'accounts.csv',
      'balances.csv',
      'vouchers.csv',
      'sheets.csv',
      'payments.csv',
    ]);
    const rowsOf = (name: string) =>
      parts
        .get(name)!
        .toString('utf8')
        .replace('\uFEFF', '')
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(','));
    for (const { name, columns, rows, sha256, totals } of manifest.files) {
      expect(createHash('sha256').update(parts.get(name)!).digest('hex')).toBe(sha256);
      expect(rowsOf(name)).toHaveLength(rows);
      for (const [column, total] of Object.entries(totals))
        expect(
          rowsOf(name).reduce((sum, row) => sum + Number(row[columns.indexOf(column)]), 0),
          `${name} ${column}`,
        ).toBe(total);
    }
    const accounts = new Map(
      rowsOf('balances.csv').map(([account, opening, , , closing]) => [
        account!,
        [BigInt(opening!), BigInt(closing!)] as const,
      ]),
    );
    const moved = new Map<string, bigint>();
    for (const [, , , debit, credit, , fen] of rowsOf('vouchers.csv')) {
      moved.set(debit!, (moved.get(debit!) ?? 0n) + BigInt(fen!));
      moved.set(credit!, (moved.get(credit!) ?? 0n) - BigInt(fen!));
    }
    for (const [account, [opening, closing]] of accounts)
      expect(opening + (moved.get(account) ?? 0n), account).toBe(closing);
    expect([...moved.keys()].every((account) => accounts.has(account))).toBe(true);
    await buy(city.db, NEXT_DAY, 'purse', BUS, 99);
    expect((await call('supervisor', 'GET', `/v1/audit/data/${DAY}`)).bytes.equals(bytes)).toBe(true);
    expect((await call('auditor', 'GET', `/v1/audit/data/${NEXT_DAY}`)).status).toBe(409);
  });
});

describe('an inquiry', () => {
  const question = {
    subject: 'Sheet of 20 November',
    question: 'Why was the taxi not paid?',
    deadline: addDays(cityDate(new Date()), 3),
  };

  it('is asked, answered by the company and closed by those who asked', async () => {
    const { inquiryNo } = (await call('supervisor', 'POST', '/v1/audit/inquiries', question)).json();
    const at = `/v1/audit/inquiries/${inquiryNo}`;
    expect((await call('auditor', 'POST', `${at}/closing`, { finding: 'nothing' })).json()['code']).toBe(
      'clearing.audit.unanswered',
    );
    expect((await call('supervisor', 'POST', `${at}/answers`, { answer: 'by itself' })).status).toBe(403);
    expect((await call('finance-maker', 'POST', `${at}/answers`, { answer: 'It has no account.' })).status).toBe(201);
    expect((await call('finance-maker', 'POST', `${at}/closing`, { finding: 'all is well' })).status).toBe(403);
    expect(
      (await call('auditor', 'POST', `${at}/closing`, { finding: 'An account is to be filed.' })).json(),
    ).toMatchObject({
      finding: 'An account is to be filed.',
      closedBy: 'auditor',
      answers: [{ answeredBy: 'finance-maker' }],
    });
    expect((await call('finance-maker', 'POST', `${at}/answers`, { answer: 'one more word' })).json()['code']).toBe(
      'clearing.audit.inquiry-closed',
    );
    await expect(city.db.query(`update clearing.audit_inquiry set finding = 'all is well'`)).rejects.toThrow(
      /closed once/,
    );
  });

  it('is not asked by the company itself, nor for yesterday', async () => {
    expect((await call('finance-checker', 'POST', '/v1/audit/inquiries', question)).status).toBe(403);
    const late = { ...question, deadline: '2026-01-01' };
    expect((await call('auditor', 'POST', '/v1/audit/inquiries', late)).json()['code']).toBe(
      'clearing.audit.deadline-past',
    );
    expect((await call('auditor', 'GET', '/v1/audit/inquiries/999')).status).toBe(404);
  });
});
