import { clearingMigrations, openAccount } from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  createPrincipal,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { openRefusals, refusedMessage, retryRefused, takeOrKeep } from './refusals.ts';
import { dropPages, heldPages } from './statement-pages.ts';
import { statementBalance, takeStatement } from './statements.ts';
import { statement, TEST_ACCOUNT } from './test-messages.ts';

const PERSON: Principal = { id: 'finance-maker', name: 'Maker (test)', kind: 'person', roles: ['finance-maker'] };
let database: TestDatabase;
let db: TestDatabase['db'];
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ('2026-11-20', 'open')`);
    await openAccount(tx, `bank-custody:${TEST_ACCOUNT}`);
    await createPrincipal(tx, PERSON);
  });
});
afterAll(() => database.stop());

const on = (day: number) => `2026-11-${day}`;
const entry = (reference: string, amount: string, day: number) => ({ reference, amount, date: on(day) });
const held = (page: number, last: boolean) =>
  `<StmtPgntn><PgNb>${page}</PgNb><LastPgInd>${last}</LastPgInd></StmtPgntn>`;
/** What a message must not change when it is refused: entries, statements, ledger. */
const money = async () => {
  const { rows } = await db.query<{ state: string }>(
    `select concat_ws(' ', (select count(*) from reconciliation.bank_entry), (select count(*) from reconciliation.bank_message),
       (select count(*) from clearing.bank_statement), (select chunk_no from clearing.ledger_head)) as state`,
  );
  return rows[0]?.state;
};
const totals = (count: number, sum: string) =>
  `<TxsSummry><TtlNtries><NbOfNtries>${count}</NbOfNtries><Sum>${sum}</Sum></TtlNtries></TxsSummry>`;

describe('a bank file that cannot be taken', () => {
  it('is refused with what to do about it, changes nothing, and is kept as it came', async () => {
    const first = statement('A1', { opening: '0.00', closing: '1.00', date: on(20) }, [entry('R1', '1.00', 20)], {
      sequence: 7,
      totals: totals(1, '1.00'),
    });
    await takeOrKeep(db, 'camt.053', first);
    const before = await money();
    const day = { opening: '1.00', closing: '3.00', date: on(21) };
    const entries = [entry('R2', '2.00', 21)];
    const cases: [string, Buffer, string, string][] = [
      ['another account', statement('B1', day, entries, { account: '7777' }), 'bank.account-unknown', '7777'],
      ['another currency', statement('B2', day, entries, { currency: 'USD' }), 'bank.currency-bad', 'CNY'],
      ['not well-formed', Buffer.from(statement('B3', day, entries).subarray(0, 700)), 'bank.xml-unreadable', 'line'],
      ['a wrong sum', statement('B4', day, entries, { totals: totals(1, '2.01') }), 'bank.totals-differ', '2.00'],
      ['a wrong count', statement('B5', day, entries, { totals: totals(2, '2.00') }), 'bank.totals-differ', '1'],
      [
        'balances that do not add',
        statement('B6', { ...day, closing: '3.01' }, entries),
        'bank.statement-does-not-add',
        '301',
      ],
      [
        'a hole in the balances',
        statement('B7', { ...day, opening: '2.00', closing: '4.00' }, entries),
        'bank.statement-gap',
        on(20),
      ],
      ['a hole in the numbers', statement('B8', day, entries, { sequence: 9 }), 'bank.statement-missing', '9'],
      [
        'a day before that does not lead on',
        statement('B9', { opening: '0', closing: '2', date: on(19) }, [entry('R0', '2', 19)]),
        'bank.statement-overlaps',
        on(20),
      ],
      [
        'the same day otherwise',
        statement('BA', { opening: '0.00', closing: '2.00', date: on(20) }, [entry('R9', '2.00', 20)]),
        'bank.statement-differs',
        'A1',
      ],
      ['one message id, other content', statement('A1', day, entries), 'bank.message-differs', 'A1'],
    ];
    for (const [name, xml, code, says] of cases) {
      const refused = takeOrKeep(db, 'camt.053', xml);
      await expect(refused, name).rejects.toMatchObject({ code });
      await expect(refused, name).rejects.toThrow(says);
    }
    expect(await money()).toBe(before);
    const kept = await openRefusals(db);
    expect(kept.map(({ code }) => code).reverse()).toEqual(cases.map(([, , code]) => code));
    const second = kept.find(({ code }) => code === 'bank.xml-unreadable');
    expect(await refusedMessage(db, second!.refusalNo)).toEqual(cases[2]![1]);
    const { rows: alarms } = await db.query(`select from clearing.alarm where kind = 'bank-message-refused'`);
    expect(alarms).toHaveLength(cases.length);
  });

  it('is refused again without a second alarm, and taken when what was missing has come', async () => {
    const day23 = statement('C3', { opening: '3.00', closing: '4.00', date: on(23) }, [entry('R4', '1.00', 23)], {
      sequence: 9,
    });
    for (let time = 0; time < 2; time += 1) {
      await expect(takeOrKeep(db, 'camt.053', day23)).rejects.toMatchObject({ code: 'bank.statement-gap' });
    }
    const [gap] = await openRefusals(db);
    expect(gap).toMatchObject({ code: 'bank.statement-gap', times: 2 });
    await expect(retryRefused(db, PERSON, gap!.refusalNo)).rejects.toMatchObject({ code: 'bank.statement-gap' });
    await takeOrKeep(
      db,
      'camt.053',
      statement('C1', { opening: '1.00', closing: '3.00', date: on(21) }, [entry('R2', '2.00', 21)], { sequence: 8 }),
    );
    expect(await retryRefused(db, PERSON, gap!.refusalNo)).toMatchObject({
      result: { statements: [{ closingFen: 400 }] },
    });
    await expect(retryRefused(db, PERSON, gap!.refusalNo)).rejects.toMatchObject({ code: 'bank.refusal-taken' });
    await expect(retryRefused(db, PERSON, 999n)).rejects.toMatchObject({ code: 'bank.refusal-unknown' });
    expect((await openRefusals(db)).some(({ refusalNo }) => refusalNo === gap!.refusalNo)).toBe(false);
    expect((await takeStatement(db, day23)).repeated).toBe(true);
  });
});

describe('a statement in pages', () => {
  const page = (message: string, number: number, last: boolean, entries: ReturnType<typeof entry>[], id = 'LONG') =>
    statement(message, { opening: '4.00', closing: '10.00', date: on(24) }, entries, {
      id,
      pages: held(number, last),
      sequence: 10,
    });

  it('waits until all pages are there, whatever order they come in, and then counts once', async () => {
    const three = page('P3', 3, true, [entry('Q3', '3.00', 24)]);
    const before = await money();
    expect((await takeStatement(db, three)).result).toEqual({
      messageId: 'P3',
      statements: [],
      held: { account: TEST_ACCOUNT, statementId: 'LONG', pages: [3], missing: [1, 2], lastSeen: true },
    });
    await takeStatement(db, page('P1', 1, false, [entry('Q1', '1.00', 24)]));
    await takeStatement(db, page('P1-AGAIN', 1, false, [entry('Q1', '1.00', 24)]));
    expect(await heldPages(db)).toMatchObject([{ pages: [1, 3], missing: [2] }]);
    const entriesBefore = before?.split(' ')[0];
    expect((await money())?.split(' ')[0]).toBe(entriesBefore);
    await expect(takeStatement(db, page('PX', 1, false, [entry('Q1', '1.50', 24)]))).rejects.toMatchObject({
      code: 'bank.page-differs',
    });
    const two = page('P2', 2, false, [entry('Q2', '2.00', 24)]);
    expect((await takeStatement(db, two)).result).toMatchObject({ statements: [{ entries: 3, closingFen: 1_000 }] });
    expect(await heldPages(db)).toEqual([]);
    expect(await statementBalance(db, TEST_ACCOUNT, businessDate(on(24)))).toBe(1_000n);
    expect((await takeStatement(db, three)).repeated).toBe(true);
    expect((await takeStatement(db, two)).repeated).toBe(true);
  });

  it('whose pages do not give its closing balance is refused with the page that completed it; the others wait', async () => {
    const part = (message: string, number: number, amount: string) =>
      statement(message, { opening: '10.00', closing: '13.00', date: on(25) }, [entry(`W${number}`, amount, 25)], {
        id: 'WRONG',
        pages: held(number, number === 2),
      });
    await takeStatement(db, part('W1', 1, '1.00'));
    await expect(takeStatement(db, part('W2', 2, '2.50'))).rejects.toMatchObject({
      code: 'bank.statement-does-not-add',
    });
    expect(await heldPages(db)).toMatchObject([{ statementId: 'WRONG', pages: [1] }]);
    const drop = () => transact(db, (tx) => dropPages(tx, PERSON, { account: TEST_ACCOUNT, statementId: 'WRONG' }));
    expect(await drop()).toEqual({ dropped: 1 });
    await expect(drop()).rejects.toMatchObject({ code: 'bank.pages-unknown' });
    await takeStatement(db, part('W1', 1, '1.00'));
    expect((await takeStatement(db, part('W2', 2, '2.00'))).result.statements).toHaveLength(1);
  });
});
