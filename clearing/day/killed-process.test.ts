import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLedger } from '../ledger/verify.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';
import { listSheets } from '../settlement/sheets.ts';
import { cutOff, readDay } from './days.ts';
import { listStages } from './evidence.ts';
import { approve, DAY, fillDay, startTestCity } from './test-city.ts';
import { DAY_STATES } from './transitions.ts';

const program = fileURLToPath(new URL('./day-process.ts', import.meta.url));

let city: Awaited<ReturnType<typeof startTestCity>>;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(async () => {
  const running = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(running.map((worker) => kill(worker)));
  await city.stop();
});

async function startWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, ['--import', 'tsx', program], {
    env: { ...process.env, DATABASE_URL: city.url },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  workers.push(worker);
  await once(worker.stdout, 'data');
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'exit');
  worker.kill('SIGKILL');
  await gone;
}

const waiting = async (of: string): Promise<number> => {
  const { rows } = await city.db.query<{ waiting: number }>(
    `select count(*)::integer as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
    [`%${of}%`],
  );
  return rows[0]?.waiting ?? 0;
};

/** Holds everybody up who writes to this table, until `meanwhile` is over. */
async function whileNobodyWrites(table: string, meanwhile: () => Promise<void>): Promise<void> {
  const client = await city.db.connect();
  try {
    await client.query('begin');
    await client.query(`lock table clearing.${table} in share mode`);
    await meanwhile();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

const reaches = (state: string) =>
  expect.poll(async () => (await readDay(city.db, DAY)).state, { timeout: 20_000, interval: 50 }).toBe(state);

describe('processes of the clearing day', () => {
  it('one is killed in the middle of a stage and the queue is lost with it; two others take the day to its end, once', async () => {
    const { db } = city;
    await fillDay(db);
    await cutOff(db, DAY);
    const first = await startWorker();
    await whileNobodyWrites('net_position', async () => {
      // Priced is committed, the obligations are written, the positions are not.
      await expect.poll(() => waiting('net_position'), { timeout: 20_000, interval: 50 }).toBe(1);
      await kill(first);
      await db.query('drop schema bullmq cascade');
    });
    expect((await readDay(db, DAY)).state).toBe('priced');
    await Promise.all([startWorker(), startWorker()]);
    await reaches('netted');
    await approve(db);
    await reaches('instructed');
    const { rows } = await db.query<{ end_to_end_id: string; amount_fen: bigint }>(
      'select end_to_end_id, amount_fen from clearing.payment',
    );
    expect(rows).toHaveLength(4);
    await whileNobodyWrites('day_report', async () => {
      for (const { end_to_end_id: endToEndId, amount_fen } of rows) {
        const booked = { endToEndId, amountFen: fen(amount_fen), bookedAt: new Date(), bankReference: endToEndId };
        await transact(db, (tx) => settlePayment(tx, booked));
      }
      // One of the two is closing the day, the other waits for the day's row.
      await expect.poll(() => waiting('day_report'), { timeout: 20_000, interval: 50 }).toBe(1);
      await expect.poll(() => waiting('business_day'), { timeout: 20_000, interval: 50 }).toBe(1);
    });
    await reaches('closed');
    expect((await listStages(db, DAY)).map(({ stage }) => stage)).toEqual(DAY_STATES.slice(1));
    expect((await listSheets(db, DAY)).map(({ state }) => state)).toEqual(['paid', 'paid', 'carried', 'paid', 'paid']);
    const { rows: once } = await db.query(
      `select (select count(*) from clearing.netting_proof)::integer as proofs,
              (select count(distinct name) = count(*) from clearing.day_report) as reports,
              (select count(*) from clearing.payment_message)::integer as messages`,
    );
    expect(once).toEqual([{ proofs: 1, reports: true, messages: 1 }]);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  }, 90_000);
});
