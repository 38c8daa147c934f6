import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import {
  addDays,
  cityDate,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  openJobSystem,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buy, BUS, DAY, fillDay, insertRecord, NEXT_DAY, TAXI } from '../day/test-city.ts';
import { closeDay, startSigningCity } from '../receipts/test-city.ts';
import { approveRuleChange, proposeRuleChange } from '../supervision/rule-book.ts';
import { largeAndSuspicious } from './cards-and-balances.ts';
import { cardsInForce } from './cards-in-force.ts';
import { registerReportJobs } from './jobs.ts';
import { makeReportSet, type ReportFormat, renderFile } from './make-set.ts';
import { pdfFile } from './pdf.ts';
import { periodOf } from './period.ts';
import { periodReport } from './period-report.ts';
import { registerReportFileRoutes } from './routes.ts';
import { csvFile } from './text-files.ts';
import { xlsxFile } from './xlsx.ts';

const logger = createLogger('test', { level: 'silent' });
let city: Awaited<ReturnType<typeof startSigningCity>>;
let server: HttpServer;

beforeAll(async () => {
  city = await startSigningCity();
  const { db, deps } = city;
  await fillDay(db);
  const { rows } = await db.query<{ intake_id: bigint }>('select intake_id from clearing.intake limit 1');
  const record = { date: DAY, intakeId: rows[0]!.intake_id, to: BUS, amount: 700 };
  await insertRecord(
    { query: (sql: string, values: unknown[]) => db.query(sql.replace('$3, 0,', '$3, 9,'), values) } as typeof db,
    { ...record, state: 'suspicious', code: '0F' },
  );
  await closeDay(deps, DAY);
  server = createHttpServer({ logger, db, title: 'Reports' });
  registerReportFileRoutes(server, { db });
  await transact(db, async (tx) => {
    for (const [id, participantNo] of [
      ['bus', BUS],
      ['taxi', TAXI],
    ] as const) {
      const partner = {
        id,
        name: `Partner ${id} (test)`,
        kind: 'partner',
        roles: ['operator-partner'],
        participantNo,
      } as const;
      city.tokens[id] = (await createPrincipal(tx, partner)).token;
    }
  });
});
afterAll(async () => {
  await server.close();
  await city.stop();
});

const call = async (person: string, method: 'GET' | 'POST', url: string) => {
  const response = await server.inject({ method, url, headers: { authorization: `Bearer ${city.tokens[person]}` } });
  return {
    status: response.statusCode,
    bytes: response.rawPayload,
    json: () => response.json<Record<string, unknown>>(),
  };
};
const file = async (report: string, format: ReportFormat, subject = '') =>
  (await call('supervisor', 'GET', `/v1/reports/${DAY}/${report}/${format}${subject && `?subject=${subject}`}`)).bytes;

/** The blocks of a CSV file as somebody with a spreadsheet sees them. */
function blocks(csv: Buffer): Map<string, { header: string[]; rows: string[][]; total?: string[] }> {
  const found = new Map<string, { header: string[]; rows: string[][]; total?: string[] }>();
  for (const block of csv.toString('utf8').replace('\uFEFF', '').trim().split('\r\n\r\n')) {
    const [name, header, ...rows] = block.split('\r\n').map((line) => line.split(','));
    const total = rows.at(-1)?.[0] === 'total' ? rows.pop() : undefined;
    found.set(name![0]!, { header: header!, rows, ...(total && { total }) });
  }
  return found;
}
const sumOf = (block: { header: string[]; rows: string[][] } | undefined, column: string): bigint =>
  block!.rows.reduce((sum, row) => sum + BigInt(row[block!.header.indexOf(column)]!), 0n);

/** The parts of a ZIP by name. */
function unzip(bytes: Buffer): Map<string, string> {
  const parts = new Map<string, string>();
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const [size, name, extra] = [bytes.readUInt32LE(at + 18), bytes.readUInt16LE(at + 26), bytes.readUInt16LE(at + 28)];
    const content = at + 30 + name + extra;
    parts.set(
      bytes.toString('utf8', at + 30, at + 30 + name),
      inflateRawSync(bytes.subarray(content, content + size)).toString('utf8'),
    );
    at = content + size;
  }
  return parts;
}

