import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpServer, createLogger, createPrincipal, fen, type HttpServer, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerLedgerRoutes } from './routes.ts';
import { startTestLedger, TEST_DAY, transfer } from './test-ledger.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
let server: HttpServer;
let directory: string;
const tokens = new Map<string, string>();
const began = new Date();
beforeAll(async () => {
  ledger = await startTestLedger(1);
  directory = await mkdtemp(join(tmpdir(), 'ledger-routes-'));
  const { db } = ledger;
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'Ledger' });
  registerLedgerRoutes(server, { db, archiveDirectory: directory });
  await transact(db, async (tx) => {
    for (const role of ['auditor', 'platform', 'clerk'] as const) {
      const who = { id: role, name: `测试 ${role}`, kind: 'person' as const, roles: [role] };
      tokens.set(role, (await createPrincipal(tx, who)).token);
    }
  });
  await ledger.postAll(transfer('f', 'bank-custody:B1', 'agent-prefund:A001', 1000));
  await ledger.postAll(transfer('l', 'agent-prefund:A001', 'purse', 300, ledger.cards[0]));
  await ledger.postAll(transfer('t', 'purse', 'operator-pending:O001', fen(120), ledger.cards[0]));
});
afterAll(async () => {
  await server.close();
  await ledger.stop();
  await rm(directory, { recursive: true, force: true });
});

async function call(role: string, path: string, method: 'GET' | 'POST' = 'GET') {
  const headers = { authorization: `Bearer ${tokens.get(role)}` };
  const response = await server.inject({ method, url: `/v1/ledger/${path}`, headers });
  return [response.statusCode, response.json<Record<string, unknown>>()] as const;
}
const statement = (more: string) => `statement?from=${began.toISOString()}&to=2100-01-01T00:00:00Z&${more}`;

