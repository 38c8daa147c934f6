import { accountBalance, clearingMigrations, openAccount } from '@citycard/clearing';
import { businessDate, commonMigrations, fen, startTestDatabase, type TestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import type { FoundDifference } from './difference.ts';
import { endDifferences } from './end.ts';
import { openDifferences } from './open.ts';
import { overdueDifferenceWatch } from './watch.ts';

const DAY = businessDate('2026-11-20');
let database: TestDatabase;
let db: TestDatabase['db'];
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    for (const code of ['agent-prefund:A-1', 'suspense:main', 'write-off:main']) await openAccount(tx, code);
  });
});
afterAll(() => database.stop());

const found = (subjectKey: string, more: Partial<FoundDifference> = {}): FoundDifference => ({
  counterpartKind: 'agent',
  counterpart: 'A-1',
  businessDay: DAY,
  subjectKey,
  kind: 'amount',
  ours: fen(500),
  theirs: fen(700),
  evidence: { file: 'generated' },
  ...more,
});
const open = (...rows: FoundDifference[]) => transact(db, (tx) => openDifferences(tx, rows));
const outcomes = async (...rows: FoundDifference[]) => (await open(...rows)).map(({ outcome }) => outcome);
const row = async (no: bigint) =>
  (await db.query(`select * from reconciliation.difference where difference_no = $1`, [no])).rows[0] as Record<
    string,
    unknown
  >;
const events = async (no: bigint) =>
  (
    await db.query<{ event: string }>(
      'select event from reconciliation.difference_event where difference_no = $1 order by event_no',
      [no],
    )
  ).rows.map(({ event }) => event);

it('a difference found again is the same one; other amounts change it and its history keeps what was', async () => {
  const [first] = await open(found('again'));
  expect(await outcomes(found('again'))).toEqual(['known']);
  expect(await open(found('again', { theirs: fen(900) }))).toEqual([{ ...first, outcome: 'changed' }]);
  const no = first?.differenceNo ?? 0n;
  expect(await row(no)).toMatchObject({ theirs_fen: 900n, version: 2, state: 'open', owner_role: 'finance-maker' });
  expect(await events(no)).toEqual(['found', 'changed']);
  const { rows } = await db.query(
    `select detail from reconciliation.difference_event where difference_no = $1 and event = 'changed'`,
    [no],
  );
  expect(rows[0]).toMatchObject({ detail: { oursFen: 500, theirsFen: 700 } });
});

it('the same thing twice in one call is decided as in two calls', async () => {
  const twice = await open(found('twice'), found('other'), found('twice', { ours: fen(600) }));
  expect(twice.map(({ outcome }) => outcome)).toEqual(['opened', 'opened', 'changed']);
  expect(twice[2]?.differenceNo).toBe(twice[0]?.differenceNo);
});

it('two who find the same at once open it once', async () => {
  const both = await Promise.all([open(found('at once')), open(found('at once'))]);
  expect(
    both
      .flat()
      .map(({ outcome }) => outcome)
      .toSorted(),
  ).toEqual(['known', 'opened']);
});

it('one that ended because the other side came opens again when the other side is gone again', async () => {
  const { theirs: _, ...missing } = found('came', { kind: 'only-ours' });
  const [first] = await open(missing);
  const end = () => transact(db, (tx) => endDifferences(tx, [missing], { by: 'match', reason: 'it came with file 2' }));
  expect(await end()).toEqual([first?.differenceNo]);
  expect(await end()).toEqual([]);
  const [again] = await open(missing);
  expect(again).toMatchObject({ outcome: 'opened' });
  expect(again?.differenceNo).not.toBe(first?.differenceNo);
  expect(await row(again?.differenceNo ?? 0n)).toMatchObject({ occurrence: 2 });
});

