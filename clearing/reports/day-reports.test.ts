import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceAsFarAsPossible } from '../day/advance.ts';
import { BUS, DAY, fillDay, insertRecord, instruct, NEXT_DAY, startTestCity } from '../day/test-city.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';
import { csv } from './csv.ts';
import { writeReports } from './day-reports.ts';
import { daySummary } from './day-summary.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
let directory: string;
beforeAll(async () => {
  city = await startTestCity();
  directory = await mkdtemp(path.join(tmpdir(), 'citycard-reports-'));
  const { db } = city;
  await fillDay(db);
  const { rows } = await db.query<{ intake_id: bigint }>(
    `insert into clearing.intake (source, participant_no, sha256, record_count, amount_fen, received_at, business_date)
     values ('message', $1, '\\x00', 1, 700, now(), $2) returning intake_id`,
    [BUS, DAY],
  );
  await insertRecord(db, {
    date: DAY,
    intakeId: rows[0]!.intake_id,
    to: BUS,
    amount: 700,
    state: 'rejected',
    code: '01',
  });
  await instruct(city.deps);
});
afterAll(async () => {
  await city.stop();
  await rm(directory, { recursive: true, force: true });
});

const read = async (folder: string) =>
  Promise.all(
    (await readdir(folder))
      .sort()
      .map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const),
  );

describe('reports', () => {
  it('are refused for a day that is not closed', async () => {
    await expect(writeReports(city.db, DAY, directory)).rejects.toMatchObject({ code: 'clearing-day.not-closed' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('are written when the day closes, and are the same bytes for ever', async () => {
    const { db, deps } = city;
    const { rows } = await db.query<{ end_to_end_id: string; amount_fen: bigint }>(
      'select end_to_end_id, amount_fen from clearing.payment',
    );
    for (const { end_to_end_id: id, amount_fen } of rows) {
      const booked = {
        endToEndId: id,
        amountFen: fen(amount_fen),
        bookedAt: new Date('2026-11-23T01:00:00Z'),
        bankReference: id,
      };
      await transact(db, (tx) => settlePayment(tx, booked));
    }
    await advanceAsFarAsPossible({ ...deps, reportsDirectory: directory }, DAY);
    const written = await read(path.join(directory, DAY));
    expect(written.map(([name]) => name)).toEqual([
      ...[
        'clearing-summary',
        'float-daily',
        'industries',
        'inter-city',
        'outcome-detail',
        'settlement-sheets',
        'trial-balance',
      ].flatMap((name) => [`2026-11-20-${name}.csv`, `2026-11-20-${name}.json`]),
      'PAY-20261120-1.pain.001.xml',
    ]);
    await db.query(`update clearing.purchase_record set reason_code = '02' where state = 'rejected'`);
    await insertRecord(db, { date: NEXT_DAY, intakeId: 1n, to: BUS, amount: 1, state: 'rejected', code: '01' });
    const again = path.join(directory, 'again');
    await writeReports(db, DAY, again);
    expect(await read(path.join(again, DAY))).toEqual(written);
    const detail = written.find(([name]) => name.endsWith('outcome-detail.csv'))?.[1];
    expect(detail).toContain('rejected,01,TAC wrong');
    expect(detail).toMatch(/,310458\*{9}\d{4},/);
  });

  it('add up in every line of the industries, whoever earns what was paid in them', async () => {
    const file = await readFile(path.join(directory, DAY, `${DAY}-industries.json`), 'utf8');
    const { rows } = JSON.parse(file) as { rows: Record<string, number>[] };
    const of = (row: Record<string, number>, name: string) => row[`${name}Fen`]!;
    for (const row of rows) {
      const parts = ['refund', 'fee', 'net', 'elsewhere'].map((name) => of(row, name));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(of(row, 'purchase'));
    }
    expect(rows.some((row) => of(row, 'elsewhere') !== 0)).toBe(true);
  });

  it('add up to the ledger, read from the file as a supervisor would', async () => {
    const file = await readFile(path.join(directory, DAY, `${DAY}-trial-balance.csv`), 'utf8');
    const rows = file
      .replace('\uFEFF', '')
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(','));
    const total = rows.pop()!;
    const sum = (column: number) => rows.reduce((amount, row) => amount + BigInt(row[column]!), 0n);
    expect([sum(2), sum(3), sum(4)]).toEqual(total.slice(2).map(BigInt));
    expect(total[4]).toBe('0');
    const sheets = JSON.parse(await readFile(path.join(directory, DAY, `${DAY}-settlement-sheets.json`), 'utf8')) as {
      rows: { payableFen: number; disposition: string; state: string }[];
    };
    const paid = sheets.rows.filter(({ disposition }) => disposition === 'pay');
    expect(paid.reduce((amount, row) => amount + row.payableFen, 0)).toBe(55_246);
    expect(paid.every(({ state }) => state === 'paid')).toBe(true);
  });
});

describe('the summary', () => {
  it('shows every outcome with its reasons, and the checks', async () => {
    const summary = await daySummary(city.db, DAY);
    expect(summary).toMatchObject({
      state: 'closed',
      purchases: {
        accepted: { count: 7, amountFen: 65_401n, reasons: {} },
        rejected: { count: 1, amountFen: 700n, reasons: { '02': { count: 1, amountFen: 700n } } },
        suspicious: { count: 0, amountFen: 0n },
      },
      checks: { ledger: { ok: true }, netting: { ok: true }, float: { ok: true } },
    });
    expect(summary.sheets).toHaveLength(5);
  });
});

describe('csv', () => {
  it('quotes what needs it, and runs no formula', () => {
    expect(
      csv(
        ['a', 'b'],
        [
          ['x,"y"', 1n],
          ['=1+1', -5],
        ],
      ),
    ).toBe('\uFEFFa,b\r\n"x,""y""",1\r\n\'=1+1,-5\r\n');
  });
});
