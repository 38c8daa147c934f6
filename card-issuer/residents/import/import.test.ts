import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, type Principal, startTestDatabase, type TestDatabase } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardIssuerMigrations } from '../../index.ts';
import { startTestProtection, type TestProtection } from '../../protection/test-protection.ts';
import type { ResidentDeps } from '../deps.ts';
import { discloseResident } from '../disclose.ts';
import { residentIdByNumber } from '../find.ts';
import { registerResident } from '../register.ts';
import { testNumber, testPerson } from '../test-residents.ts';
import { readCsv } from './csv.ts';
import { abandonImport, addBatch, admitRows, beginImport, importOutcomes, importResidents } from './import.ts';

let database: TestDatabase;
let hsm: TestProtection;
let deps: ResidentDeps;
let registrar: Principal;
let clerk: Principal;
const header = ['id-number', 'name', '联系电话', 'residence-permit-no'];

beforeAll(async () => {
  [database, hsm] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startTestProtection(),
  ]);
  deps = { db: database.db, protection: hsm.protection(database.db) };
  registrar = await testPerson(database.db, 'registrar', 'registrar');
  clerk = await testPerson(database.db, 'clerk', 'clerk');
});
afterAll(async () => {
  await hsm.stop();
  await database.stop();
});

const count = async (table: string) => (await database.db.query(`select from issuer.${table}`)).rowCount;