describe('reports of what is not closed', () => {
  it.each([
    [NEXT_DAY, 409, 'clearing.reports.period-open', `business day ${NEXT_DAY} is open`],
    ['2026-11', 409, 'clearing.reports.period-open', `business day ${NEXT_DAY} is open`],
    ['2026Q4', 409, 'clearing.reports.period-open', 'is open'],
    ['2025-01-01', 404, 'clearing.reports.period-unknown', '2025-01-01'],
    ['2026-02-30', 404, 'clearing.reports.period-unknown', '2026-02-30'],
  ])('%s are refused', async (period, status, code, words) => {
    const { status: answered, json } = await call('supervisor', 'POST', `/v1/reports/${period}`);
    expect([answered, json()['code'], json()['title']]).toEqual([status, code, expect.stringContaining(words)]);
    expect((await city.db.query('select from clearing.report_set where period = $1', [period])).rowCount).toBe(0);
  });
});

describe('the reports of a closed day', () => {
  it('are made by a job, with progress, and listed', async () => {
    const jobs = await openJobSystem({ databaseUrl: city.url, logger });
    const reports = registerReportJobs(jobs, { db: city.db, hsm: city.hsm, logger }, { lookEveryMs: 200 });
    await vi.waitFor(
      async () =>
        expect((await call('auditor', 'GET', '/v1/reports')).json()['sets']).toMatchObject([
          { period: DAY, state: 'made' },
        ]),
      { timeout: 50_000, interval: 200 },
    );
    await reports.close();
    await jobs.close();
    const set = (await call('supervisor', 'GET', `/v1/reports/${DAY}`)).json();
    expect(set['filesDone']).toBe(set['filesTotal']);
    expect(set['files']).toHaveLength(Number(set['filesTotal']));
    const names = [...new Set((set['files'] as { report: string }[]).map(({ report }) => report))];
    expect(names).toEqual([
      ...['cards-and-deposits', 'clearing-summary', 'dormant-balances', 'float-daily', 'inter-city-matrix'],
      ...[
        'large-and-suspicious',
        'reconciliation-differences',
        'reserve-daily',
        'settlement-sheet',
        'settlement-sheets',
      ],
    ]);
  }, 60_000);

  it('add up to the ledger, from the CSV as a supervisor would', async () => {
    const summary = blocks(await file('clearing-summary', 'csv'));
    const { rows } = await city.db.query<{ fen: bigint; number: bigint; all: bigint }>(
      `select sum(amount_fen) filter (where posting_key like 'purchase:%')::bigint as fen, count(*) filter (where posting_key like 'purchase:%') as number,
              sum(amount_fen)::bigint as all from clearing.ledger_transfer where business_date = $1 and phase in ('posted', 'post')`,
      [DAY],
    );
    expect(sumOf(summary.get('participants'), 'acceptedFen')).toBe(rows[0]!.fen);
    expect(sumOf(summary.get('participants'), 'acceptedCount')).toBe(rows[0]!.number);
    expect(sumOf(summary.get('industries'), 'purchaseFen')).toBe(rows[0]!.fen);
    expect(sumOf(summary.get('ledger'), 'amountFen')).toBe(rows[0]!.all);
    for (const [, block] of summary)
      block.header.forEach((column, index) => {
        if (column.endsWith('Fen')) expect(sumOf(block, column).toString()).toBe(block.total![index]);
      });
    const sheets = blocks(await file('settlement-sheets', 'csv')).get('sheets');
    expect(sumOf(sheets, 'payableFen')).toBe(sumOf(summary.get('participants'), 'payableFen'));
    const reserve = blocks(await file('reserve-daily', 'csv')).get('accounts')!;
    expect(sumOf(reserve, 'openingFen') + sumOf(reserve, 'inFen') - sumOf(reserve, 'outFen')).toBe(
      sumOf(reserve, 'closingFen'),
    );
    const suspicious = blocks(await file('large-and-suspicious', 'csv')).get('suspicious');
    expect(sumOf(suspicious, 'amountFen')).toBe(700n);
  });

  it('have typed cells, a frozen header and totals as formulas in the XLSX', async () => {
    const parts = unzip(await file('clearing-summary', 'xlsx'));
    const sheet = parts.get('xl/worksheets/sheet1.xml')!;
    expect(sheet).toContain('ySplit="4" topLeftCell="A5" activePane="bottomLeft" state="frozen"');
    const numbers = [...sheet.matchAll(/<c r="D(\d+)" s="4"><v>([\d.]+)<\/v>/g)].map(
      ([, row, value]) => [Number(row), value!] as const,
    );
    const [, formula, total] = /<c r="D\d+" s="7"><f>([^<]+)<\/f><v>([\d.]+)<\/v>/.exec(sheet)!;
    expect(formula).toBe(`ROUND(SUM(D${numbers[0]![0]}:D${numbers.at(-1)![0]}),2)`);
    const fen = (yuan: string) => BigInt(yuan.replace('.', ''));
    expect(numbers.reduce((sum, [, value]) => sum + fen(value), 0n)).toBe(fen(total!));
    expect(sheet).toContain('Bus One (test)');
  });

  it('are PDFs with the font inside, the hash and page numbers', async () => {
    const { rows } = await city.db.query<{ sha256: string }>(
      `select encode(content_sha256, 'hex') as sha256 from clearing.report_data where report = 'clearing-summary'`,
    );
    const pdf = (await file('clearing-summary', 'pdf')).toString('latin1');
    expect(pdf.slice(0, 5)).toBe('%PDF-');
    expect(pdf).toMatch(/\/FontFile[23] /);
    expect(pdf).toMatch(/\/BaseFont \/[A-Z]{6}\+NotoSansSC/);
    expect(pdf).toContain(`SHA-256 ${rows[0]!.sha256}`);
  });

  it('are the same bytes whenever they are made again, whatever came after', async () => {
    await buy(city.db, NEXT_DAY, 'purse', BUS, 4_321);
    const { rows } = await city.db.query<{ report: string; subject: string; format: ReportFormat; content: Buffer }>(
      'select report, subject, format, content from clearing.report_file where period = $1',
      [DAY],
    );
    for (const { content, ...asked } of rows)
      expect((await renderFile(city.db, DAY, asked)).equals(content), asked.report).toBe(true);
    await makeReportSet({ db: city.db, hsm: city.hsm, logger }, DAY);
    expect((await city.db.query('select from clearing.report_file where period = $1', [DAY])).rowCount).toBe(
      rows.length,
    );
  }, 60_000);

  it('are signed by a certificate of the city CA', async () => {
    const [ca, report, signature] = ['ca.pem', 'report.pdf', 'report.pdf.p7s'].map((name) =>
      join(city.directory, name),
    );
    writeFileSync(ca!, city.caPem);
    writeFileSync(report!, await file('float-daily', 'pdf'));
    writeFileSync(signature!, (await call('auditor', 'GET', `/v1/reports/${DAY}/float-daily/pdf/signature`)).bytes);
    const asked = [
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      signature!,
      '-content',
      report!,
      '-CAfile',
      ca!,
    ];
    execFileSync('openssl', [...asked, '-purpose', 'any', '-out', '/dev/null'], { stdio: 'pipe' });
  });

  it('show partners their own sheet and nobody else’s', async () => {
    expect((await call('bus', 'GET', `/v1/reports/${DAY}`)).json()['files']).toHaveLength(4);
    const sheet = (subject: string) => `/v1/reports/${DAY}/settlement-sheet/csv?subject=${subject}`;
    expect(
      blocks((await call('bus', 'GET', sheet(BUS))).bytes)
        .get('sheets')!
        .rows.every((row) => row[1] === BUS),
    ).toBe(true);
    expect((await call('taxi', 'GET', sheet(BUS))).status).toBe(404);
    expect((await call('bus', 'GET', `/v1/reports/${DAY}/clearing-summary/csv`)).status).toBe(404);
    expect((await call('clerk', 'GET', '/v1/reports')).status).toBe(403);
    expect((await call('bus', 'POST', `/v1/reports/${DAY}`)).status).toBe(403);
  });
});