it('one that a rule ended stays ended until amounts are others; its booking is made once, with it', async () => {
  const difference = found('by rule');
  const terms = {
    by: 'rule',
    reason: 'make-up on our side',
    posting: {
      key: 'difference-test:1',
      reason: 'make-up on our side',
      legs: [{ debit: 'suspense:main', credit: 'agent-prefund:A-1', amount: fen(200) }],
    },
  } as const;
  const [{ differenceNo } = { differenceNo: 0n }] = await open(difference);
  const { kind: _, ...anyKind } = difference;
  expect(await transact(db, (tx) => endDifferences(tx, [anyKind], terms))).toEqual([differenceNo]);
  expect(await transact(db, (tx) => endDifferences(tx, [anyKind], terms))).toEqual([]);
  expect((await accountBalance(db, 'agent-prefund:A-1')).posted).toBe(200n);
  expect(await row(differenceNo)).toMatchObject({ posting_key: 'difference-test:1', adjusted_fen: 200n });
  expect(await outcomes(difference)).toEqual(['known']);
  expect(await outcomes(found('by rule', { theirs: fen(800) }))).toEqual(['opened']);
});

it('a rule tolerates small amounts and says so', async () => {
  await db.query(
    `insert into reconciliation.difference_rule (counterpart_kind, kind, owner_role, due_days, tolerate_fen) values ('biller', 'amount', 'finance-maker', 1, 5)`,
  );
  const small = found('small', { counterpartKind: 'biller', ours: fen(500), theirs: fen(505) });
  const [opened] = await open(small);
  expect(opened?.outcome).toBe('tolerated');
  const { ended_by: by, reason } = await row(opened?.differenceNo ?? 0n);
  expect([by, reason]).toEqual(['rule', expect.stringContaining('5 fen or less')]);
  expect(await outcomes(small)).toEqual(['known']);
  expect(await outcomes(found('one more', { counterpartKind: 'biller', ours: fen(500), theirs: fen(506) }))).toEqual([
    'opened',
  ]);
});

it('the database closes nothing without a reason, and changes nothing that is closed', async () => {
  const [{ differenceNo } = { differenceNo: 0n }] = await open(found('guarded'));
  const bare = `update reconciliation.difference set state = 'ended', ended_at = now(), ended_on = '2026-11-21', ended_by = 'rule'`;
  await expect(db.query(`${bare} where difference_no = $1`, [differenceNo])).rejects.toThrow(
    'difference_ended_explained',
  );
  await expect(db.query(`${bare}, reason = '  ' where difference_no = $1`, [differenceNo])).rejects.toThrow(
    'difference_ended_explained',
  );
  const byPeople = bare.replace("'rule'", "'people'");
  await expect(
    db.query(`${byPeople}, reason = 'agreed', decided_by = 'a', approved_by = 'a' where difference_no = $1`, [
      differenceNo,
    ]),
  ).rejects.toThrow('difference_two_people');
  await db.query(`${bare}, reason = 'agreed' where difference_no = $1`, [differenceNo]);
  await expect(
    db.query(`update reconciliation.difference set reason = 'other' where difference_no = $1`, [differenceNo]),
  ).rejects.toThrow('after its end');
  await expect(
    db.query('delete from reconciliation.difference where difference_no = $1', [differenceNo]),
  ).rejects.toThrow();
});

it('supervision hears of differences past their due date, by counterpart', async () => {
  await open(found('long due', { counterpart: 'A-LATE' }), found('due', { counterpart: 'A-LATE' }));
  const look = (afterDays: number) =>
    overdueDifferenceWatch.look({ db, thresholds: { afterDays } } as unknown as Parameters<
      typeof overdueDifferenceWatch.look
    >[0]);
  expect((await look(0)).filter(({ subject }) => subject === 'agent A-LATE')).toEqual([]);
  await db.query(`update reconciliation.difference set due_on = due_on - 10 where counterpart = 'A-LATE'`);
  expect(await look(3)).toMatchObject([{ subject: 'agent A-LATE', evidence: { count: 2n } }]);
  expect(await look(60)).toEqual([]);
});
