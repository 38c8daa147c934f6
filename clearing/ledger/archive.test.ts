import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { businessDate, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveYear, listArchives } from './archive.ts';
import { cardBalance } from './balances.ts';
import { post, type Posting, type Resolution } from './posting.ts';
import { accountStatement } from './statement.ts';
import { startTestLedger, TEST_DAY, transfer } from './test-ledger.ts';
import { trialBalance } from './trial-balance.ts';
import { verifyLedger } from './verify.ts';

const NEW_YEAR = businessDate('2027-01-04');
const keeper: Principal = { id: 'keeper', name: 'keeper', kind: 'person', roles: ['platform'] };

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
let directory: string;
beforeAll(async () => {
  ledger = await startTestLedger(2);
  await transact(ledger.db, (tx) => createPrincipal(tx, keeper));
  directory = await mkdtemp(join(tmpdir(), 'ledger-archive-'));
});
afterAll(async () => {
  await ledger.stop();
  await rm(directory, { recursive: true, force: true });
});

const archive = () => archiveYear(ledger.db, keeper, 2026, directory);
const on = (date: typeof TEST_DAY, ...postings: (Posting | Resolution)[]) =>
  transact(ledger.db, (tx) => post(tx, date, postings));
const tampered = async (sql: string) => {
  const tx = await ledger.db.connect();
  try {
    await tx.query('begin');
    expect((await tx.query(sql)).rowCount, sql).toBeGreaterThan(0);
    const here = {
      connect: () =>
        Promise.resolve({
          query: (text: string, values?: unknown[]) =>
            /^(begin|commit|rollback)/.test(text) ? Promise.resolve() : tx.query(text, values),
          release: () => undefined,
        }),
    };
    return (await verifyLedger(here as unknown as typeof ledger.db)).firstFault?.what;
  } finally {
    await tx.query('rollback');
    tx.release();
  }
};

it('a closed year is exported, detached and sealed, and the ledger is proved without it', async () => {
  const [card, other] = [ledger.cards[0]!, ledger.cards[1]!];
  await on(TEST_DAY, transfer('f1', 'bank-custody:B1', 'agent-prefund:A001', 1000));
  const pending: Posting = {
    key: 'p1',
    cardNo: card,
    reason: 'load',
    legs: [{ debit: 'agent-prefund:A001', credit: 'purse', amount: fen(300), phase: 'pending' }],
  };
  await on(TEST_DAY, pending, transfer('l1', 'agent-prefund:A001', 'purse', 70, other));
  await expect(archive()).rejects.toThrow(/2026-11-20 is not closed/);
  for (const state of ['cut-off', 'validated', 'priced', 'netted', 'approved', 'instructed', 'settled', 'closed'])
    await ledger.db.query(`update clearing.business_day set state = $2 where business_date = $1`, [TEST_DAY, state]);
  await expect(archive()).rejects.toThrow(/no business day of a later year/);
  await ledger.db.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [NEW_YEAR]);
  await expect(archive()).rejects.toThrow(/1 pending legs/);
  const atNewYear = new Date();
  await on(NEW_YEAR, { key: 'p1:post', cardNo: card, reason: 'result', resolves: 'p1', outcome: 'post' });
  // A day of the old year that was closed late: its chunk stands between chunks of the new year.
  await on(TEST_DAY, transfer('fee', 'operator-pending:O001', 'operator-pending:O002', 5));
  await on(NEW_YEAR, transfer('t1', 'purse', 'operator-pending:O001', 30, card));

  const before = { trial: await trialBalance(ledger.db), proof: await verifyLedger(ledger.db) };
  expect(before.proof).toMatchObject({ ok: true, transfers: 6n });
  const archived = await archive();
  expect(archived).toMatchObject({ year: 2026, transfers: 4n, chunks: 3n, sealChunk: 6n });
  const file = await readFile(archived.file);
  expect(createHash('sha256').update(file).digest('hex')).toBe(archived.fileSha256);
  const lines = file
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map((line) => line.chunk ?? line.key)).toEqual(['1', 'f1', '2', 'p1', 'l1', '4', 'fee']);
  expect(await listArchives(ledger.db)).toMatchObject([{ year: 2026, seal: archived.seal }]);

  expect((await trialBalance(ledger.db)).rows).toEqual(before.trial.rows);
  expect(await verifyLedger(ledger.db)).toMatchObject({ ok: true, transfers: 2n });
  const { rows } = await ledger.db.query(
    `select to_regclass('clearing.ledger_transfer_p0_2026') as gone, to_regclass('ledger_archive.ledger_transfer_p0_2026')::text as there`,
  );
  expect(rows).toEqual([{ gone: null, there: 'ledger_archive.ledger_transfer_p0_2026' }]);
  await expect(archive()).rejects.toMatchObject({ code: 'clearing-ledger.year-archived' });

  // Life goes on: money moves, and what is known stays known.
  expect(await on(NEW_YEAR, transfer('t2', 'purse', 'operator-pending:O001', 70, other))).toEqual([
    { outcome: 'posted' },
  ]);
  expect((await cardBalance(ledger.db, card)).posted).toBe(270n);
  expect(await on(NEW_YEAR, transfer('l1', 'agent-prefund:A001', 'purse', 70, other))).toEqual([
    { outcome: 'key-conflict' },
  ]);
  expect(
    await on(NEW_YEAR, { key: 'p1:post', cardNo: card, reason: 'result', resolves: 'p1', outcome: 'post' }),
  ).toEqual([{ outcome: 'repeat' }]);
  expect(await verifyLedger(ledger.db)).toMatchObject({ ok: true, transfers: 3n });

  // The past that is archived is not guessed at.
  await expect(trialBalance(ledger.db, { instant: atNewYear })).rejects.toMatchObject({
    code: 'clearing-ledger.archived',
  });
  const statement = await accountStatement(ledger.db, {
    account: 'purse',
    card: other,
    from: new Date(Date.now() - 1),
    to: new Date(Date.now() + 1000),
  });
  expect(statement).toMatchObject({ openingFen: 0n, closingFen: 0n, lines: [] });
});

it('what an archive leaves behind is proved too', async () => {
  for (const [sql, what] of [
    [
      `update clearing.ledger_carried set credits_posted = credits_posted + 1 where account = 'purse'`,
      /carried forward|not the sum/,
    ],
    [`update clearing.ledger_archive set transfer_count = 5`, /not what was sealed/],
    [`update clearing.ledger_archive set file_sha256 = sha256('x')`, /not what was sealed/],
    [`update clearing.ledger_archive_range set last_sha256 = sha256('x') where last_chunk = 2`, /does not follow/],
    [`update clearing.ledger_archive_range set previous_sha256 = sha256('x') where first_chunk = 1`, /does not follow/],
    [`delete from clearing.ledger_archive_range where first_chunk = 4`, /missing/],
    [`delete from clearing.ledger_posting where posting_key = 'f1'`, /posting keys of the archived year/],
    [`delete from clearing.ledger_chunk where transfer_count = 0`, /missing/],
  ] as const)
    expect(await tampered(sql), sql).toMatch(what);
});