describe('import', () => {
  it('registers everybody once and says of every other row why not', async () => {
    const known = testNumber();
    const { residentId } = await registerResident(deps, clerk, {
      idNumber: known,
      name: '测试先',
      population: 'permanent',
      phone: '13700000001',
    });
    const twice = testNumber();
    const fresh = testNumber('19880808');
    const sameBirth = testNumber('19880808');
    const rows = [
      [fresh, '测试一', '13700000002', ''],
      [known, '测试先', '', ''],
      [twice, '测试二', '', 'TEST-PERMIT-77'],
      [twice, '测试二', '', ''],
      ['370702199903010010', '测试三', '', ''],
      [testNumber(), '', '', ''],
      [testNumber(), '测试四'],
      [testNumber(), '测试五', 'no phone', ''],
      [testNumber(), '测试六', '', 'TEST-PERMIT-77'],
      [sameBirth, '测试一', '13700000002', ''],
    ];
    const steps: number[] = [];
    const progress = await importResidents(
      deps,
      registrar,
      { name: 'a.csv', source: 'public-security', header, rows },
      (p) => steps.push(p.bucketsLeft),
    );
    expect(progress).toMatchObject({
      state: 'done',
      batches: 1,
      rows: 10,
      refused: 4,
      accepted: 3,
      known: 3,
      bucketsLeft: 0,
    });
    expect(steps[0]).toBe(64);
    const outcomes = await importOutcomes(database.db, progress.importId, 0n, 100);
    const reasons = outcomes.map(({ rowNo, outcome, reason }) => `${rowNo} ${outcome}: ${reason}`);
    expect(reasons.filter((line) => !line.includes('known') && !line.includes('repeated'))).toEqual([
      '5 refused: id-number: the check character is wrong',
      '6 refused: name: it is empty',
      '7 refused: it has 2 fields, not 4',
      '8 refused: phone: it has not the form of a 联系电话',
    ]);
    expect(outcomes).toContainEqual({ rowNo: 2n, outcome: 'known', reason: 'registered already', residentId });
    expect(outcomes).toContainEqual({ rowNo: 4n, outcome: 'repeated', reason: 'the same number as row 3' });
    const id = (await residentIdByNumber(deps, fresh)) ?? 0n;
    expect(await discloseResident(deps, clerk, id, { purpose: 'test', items: ['phone', 'birth-date'] })).toMatchObject({
      phone: { value: '13700000002', source: 'public-security' },
      'birth-date': { value: '1988-08-08' },
    });
    const { rows: pairs } = await database.db.query(`select reason from issuer.possible_duplicate`);
    expect(pairs).toEqual([{ reason: 'same-name-birth-phone' }]);
    // The whole file once more is harmless.
    const before = await count('resident');
    const again = await importResidents(deps, registrar, { name: 'a.csv', source: 'public-security', header, rows });
    expect(again).toMatchObject({ state: 'done', accepted: 0 });
    expect(await count('resident')).toBe(before);
    expect(await count('resident_import_row')).toBe(0);
  });

  it('tells the others whom it registered, except of those whom Public Security names', async () => {
    const told: bigint[] = [];
    const hooks = [
      {
        onRegistered: async (_tx: unknown, _actor: unknown, ids: readonly bigint[]) => {
          told.push(...ids);
        },
      },
    ];
    const numbers = [testNumber(), testNumber(), testNumber()];
    const file = { header: ['id-number', 'name'], rows: numbers.map((number) => [number, '测试知']) };
    const byCity = { ...file, name: 'told.csv', source: 'card-issuer' } as const;
    await importResidents({ ...deps, hooks }, registrar, byCity);
    const ids = await Promise.all(numbers.map((number) => residentIdByNumber(deps, number)));
    expect(told.toSorted()).toEqual(ids.toSorted());
    const byPolice = {
      ...file,
      rows: [[testNumber(), '测试知']],
      name: 'silent.csv',
      source: 'public-security',
    } as const;
    expect(await importResidents({ ...deps, hooks }, registrar, byPolice)).toMatchObject({ accepted: 1 });
    expect(told).toHaveLength(3);
  });

  it('goes on where it was broken off, and notices another file under the same name', async () => {
    const file = { name: 'b.csv', source: 'card-issuer', header: ['id-number', 'name'] } as const;
    const batches = [1, 2, 3].map(() => Array.from({ length: 40 }, () => [testNumber(), '测试续']));
    const [first = [], second = [], third = []] = batches;
    const { importId } = await beginImport(deps, registrar, file);
    await addBatch(deps, importId, 1, first);
    await expect(addBatch(deps, importId, 3, third)).rejects.toMatchObject({
      code: 'card-issuer.resident-import.batch-out-of-order',
    });
    await expect(addBatch(deps, importId, 1, second)).rejects.toMatchObject({
      code: 'card-issuer.resident-import.other-file',
    });
    await expect(beginImport(deps, registrar, { ...file, name: 'c.csv' })).rejects.toMatchObject({
      code: 'card-issuer.resident-import.another-open',
    });
    // Another process, which knows nothing, is given the file.
    expect((await beginImport(deps, registrar, file)).batches).toBe(1);
    for (const [at, rows] of batches.entries()) await addBatch(deps, importId, at + 1, rows);

    const before = await count('resident');
    const halfway = await admitRows(deps, registrar, importId, { untilMs: 0, rowsAtOnce: 60 });
    expect(halfway).toMatchObject({ state: 'admitting', rows: 120 });
    expect(halfway.accepted).toBeGreaterThan(0);
    expect(halfway.accepted).toBeLessThanOrEqual(60);

    // The server crashes and forgets unlogged tables; the file is sent again, nobody is registered twice.
    await database.db.query('truncate issuer.resident_import_row');
    await expect(admitRows(deps, registrar, importId, { untilMs: 0 })).rejects.toMatchObject({
      code: 'card-issuer.resident-import.staging-lost',
    });
    const progress = await importResidents(deps, registrar, { ...file, rows: batches.flat() });
    expect(progress).toMatchObject({ importId, state: 'done', accepted: 120, known: 0 });
    expect(await count('resident')).toBe((before ?? 0) + 120);
  });

  it('refuses columns it does not know, and is given up without a trace', async () => {
    const begin = (columns: string[]) =>
      beginImport(deps, registrar, { name: 'd.csv', source: 'card-issuer', header: columns });
    await expect(begin(['name', 'shoe-size'])).rejects.toMatchObject({ message: expect.stringContaining('shoe-size') });
    await expect(begin(['name', '姓名'])).rejects.toMatchObject({ status: 422 });
    await expect(begin([testNumber(), '测试'])).rejects.toMatchObject({ message: expect.not.stringContaining('3707') });
    const { importId } = await begin(['name', 'id-number']);
    const before = await count('resident');
    await addBatch(deps, importId, 1, [['测试弃', testNumber()]]);
    await abandonImport(deps, registrar, importId);
    expect([await count('resident'), await count('resident_import_row')]).toEqual([before, 0]);
    await expect(admitRows(deps, registrar, importId, { untilMs: 0 })).resolves.toMatchObject({ state: 'abandoned' });
  });
});

describe('csv', () => {
  const read = async (...pieces: string[]) => {
    const rows: string[][] = [];
    for await (const row of readCsv(pieces)) rows.push(row);
    return rows;
  };
  it('is read whatever the pieces it comes in', async () => {
    const text = '\uFEFFa,b\r\n"1,2","say ""yes""\nno"\n\n,\r\nlast,row';
    const rows = [
      ['a', 'b'],
      ['1,2', 'say "yes"\nno'],
      ['', ''],
      ['last', 'row'],
    ];
    expect(await read(text)).toEqual(rows);
    expect(await read(...text)).toEqual(rows);
    expect(await read('')).toEqual([]);
  });
  it.each([
    ['a,"b', 'line 1'],
    ['a\n"b"c', 'line 2'],
    ['a\nb"c', 'line 2'],
    [`"${'x'.repeat(10_001)}`, 'line 1'],
  ])('is refused with the line that cannot be read', async (text, line) => {
    await expect(read(text)).rejects.toMatchObject({
      code: 'card-issuer.resident-import.unreadable',
      message: expect.stringMatching(new RegExp(line, 'i')),
    });
  });
});
