import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  commonMigrations,
  copyRows,
  type Database,
  openDatabase,
  startTestDatabase,
  type Statement,
  type TestDatabase,
  transact,
  transactBriefly,
} from '../index.ts';

let test: TestDatabase;
let db: Database;

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations]);
  db = test.db;
  await db.query(`CREATE TABLE account (no int PRIMARY KEY, balance_fen bigint NOT NULL);
                  INSERT INTO account VALUES (1, 100), (2, 100)`);
});
afterAll(() => test.stop());

describe('columns', () => {
  it('arrive as exact types', async () => {
    const { rows } = await db.query(`
      SELECT 9007199254740993::int8 AS fen, ARRAY[1, NULL]::int8[] AS many, 0.1::numeric AS rate,
             date '2026-02-14' AS day, ARRAY[date '2026-02-14'] AS days, timestamptz '2026-02-14 08:00+08' AS at`);
    expect(rows).toEqual([
      {
        fen: 9_007_199_254_740_993n,
        many: [1n, null],
        rate: '0.1',
        day: '2026-02-14',
        days: ['2026-02-14'],
        at: new Date('2026-02-14T00:00:00Z'),
      },
    ]);
  });
});

describe('transact', () => {
  const balance = async () =>
    (await db.query<{ balance_fen: bigint }>('SELECT balance_fen FROM account ORDER BY no')).rows.map(
      (row) => row.balance_fen,
    );

  it('undoes everything when the work throws', async () => {
    const before = await balance();
    await expect(
      transact(db, async (tx) => {
        await tx.query('UPDATE account SET balance_fen = 0');
        throw new Error('the card left the field');
      }),
    ).rejects.toThrow('the card left the field');
    expect(await balance()).toEqual(before);
  });

  it('runs a deadlocked transaction again', async () => {
    const before = await balance();
    let bothHoldOne = 0;
    let release: () => void = () => undefined;
    const met = new Promise<void>((resolve) => (release = resolve));
    let attempts = 0;
    const move = (first: number, second: number) =>
      transact(db, async (tx) => {
        attempts += 1;
        await tx.query(`SET LOCAL deadlock_timeout = '20ms'`);
        await tx.query('UPDATE account SET balance_fen = balance_fen + 1 WHERE no = $1', [first]);
        bothHoldOne += 1;
        if (bothHoldOne === 2) release();
        await met;
        await tx.query('UPDATE account SET balance_fen = balance_fen + 1 WHERE no = $1', [second]);
      });
    await Promise.all([move(1, 2), move(2, 1)]);
    expect(attempts).toBe(3);
    expect(await balance()).toEqual(before.map((fen) => fen + 2n));
  });

  it('survives the server ending its connection', async () => {
    await expect(transact(db, (tx) => tx.query('SELECT pg_terminate_backend(pg_backend_pid())'))).rejects.toThrow();
    expect(await balance()).toHaveLength(2);
  });
});

describe.each([true, false])('transactBriefly, pipelined: %s', (pipelined) => {
  let own: Database;
  const total = async () => (await db.query<{ sum: string }>('SELECT sum(balance_fen) FROM account')).rows[0]?.sum;
  const add = (no: number, fen: unknown): Statement => ({
    text: 'UPDATE account SET balance_fen = balance_fen + $2 WHERE no = $1',
    values: [no, fen],
  });
  const run = (...last: Statement[]) =>
    transactBriefly(
      own,
      (tx) => tx.query('SELECT FROM account FOR UPDATE'),
      (_tx, { rowCount }) => Promise.resolve({ result: rowCount, last }),
    );
  beforeAll(() => (own = openDatabase(test.url, { pipelined })));
  afterAll(() => own.end());

  it('commits what was found and what came last', async () => {
    const before = await total();
    expect(await run(add(1, 5n), add(2, 7n))).toBe(2);
    expect(await total()).toBe(String(BigInt(before ?? 0) + 12n));
  });

  it('commits nothing when the server refuses one of the last statements', async () => {
    const before = await total();
    await expect(run(add(1, 5n), add(2, null), add(1, 1n))).rejects.toThrow(/null value/);
    expect(await total()).toBe(before);
  });

  it('commits nothing when one of them cannot be sent', async () => {
    const before = await total();
    const hopeless = {
      toPostgres: () => {
        throw new Error('no such form');
      },
    };
    await expect(run(add(1, 5n), add(2, hopeless), add(1, 1n))).rejects.toThrow('no such form');
    const renamed = { ...add(1, 1n), name: 'taken' };
    await own.query({ name: 'taken', text: 'SELECT 1' });
    await expect(run(add(1, 5n), renamed)).rejects.toThrow(/unique/);
    expect(await total()).toBe(before);
    expect(await run()).toBe(2);
  });
});

describe('copyRows', () => {
  it('writes every kind of value as a query parameter would be written', async () => {
    await db.query(
      `CREATE TABLE public.kinds (t text, n bigint, b bytea, a text[], j jsonb, w timestamptz, f boolean)`,
    );
    const row = ['tab\t newline\n back\\slash \\N 市民卡', 2n ** 62n, Buffer.from('00ff5c', 'hex'), ['a"b', null, 'c\\d,'],
      { of: ['x'] }, new Date('2026-01-01T00:00:00.123Z'), true]; // prettier-ignore
    const rows = [row, [null, null, null, null, null, null, null]];
    const written = await transact(db, (tx) => copyRows(tx, 'public.kinds', ['t', 'n', 'b', 'a', 'j', 'w', 'f'], rows));
    expect(written).toBe(2);
    const { rows: read } = await db.query({ text: 'SELECT * FROM kinds', rowMode: 'array' });
    expect(read).toEqual(rows);
  });

  it('takes rows as they come, and none of them when one is bad', async () => {
    await db.query('CREATE TABLE numbers (n bigint CHECK (n < 5000))');
    async function* numbers(count: bigint) {
      for (let n = 0n; n < count; n += 1n) yield await Promise.resolve([n]);
    }
    expect(await transact(db, (tx) => copyRows(tx, 'numbers', ['n'], numbers(5000n)))).toBe(5000);
    await expect(transact(db, (tx) => copyRows(tx, 'numbers', ['n'], numbers(5001n)))).rejects.toThrow(/check/);
    await expect(transact(db, (tx) => copyRows(tx, 'numbers', ['n'], [[1n, 2n]]))).rejects.toThrow(/2 values for 1/);
    const { rows } = await db.query('SELECT count(*) FROM numbers');
    expect(rows).toEqual([{ count: 5000n }]);
  });
});
