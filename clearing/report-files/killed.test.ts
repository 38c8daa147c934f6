import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createLogger, openJobSystem } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DAY, fillDay } from '../day/test-city.ts';
import { closeDay, startSigningCity } from '../receipts/test-city.ts';
import { registerReportJobs } from './jobs.ts';
import { makeReportSet, type ReportFormat, renderFile } from './make-set.ts';

const logger = createLogger('test', { level: 'silent' });
let city: Awaited<ReturnType<typeof startSigningCity>>;

beforeAll(async () => {
  city = await startSigningCity();
  await fillDay(city.db);
  await closeDay(city.deps, DAY);
});
afterAll(() => city.stop());

const set = async () => {
  const { rows } = await city.db.query<{ state: string; failure: string | null; done: number; total: number }>(
    'select state, failure, files_done as done, files_total as total from clearing.report_set where period = $1',
    [DAY],
  );
  return rows[0];
};
const print = async () => {
  const { rows } = await city.db.query<{ print: string }>(
    `select md5(string_agg(concat(report, subject, captured_at, content), '|' order by report, subject)) as print from clearing.report_data`,
  );
  return rows[0]?.print;
};

it('a set whose maker is killed goes on where it was: nothing is captured again, no file is missing or made twice', async () => {
  const { db, url, hsm, hsmPort } = city;
  await db.query(`insert into clearing.report_set (period, ordered_by) values ($1, 'closing')`, [DAY]);
  const main = fileURLToPath(new URL('./making-process.ts', import.meta.url));
  const maker = spawn(process.execPath, ['--import', 'tsx', main, url, String(hsmPort), DAY], { stdio: 'inherit' });
  const files = async () => (await db.query('select from clearing.report_file')).rowCount ?? 0;
  await vi.waitFor(async () => expect(await files()).toBeGreaterThan(3), { timeout: 50_000, interval: 20 });
  const ended = once(maker, 'exit');
  maker.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  const [captured, made] = [await print(), await files()];
  expect(await set()).toMatchObject({ state: 'making', failure: null });

  await makeReportSet({ db, hsm, logger }, DAY);
  const { state, done, total } = (await set())!;
  expect([state, done]).toEqual(['made', total]);
  expect(made).toBeLessThan(total);
  expect([await files(), await print()]).toEqual([total, captured]);
  const { rows } = await db.query<{ report: string; subject: string; format: ReportFormat; content: Buffer }>(
    'select report, subject, format, content from clearing.report_file',
  );
  for (const { content, ...asked } of rows) expect((await renderFile(db, DAY, asked)).equals(content)).toBe(true);
}, 90_000);

it('a set that fails says why, and is made as soon as what it waited for is back', async () => {
  const { db, url, hsm } = city;
  await db.query('alter table clearing.report_file disable trigger user; delete from clearing.report_file');
  await db.query(`update clearing.report_set set state = 'ordered', finished_at = null where period = $1`, [DAY]);
  const away = connectHsm({ host: '127.0.0.1', port: 1 });
  let now = away;
  const device = new Proxy(hsm, { get: (_, name) => Reflect.get(now, name, now) as unknown });
  const jobs = await openJobSystem({ databaseUrl: url, logger });
  const reports = registerReportJobs(jobs, { db, hsm: device, logger }, { lookEveryMs: 100, retryMs: 300 });
  // both in one look: a failed set is tried again at once, and its reason is gone while it is being made
  const failed = { state: 'failed', failure: expect.stringMatching(/HSM/) as unknown };
  await vi.waitFor(async () => expect(await set()).toMatchObject(failed), { timeout: 30_000 });
  now = hsm;
  await vi.waitFor(async () => expect(await set()).toMatchObject({ state: 'made', failure: null }), {
    timeout: 40_000,
  });
  await reports.close();
  await jobs.close();
  await away.close();
}, 90_000);