describe('the ledger over HTTP', () => {
  it.each([
    'verification',
    'trial-balance',
    'archives',
    'accounts/bank-custody:B1',
    statement('account=bank-custody:B1'),
  ])('%s is not for everybody', async (path) => {
    expect((await call('clerk', path))[0]).toBe(403);
    expect((await call('auditor', path))[0]).toBe(200);
  });

  it('is proved whole, from a chunk on and from a day on', async () => {
    const [, whole] = await call('auditor', 'verification');
    expect(whole).toMatchObject({ ok: true, chunks: 3, transfers: 3 });
    const since = await Promise.all(
      ['0', '1', '2', '3', '2026-01-01'].map(async (from) => (await call('auditor', `verification?since=${from}`))[1]),
    );
    expect(since).toMatchObject([3, 3, 2, 1, 3].map((chunks) => ({ ok: true, chunks, head: whole.head })));
  });

  it.each(['4', '99999', '999999999999999999', '2100-01-01'])(
    'proves nothing from %s on, and says so',
    async (from) => {
      expect(await call('auditor', `verification?since=${from}`)).toMatchObject([
        422,
        { code: 'clearing-ledger.nothing-since', title: expect.stringContaining('newest chunk is 3') as string },
      ]);
    },
  );

  it('refuses what is no day and no number', async () => {
    expect(await call('auditor', 'verification?since=yesterday')).toMatchObject([422, {}]);
  });

  it('has a trial balance that sums to zero: now, at an instant, at the end of a day', async () => {
    const rows = async (at: string) => {
      const [status, body] = await call('auditor', `trial-balance${at}`);
      expect([status, body.sumFen]).toEqual([200, 0]);
      const moved = (body.rows as { kind: string; code?: string; balanceFen: number }[]).filter(
        ({ balanceFen }) => balanceFen !== 0,
      );
      return Object.fromEntries(moved.map(({ kind, code, balanceFen }) => [code ?? kind, balanceFen]));
    };
    const now = {
      'bank-custody:B1': 1000,
      'agent-prefund:A001': -700,
      purse: -180,
      'operator-pending:O001': -120,
    };
    expect(await rows('')).toEqual(now);
    expect(await rows(`?at=${TEST_DAY}`)).toEqual(now);
    expect(await rows('?at=2026-11-19')).toEqual({});
    expect(await rows(`?at=${began.toISOString()}`)).toEqual({});
    expect((await call('auditor', 'trial-balance?at=noon'))[0]).toBe(422);
  });

  it('has statements, page by page, of accounts and of cards', async () => {
    const prefund = 'account=agent-prefund:A001';
    expect(await call('auditor', statement(prefund))).toMatchObject([
      200,
      {
        openingFen: 0,
        closingFen: 700,
        lines: [
          { key: 'f', balanceFen: 1000 },
          { key: 'l', balanceFen: 700 },
        ],
      },
    ]);
    const [, first] = await call('auditor', statement(`${prefund}&limit=1`));
    expect(first).toMatchObject({ closingFen: 1000, lines: [{ key: 'f' }] });
    const [, second] = await call('auditor', statement(`${prefund}&limit=1&after=${String(first.next)}`));
    expect(second).toMatchObject({ openingFen: 1000, closingFen: 700, lines: [{ key: 'l' }] });
    expect(second).not.toHaveProperty('next');
    const [, purse] = await call('auditor', statement(`account=purse&card=${ledger.cards[0]}`));
    expect(purse).toMatchObject({ closingFen: 180, lines: [{ amountFen: 300 }, { amountFen: 120 }] });
  });

  it.each([
    [statement('account=nobody:X'), 404, 'nobody:X'],
    [statement('account=purse'), 422, 'say which card'],
    [statement('account=purse&card=310'), 422, 'no card number'],
    ['statement?account=purse&from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z', 422, '"to" must be later'],
    ['statement?account=purse', 422, 'from'],
    ['accounts/nobody:X', 404, 'nobody:X'],
    ['verification?since=2026-02-30', 422, '2026-02-30 is no time of the calendar'],
    ['trial-balance?at=2026-13-01', 422, '2026-13-01 is no time of the calendar'],
    ['trial-balance?at=2026-02-30T12:00:00Z', 422, 'no time of the calendar'],
    ['trial-balance?at=2026-11-20T25:00:00Z', 422, 'no time of the calendar'],
    ['trial-balance?at=2026-11-20T12:00:00%2B99:00', 422, 'no time of the calendar'],
    ['trial-balance?at=0000-01-01', 422, 'at'],
    ['statement?account=bank-custody:B1&from=2026-11-31T00:00:00Z&to=2026-12-01T00:00:00Z', 422, 'no time of the'],
    ['statement?account=bank-custody:B1&from=2026-11-01T00:00:00Z&to=2026-12-01T24:30:00Z', 422, 'no time of the'],
    [statement('account=bank:%00'), 422, 'account'],
    ['accounts/bank%00', 422, 'code'],
  ])('%s is refused', async (path, status, sentence) => {
    expect(await call('auditor', path)).toMatchObject([status, { title: expect.stringContaining(sentence) as string }]);
  });

  it('lets the platform archive a year, when it is closed', async () => {
    expect((await call('auditor', 'archives/2026', 'POST'))[0]).toBe(403);
    expect(await call('platform', 'archives/2026', 'POST')).toMatchObject([
      409,
      { title: expect.stringContaining('is not closed') as string },
    ]);
    for (const state of ['cut-off', 'validated', 'priced', 'netted', 'approved', 'instructed', 'settled', 'closed'])
      await ledger.db.query('update clearing.business_day set state = $1', [state]);
    await ledger.db.query(`insert into clearing.business_day (business_date, state) values ('2027-01-01', 'open')`);
    expect(await call('platform', 'archives/2026', 'POST')).toMatchObject([201, { year: 2026 }]);
    expect(await call('auditor', 'archives')).toMatchObject([200, { archives: [{ year: 2026 }] }]);
    expect(await call('platform', 'archives/2026', 'POST')).toMatchObject([
      409,
      { code: 'clearing-ledger.year-archived' },
    ]);
    expect(await call('auditor', 'verification')).toMatchObject([200, { ok: true }]);
    expect(await call('auditor', statement('account=agent-prefund:A001'))).toMatchObject([
      409,
      { code: 'clearing-ledger.archived' },
    ]);
  });
});
