import { clearingMigrations } from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  createLogger,
  createPrincipal,
  type JobSystem,
  openJobSystem,
  type RepeatedLook,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { registerMatchJobs } from './jobs.ts';
import { findRun, orderMatch, startMatch, takePart } from './runs.ts';

const maker = { id: 'maker', name: 'Test maker', kind: 'person', roles: ['finance-maker'] } as const;
let database: TestDatabase;
let system: JobSystem;
let jobs: RepeatedLook;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  const { db, url } = database;
  await transact(db, (tx) => createPrincipal(tx, maker));
  const logger = createLogger('test', { level: 'silent' });
  system = await openJobSystem({ databaseUrl: url, logger });
  jobs = registerMatchJobs(system, { db, logger }, { lookEveryMs: 100 });
}, 60_000);
afterAll(async () => {
  await jobs.close();
  await system.close();
  await database.stop();
});

const HEADER = 'reference,amountFen,day\n';

async function order(theirs: string, state: 'waiting' | 'ordered' | 'running'): Promise<bigint> {
  return transact(database.db, async (tx) => {
    const businessDay = businessDate('2026-11-20');
    const { runNo } = await orderMatch(tx, maker, {
      plan: 'files',
      counterpartKind: 'biller',
      counterpart: 'WATER-1',
      businessDay,
      dryRun: false,
    });
    await takePart(tx, runNo, { side: 'ours', partNo: 1, content: Buffer.from(`${HEADER}a,100,2026-11-20\n`) });
    await takePart(tx, runNo, { side: 'theirs', partNo: 1, content: Buffer.from(theirs) });
    await startMatch(tx, runNo);
    await tx.query('update reconciliation.match_run set state = $2 where run_no = $1', [runNo, state]);
    return runNo;
  });
}
const reaches = (runNo: bigint, state: string) =>
  vi.waitFor(async () => expect((await findRun(database.db, runNo)).state).toBe(state), {
    timeout: 30_000,
    interval: 100,
  });

it('a match that was started is run, one whose worker was killed is run again, one with a bad file fails with its line', async () => {
  const runs = [
    await order(`${HEADER}a,100,2026-11-20\nb,1,2026-11-20\n`, 'ordered'),
    // As a worker leaves it that was killed on the way.
    await order(`${HEADER}a,100,2026-11-20\n`, 'running'),
    await order(`${HEADER}a,ten,2026-11-20\n`, 'ordered'),
    await order(`${HEADER}a,100,2026-11-20\n`, 'waiting'),
  ] as const;
  await database.db.query(`update reconciliation.match_run set attempts = 10, state = 'running' where run_no = $1`, [
    runs[3],
  ]);
  await jobs.wake();
  await reaches(runs[0], 'done');
  await reaches(runs[1], 'done');
  await reaches(runs[2], 'failed');
  expect(await findRun(database.db, runs[0])).toMatchObject({ percent: 100, opened: 1 });
  expect(await findRun(database.db, runs[1])).toMatchObject({ percent: 100, opened: 0, ended: 1 });
  expect((await findRun(database.db, runs[2])).failure).toBe(
    'Line 2 of theirs (the header is line 1) cannot be read: amountFen is not a whole number of fen.',
  );
  await reaches(runs[3], 'failed');
  expect((await findRun(database.db, runs[3])).failure).toContain('was begun 10 times');
}, 60_000);
