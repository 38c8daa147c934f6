import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardBalance, type CityRecord, feeOf, outcomeOf, type Totals, totalsBy, waits } from './expectation.ts';

interface Day {
  readonly businessDate: string;
  readonly state: string;
  readonly purchases: Record<string, Totals & { reasons: Record<string, Totals> }>;
  readonly loads: Record<string, Totals>;
  readonly net: { party: string; netFen: number }[];
  readonly sheets: {
    participantNo: string;
    salesFen: number;
    refundFen: number;
    feeFen: number;
    payableFen: number;
    disposition: 'pay' | 'carry';
    state: string;
  }[];
  readonly industries: { code: string; pattern: string; purchaseCount: number; findingCount: number }[];
  readonly checks: Record<string, { ok: boolean } & Record<string, unknown>>;
}

/** Plays a day as `npm start -- --once --json` does, in a process of its own. */
async function playDay(varDirectory: string): Promise<Day> {
  const words = ['--once', '--json', '--cards', '14', '--purchases', '90', '--seed', '7'];
  const child = spawn(process.execPath, ['--import', 'tsx', 'citycard/start/main.ts', ...words], {
    env: { ...process.env, CITYCARD_VAR: varDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the day ended with ${code}:\n${err}\n${out.slice(-2000)}`);
  return JSON.parse(out) as Day;
}

const withoutReasons = ({ count, amountFen }: Totals): Totals => ({ count, amountFen });

describe('a day in the city', () => {
  let directory: string;
  let day: Day;
  let city: CityRecord;

  beforeAll(async () => {
    await mkdir('var', { recursive: true });
    directory = await mkdtemp(join(process.cwd(), 'var', 'test-day-'));
    day = await playDay(directory);
    city = JSON.parse(await readFile(join(directory, 'demo', 'city-record.json'), 'utf8')) as CityRecord;
  }, 240_000);
  afterAll(async () => rm(directory, { recursive: true, force: true }));

  it('is closed, and every proof holds', () => {
    expect(day.state).toBe('closed');
    for (const [name, check] of Object.entries(day.checks)) expect([name, check.ok]).toEqual([name, true]);
    expect(day.checks['cards']).toMatchObject({ cards: 14, different: 0 });
  });

  it('gives every record the outcome the city expects, to the fen', () => {
    const expected = totalsBy(city.records, (record) => outcomeOf(record, city.records));
    const said: Record<string, Totals> = {};
    for (const [outcome, total] of Object.entries(day.purchases)) {
      if (outcome === 'accepted') said[outcome] = withoutReasons(total);
      for (const [code, part] of Object.entries(total.reasons)) said[`${outcome} ${code}`] = withoutReasons(part);
    }
    expect(said).toEqual(expected);
    expect(Object.keys(expected).sort()).toEqual(
      ['accepted', 'duplicate 03', 'rejected 01', 'rejected 05', 'rejected 06', 'suspicious 05'].sort(),
    );
  });

  it('posts the loads the cards were credited with, and voids the reversed', () => {
    const expected = totalsBy(city.loads, (load) => (load.credited ? 'posted' : 'void'));
    expect(withoutReasons(day.loads['posted']!)).toEqual(expected['posted']);
    expect(withoutReasons(day.loads['void']!)).toEqual(expected['void']);
    expect(day.loads['pending']!.count).toBe(0);
  });

  it('owes every operator what its accepted purchases come to, less its fee, and pays whoever is to be paid today', () => {
    const sales = totalsBy(
      city.records.filter((record) => record.billRefused === undefined && record.way !== 'ccip'),
      (record) =>
        outcomeOf(record, city.records) === 'accepted' && record.amountFen > 0
          ? (record.owedTo ?? record.participantNo)
          : undefined,
    );
    const sheets = day.sheets.filter((sheet) => sheet.payableFen > 0);
    expect(Object.fromEntries(sheets.map((sheet) => [sheet.participantNo, sheet.salesFen - sheet.refundFen]))).toEqual(
      Object.fromEntries(Object.entries(sales).map(([participantNo, total]) => [participantNo, total.amountFen])),
    );
    for (const { participantNo, salesFen, refundFen, feeFen, payableFen, state } of sheets) {
      expect([participantNo, feeFen]).toEqual([participantNo, feeOf(participantNo, salesFen - refundFen)]);
      expect(payableFen).toBe(salesFen - refundFen - feeFen);
      const waiting = waits(participantNo, day.businessDate, payableFen);
      expect([participantNo, state]).toEqual([participantNo, waiting ? 'carried' : 'paid']);
    }
    expect(sheets.some(({ state }) => state === 'carried')).toBe(true);
    expect(day.net.reduce((sum, { netFen }) => sum + netFen, 0)).toBe(0);
  });

  it('runs all twelve industries in six patterns, with nothing wrong found in any', () => {
    const named = day.industries.filter(({ code }) => code !== '00');
    expect(named.map(({ code }) => code)).toEqual([
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
      '07',
      '08',
      '09',
      '0A',
      '0B',
      '0C',
    ]);
    expect(new Set(named.map(({ pattern }) => pattern)).size).toBe(6);
    for (const { code, purchaseCount, findingCount } of named)
      expect([code, purchaseCount > 0, findingCount]).toEqual([code, true, 0]);
  });

  it('leaves in every card what its own memory adds up to', () => {
    for (const { cardNo, balanceFen } of city.cards)
      expect([cardNo, balanceFen]).toEqual([cardNo, cardBalance(city, cardNo)]);
  });

  it('instructs the bank to pay exactly the sheets', async () => {
    const reports = join(directory, 'reports', day.businessDate);
    const xml = await readFile(join(reports, `PAY-${day.businessDate.replaceAll('-', '')}-1.pain.001.xml`), 'utf8');
    const paid = day.sheets.filter((sheet) => sheet.disposition === 'pay');
    const total = paid.reduce((sum, { payableFen }) => sum + payableFen, 0);
    const yuan = `${Math.floor(total / 100)}.${String(total % 100).padStart(2, '0')}`;
    expect(xml).toContain(`<NbOfTxs>${paid.length}</NbOfTxs>`);
    expect(xml).toContain(`<CtrlSum>${yuan}</CtrlSum>`);
  });
});
