import {
  businessDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  fen,
  type HttpServer,
  listen,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { clearingMigrations, openAccount, post, registerClearingCoreRoutes } from '@citycard/clearing';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { runCommandLine } from './run.ts';

const DAY = businessDate('2026-11-20');
let database: Awaited<ReturnType<typeof startTestDatabase>>;
let server: HttpServer;
let url: string;
let token: string;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db } = database;
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db, title: 'Ledger' });
  registerClearingCoreRoutes(server, { db, demo: true });
  ({ url } = await listen(server, { host: '127.0.0.1', port: 0 }));
  await transact(db, async (tx) => {
    const who = { id: 'all', name: '测试', kind: 'person' as const, roles: ['auditor' as const, 'platform' as const] };
    ({ token } = await createPrincipal(tx, who));
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await tx.query(`insert into clearing.permitted_movement values ('*', 'bank-custody', 'generated')`);
    await openAccount(tx, 'bank-custody:B1');
    await openAccount(tx, 'agent-prefund:A001', { floor: fen(0), owner: 'A001' });
    const legs = [{ debit: 'bank-custody:B1', credit: 'agent-prefund:A001', amount: fen(1000) }] as const;
    await post(tx, DAY, [{ key: 'f', reason: 'generated', legs }]);
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

async function run(line: string) {
  const said = { out: '', err: '' };
  const words = ['--url', url, '--token', token, '--json', ...line.split(' ')];
  const code = await runCommandLine(
    words,
    {},
    { write: (text) => (said.out += text) },
    { write: (text) => (said.err += text) },
  );
  return { code, answer: said.out === '' ? undefined : (JSON.parse(said.out) as unknown), sentence: said.err };
}

describe('the books from the shell', () => {
  test.each([
    ['ledger verify', { ok: true, chunks: 1, transfers: 1 }],
    ['ledger verify --since 2026-01-01', { ok: true, chunks: 1 }],
    ['ledger verify --since 0', { ok: true, chunks: 1 }],
    [
      'ledger trial-balance',
      { sumFen: 0, rows: expect.arrayContaining([expect.objectContaining({ debitFen: 1000 })]) as unknown },
    ],
    ['ledger balances --at 2026-11-20', { sumFen: 0 }],
    ['ledger trial-balance --at 2026-11-20T09:30', { sumFen: 0 }],
    ['ledger statement agent-prefund:A001 --from 2026-01-01', { closingFen: 1000, lines: [{ key: 'f' }] }],
    ['ledger statement agent-prefund:A001 --from 2026-01-01 --to 2026-01-02T12:00', { closingFen: 0, lines: [] }],
    ['ledger archives', { archives: [] }],
  ])('%s', async (line, answer) => {
    expect(await run(line)).toMatchObject({ code: 0, answer, sentence: '' });
  });

  test.each([
    ['ledger verify --since yesterday', '--since takes YYYY-MM-DD or the number of a chunk, not "yesterday"'],
    ['ledger verify --since 2026-02-30', '--since: 2026-02-30 is no day of the calendar'],
    ['ledger verify --at 2026-11-20', 'ledger verify takes no --at'],
    ['ledger verify --since 1 --against /tmp', 'leave out --since'],
    ['ledger trial-balance --at noon', '--at takes YYYY-MM-DD or YYYY-MM-DDTHH:MM, not "noon"'],
    ['ledger trial-balance --at 2026-13-01', '--at: 2026-13-01 is no day of the calendar'],
    ['ledger trial-balance --at 2026-02-30T10:00', '--at: 2026-02-30 is no day of the calendar'],
    ['ledger trial-balance --since 2026-11-20', 'ledger trial-balance takes no --since'],
    ['ledger statement agent-prefund:A001', 'this takes --from'],
    ['ledger statement --from 2026-01-01', 'takes an account'],
    ['ledger statement nobody:X --from 2026-01-01', 'There is no account nobody:X'],
    ['ledger statement purse --from 2026-01-01', 'say which card'],
    ['ledger archive twenty', 'takes a year'],
    ['ledger archive 2026 --at 2026-11-20', 'ledger archive takes no --at'],
    ['ledger forge', 'there is ledger verify, ledger trial-balance'],
  ])('%s is refused with a sentence', async (line, sentence) => {
    const refused = await run(line);
    expect(refused).toMatchObject({ code: 2, answer: undefined });
    expect(refused.sentence).toContain(sentence);
    expect(refused.sentence.trimEnd().split('\n')).toHaveLength(1);
  });

  it('a chain that does not hold is exit code 1, with the fault', async () => {
    await database.db.query('alter table clearing.ledger_chunk disable trigger user');
    await database.db.query(`update clearing.ledger_chunk set sealed_at = sealed_at + interval '1 second'`);
    const { code, answer } = await run('ledger verify');
    expect(code).toBe(1);
    expect(answer).toMatchObject({ ok: false, firstFault: {} });
  });
});

test('help says how a command is typed and what it does', async () => {
  let out = '';
  const write = (text: string) => (out += text);
  expect(await runCommandLine(['held', '--help'], {}, { write }, { write })).toBe(0);
  expect(out).toContain('  citycard held list [CODE]\n      records that are held');
  expect(out).not.toContain('ledger verify');
});