describe('what is large', () => {
  it('is what the supervisors have set', async () => {
    const { db } = city;
    const asked = async () => {
      const [tx, facts] = [await db.connect(), { rows: () => [] }];
      const report = await largeAndSuspicious(tx, DAY, facts).finally(() => tx.release());
      return [report.notes.map(({ value }) => value), report.tables[0]!.rows.length];
    };
    expect(await asked()).toEqual([['100000', 'large-movement 0'], 1]);
    const change = { rule: 'large-movement', thresholds: { fromFen: 30_000 } };
    const [maker, checker] = ['large-1', 'large-2'].map(
      (id) => ({ id, name: `Test ${id}`, kind: 'person', roles: ['supervisor'] }) as const,
    );
    await transact(db, async (tx) => {
      for (const each of [maker!, checker!]) await createPrincipal(tx, each);
      const { approvalId } = await proposeRuleChange(tx, maker!, change);
      await approveRuleChange(tx, checker!, approvalId, change);
    });
    expect(await asked()).toEqual([['30000', 'large-movement 1'], 2]);
  });
});

describe('the states of cards', () => {
  it('are those of the end of the day, whatever became of a card since', async () => {
    const { db } = city;
    const card = `'319458099' || lpad(n::text, 10, '0')`;
    await db.query(
      `insert into clearing.purse (card_no, issuer_city, valid_from, valid_to, purse_cap_fen, status, opened_at)
       select ${card}, '4580', '2026-01-01', '2036-01-01', 100000, 'active', $1::date - n from generate_series(0, 2) n`,
      [DAY],
    );
    const of = async (date: typeof DAY) => {
      const tx = await db.connect();
      return cardsInForce(tx, date).finally(() => tx.release());
    };
    await db.query(`update clearing.purse set status = 'lost-reported' where card_no = '3194580990000000001'`);
    await db.query(`update clearing.purse set status = 'returned' where card_no = '3194580990000000001'`);
    expect(await of(DAY)).toEqual([{ status: 'active', cards: 3n, opened: 1n }]);
    const now = (await of(addDays(cityDate(new Date()), 1))).map(({ status, cards }) => [status, cards]);
    expect(now).toEqual([
      ['active', 2n],
      ['returned', 1n],
    ]);
    await db.query('delete from clearing.purse');
  });
});

describe('the report of a month', () => {
  it('says what the days of it left behind', async () => {
    const { db } = city;
    await db.query('alter table clearing.business_day disable trigger business_day_guard');
    await db.query(`update clearing.business_day set state = 'closed'`);
    await db.query(`insert into clearing.business_day (business_date, state) values ('2026-12-01', 'open')`);
    expect((await call('auditor', 'POST', '/v1/reports/2026-11')).status).toBe(202);
    await makeReportSet({ db, hsm: city.hsm, logger }, '2026-11');
    const month = blocks((await call('auditor', 'GET', '/v1/reports/2026-11/monthly/csv')).bytes);
    expect(month.get('float')!.rows).toEqual([[DAY, expect.any(String), expect.any(String), '0', '相符 holds']]);
    const [, float, reserve] = month.get('float')!.rows[0]!;
    expect([float, month.get('average')!.rows]).toEqual([reserve, [['2026-11', '1', float, float, float]]]);
    expect(sumOf(month.get('largest'), 'salesFen')).toBeGreaterThan(0n);
    const read = (await call('auditor', 'GET', '/v1/reports/2026-11/monthly/json')).json();
    expect(read['notes']).toContainEqual({ zh: '投诉', en: 'Complaints', value: '未记录 not recorded' });
  }, 60_000);
});

describe('complaints of a month', () => {
  it('stand per participant with their totals, where somebody records them', async () => {
    const figures = { participantNo: BUS, name: 'Bus (test)', opened: 3n, answered: 2n, averageHours: 30n, late: 1n };
    const outcome = { credited: 1n, creditedFen: 200n, refused: 1n, open: 1n };
    const company = { ...figures, ...outcome, participantNo: '', name: '', creditedFen: 50n };
    const tx = await city.db.connect();
    const report = await periodReport(tx, periodOf('2026-11'), [{ ...figures, ...outcome }, company]).finally(() =>
      tx.release(),
    );
    const complaints = blocks(csvFile(report)).get('complaints')!;
    expect(complaints.rows.map(([no]) => no)).toEqual([BUS, '公司 company']);
    expect(complaints.total![complaints.header.indexOf('creditedFen')]).toBe('250');
    expect(report.notes.map(({ en }) => en)).not.toContain('Complaints');
  });
});

describe('many rows', () => {
  const table = {
    name: 'many',
    zh: '很多',
    en: 'Many',
    columns: [
      { key: 'a', zh: '甲', en: 'A', kind: 'text' as const },
      { key: 'b', zh: '乙', en: 'B', kind: 'fen' as const, total: true },
    ],
    rows: Array.from({ length: 3_000 }, (_, index) => [`=行 ${index} <&>\u0001`, BigInt(index)]),
  };
  const report = { report: 'many', zh: '很多', en: 'Many', period: DAY, notes: [], tables: [table] };

  it('are all in the XLSX, and what a table of XML cannot hold is left out', () => {
    const sheet = unzip(xlsxFile(report, 'ab')).get('xl/worksheets/sheet1.xml')!;
    expect(sheet.match(/<row /g)).toHaveLength(3_005);
    expect(sheet).toContain('>=行 2999 &lt;&amp;&gt;</t>');
  });

  it('fill many pages of a PDF, the same ones each time', async () => {
    const at = new Date('2026-11-21T00:00:00Z');
    const pdf = await pdfFile(report, 'ab', at);
    expect(pdf.toString('latin1').match(/\/Type \/Page\n/g)!.length).toBeGreaterThan(20);
    expect((await pdfFile(report, 'ab', at)).equals(pdf)).toBe(true);
  }, 60_000);

  it('of a table too wide for a page are printed in parts, none beyond the edge', async () => {
    const columns = Array.from({ length: 40 }, (_, index) => {
      return { key: `c${index}`, zh: `列${index}`, en: `C${index}`, kind: 'fen' as const, total: true };
    });
    const pages = async (width: number) => {
      const wide = {
        ...table,
        columns: [table.columns[0]!, ...columns.slice(0, width)],
        rows: [] as (string | bigint)[][],
      };
      wide.rows = Array.from({ length: 60 }, (_, row) => [
        `行 ${row}`,
        ...wide.columns.slice(1).map(() => BigInt(row)),
      ]);
      const pdf = await pdfFile({ ...report, tables: [wide] }, 'ab', new Date('2026-11-21T00:00:00Z'));
      return pdf.toString('latin1').match(/\/Type \/Page\n/g)!.length;
    };
    expect([await pages(10), await pages(40)]).toEqual([2, 4]);
  }, 60_000);
});

describe('a download that breaks', () => {
  const ask = (headers: Record<string, string>) =>
    server.inject({
      url: `/v1/reports/${DAY}/float-daily/pdf`,
      headers: { authorization: `Bearer ${city.tokens['supervisor']}`, ...headers },
    });

  it('goes on where it was, and begins again when the file is another', async () => {
    const whole = await ask({});
    expect(whole).toMatchObject({ statusCode: 200, headers: { 'accept-ranges': 'bytes' } });
    const [etag, half, length] = [String(whole.headers.etag), 1_000, whole.rawPayload.length];
    const rest = await ask({ range: `bytes=${half}-`, 'if-range': etag });
    const range = `bytes ${half}-${length - 1}/${length}`;
    expect(rest).toMatchObject({ statusCode: 206, headers: { 'content-range': range, etag } });
    expect(Buffer.concat([whole.rawPayload.subarray(0, half), rest.rawPayload]).equals(whole.rawPayload)).toBe(true);
    const other = await ask({ range: `bytes=${half}-`, 'if-range': '"another"' });
    expect([other.statusCode, other.rawPayload.length]).toEqual([200, length]);
    const beyond = await ask({ range: `bytes=${length}-` });
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${length}`]);
  });
});
