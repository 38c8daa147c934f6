import { clearingMigrations } from '@citycard/clearing';
import {
  commonMigrations,
  type Principal,
  residentIdCheck,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardIssuerMigrations } from '../index.ts';
import { startTestProtection, type TestProtection } from '../protection/test-protection.ts';
import {
  changeItems,
  changesOf,
  discloseResident,
  disclosuresOf,
  findResidents,
  type ItemChange,
  maskedHolders,
  registerResident,
  type Registration,
  type ResidentDeps,
  residentIdByNumber,
} from './index.ts';
import { testNumber, testPerson } from './test-residents.ts';

let database: TestDatabase;
let hsm: TestProtection;
let deps: ResidentDeps;
let clerk: Principal;
const why = { purpose: 'test of the counter' };

beforeAll(async () => {
  [database, hsm] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startTestProtection(),
  ]);
  deps = { db: database.db, protection: hsm.protection(database.db) };
  clerk = await testPerson(database.db, 'clerk', 'clerk');
});
afterAll(async () => {
  await hsm.stop();
  await database.stop();
});

const person = (more: Partial<Registration> = {}): Registration => ({
  idNumber: testNumber(),
  name: '测试甲',
  population: 'permanent',
  ...more,
});
const register = async (more: Partial<Registration> = {}) =>
  (await registerResident(deps, clerk, person(more))).residentId;
const change = (residentId: bigint, changes: readonly ItemChange[], reason = 'test') =>
  transact(database.db, (tx) => changeItems(tx, deps, clerk, residentId, changes, reason));
const numbered = (body: string) => body + residentIdCheck(body);
const at = (day: number) => new Date(Date.UTC(2030, 0, day));

describe('registration', () => {
  it('keeps what was said, found again by every key, and read in clear only by disclosure', async () => {
    const idNumber = testNumber('19851112');
    const residentId = await register({
      idNumber,
      name: '测试 欧阳·乙',
      phone: '+86 130 0000 0001',
      items: { 'stay-area': '370702001', education: '20' },
    });
    for (const criterion of [
      { idNumber },
      { idNumber: idNumber.toLowerCase() },
      { name: '测试欧阳•乙', birthDate: '1985-11-12' },
      { phone: '13000000001' },
      { name: '测试欧阳乙' },
    ])
      expect(await findResidents(deps, clerk, criterion, why)).toMatchObject([
        { residentId, name: '测******', birthYear: '1985', phone: '130******01' },
      ]);
    expect(await residentIdByNumber(deps, idNumber)).toBe(residentId);
    const items = await discloseResident(deps, clerk, residentId, {
      ...why,
      items: ['id-number', 'sex', 'birth-date', 'education', 'marriage'],
    });
    expect(items).toMatchObject({
      'id-number': { value: idNumber, producer: 'public-security', source: 'card-issuer' },
      'birth-date': { value: '1985-11-12' },
      education: { value: '20' },
    });
    expect(items.marriage).toBeUndefined();
    expect(await maskedHolders(deps, [residentId, 999n])).toEqual(new Map([[residentId, '测******']]));
  });

  it('leaves no number, name, phone or address in any table, nor can a row be read under another resident', async () => {
    const idNumber = testNumber();
    const secrets = [idNumber, '测试密文', '13987654321', '测试路一号'];
    const residentId = await register({ idNumber, name: '测试密文', phone: '13987654321', address: '测试路一号' });
    await findResidents(deps, clerk, { name: '测试密文' }, { purpose: `asks about ${idNumber} and 139 8765 4321` });
    await change(residentId, [{ item: 'address', value: '测试路二号', source: 'card-issuer', at: at(1) }], idNumber);
    const { rows: tables } = await database.db.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
        where table_schema in ('issuer', 'platform', 'clearing') and table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      const { rows } = await database.db.query<{ row: string }>(`select t::text as row from ${name} as t`);
      const dump = rows.map(({ row }) => row).join('\n');
      for (const secret of [...secrets, '测试路二号']) {
        expect(dump).not.toContain(secret);
        expect(dump).not.toContain(Buffer.from(secret).toString('hex'));
      }
    }
    const other = await register();
    await database.db.query(
      'update issuer.resident set sealed = (select sealed from issuer.resident where resident_id = $1) where resident_id = $2',
      [residentId, other],
    );
    await expect(discloseResident(deps, clerk, other, { ...why, items: ['name'] })).rejects.toMatchObject({
      code: 'card-issuer.protection.seal-broken',
    });
  });

  it('finds possible duplicates: same name, birth date and phone', async () => {
    const same = { name: '测试重', phone: '13100000009' };
    const first = await register({ ...same, idNumber: testNumber('19700505') });
    const other = await registerResident(deps, clerk, person({ ...same, idNumber: testNumber('19700506') }));
    expect(other.possibleDuplicates).toEqual([]);
    const second = await registerResident(deps, clerk, person({ ...same, idNumber: testNumber('19700505') }));
    expect(second.possibleDuplicates).toMatchObject([{ residentId: first, name: '测**' }]);
  });

  it.each<[string, Partial<Registration>, string]>([
    ['an area that never was', { idNumber: numbered('37065019900301001') }, 'card-issuer.impossible-id-number'],
    ['a birth in the future', { idNumber: numbered('37070220990301001') }, 'card-issuer.impossible-id-number'],
    ['a permit that is none', { residencePermitNo: '!' }, 'card-issuer.residents.impossible-item'],
    ['a sex against the number', { items: { sex: '9' } }, 'card-issuer.residents.impossible-item'],
    ['a day that never was', { items: { 'arrival-date': '2007-02-29' } }, 'card-issuer.residents.impossible-item'],
    ['a code that is none', { items: { 'stay-reason': 'fun' } }, 'card-issuer.residents.impossible-item'],
    ['family planning data', { items: { 'child-count': '1' } }, 'card-issuer.residents.items-not-allowed'],
    ['floating without permit', { population: 'floating' }, 'card-issuer.permit-missing'],
  ])('refuses %s and changes nothing', async (_, wrong, code) => {
    const count = async () => (await database.db.query('select from issuer.resident')).rowCount;
    const before = await count();
    await expect(register(wrong)).rejects.toMatchObject({ code });
    expect(await count()).toBe(before);
  });

  it('takes people without an identity number by another document, once', async () => {
    const { idNumber: _, ...foreigner } = person({
      name: 'Test Person',
      document: { kind: 'hk-macao-permit', number: 'h12345678' },
      items: { 'birth-date': '1980-01-02', sex: '2' },
    });
    const { residentId } = await registerResident(deps, clerk, foreigner);
    await expect(registerResident(deps, clerk, foreigner)).rejects.toMatchObject({
      code: 'card-issuer.residents.document-taken',
      detail: { residentId: Number(residentId) },
    });
    const found = await findResidents(deps, clerk, { documentKind: 'hk-macao-permit', documentNo: 'H12345678' }, why);
    expect(found).toMatchObject([{ residentId }]);
    const { items: _items, ...undescribed } = foreigner;
    await expect(
      registerResident(deps, clerk, { ...undescribed, document: { kind: 'passport', number: 'E12345678' } }),
    ).rejects.toMatchObject({ code: 'card-issuer.residents.document-missing' });
  });
});

describe('changes', () => {
  it('come from the producer once it has spoken, and leave before and after in the history', async () => {
    const residentId = await register({ name: '测试改' });
    const byPolice: ItemChange = { item: 'name', value: '测试改名', source: 'public-security', at: at(2) };
    expect(await change(residentId, [byPolice])).toEqual({ applied: ['name'], unchanged: [], refused: [] });
    expect(await change(residentId, [byPolice])).toEqual({ applied: [], unchanged: ['name'], refused: [] });
    expect(
      await change(residentId, [
        { item: 'name', value: '测试错', source: 'card-issuer', at: at(3) },
        { ...byPolice, value: '测试旧', at: at(1) },
        { item: 'phone', value: 'none', source: 'card-issuer', at: at(3) },
        { item: 'phone', value: '13200000001', source: 'card-issuer', at: at(3) },
      ]),
    ).toMatchObject({
      applied: ['phone'],
      refused: [
        { item: 'name', reason: 'not-the-producer' },
        { item: 'name', reason: 'older' },
        { item: 'phone', reason: 'impossible' },
      ],
    });
    expect(await findResidents(deps, clerk, { name: '测试改' }, why)).toEqual([]);
    expect(await findResidents(deps, clerk, { name: '测试改名' }, why)).toMatchObject([{ residentId }]);
    expect(await changesOf(deps, [residentId])).toMatchObject([
      { kind: 'registered' },
      { kind: 'changed', item: 'name', before: '测试改', after: '测试改名', source: 'public-security', at: at(2) },
      { kind: 'changed', item: 'phone', after: '13200000001' },
    ]);
  });

  it('of a number move the index with it, and never onto a number that somebody has', async () => {
    const taken = testNumber();
    await register({ idNumber: taken });
    const wrong = testNumber();
    const right = testNumber('19910302');
    const residentId = await register({ idNumber: wrong });
    const to = (value: string): ItemChange => ({ item: 'id-number', value, source: 'public-security', at: at(5) });
    await expect(change(residentId, [to(taken)])).rejects.toMatchObject({ code: 'card-issuer.resident-exists' });
    expect((await change(residentId, [to(right)])).applied).toEqual(['id-number', 'birth-date', 'sex']);
    expect(await residentIdByNumber(deps, wrong)).toBeUndefined();
    expect(await residentIdByNumber(deps, right)).toBe(residentId);
  });
});

describe('disclosure', () => {
  it('asks for a purpose and a right, and the resident can be told who looked', async () => {
    const residentId = await register({ name: '测试问' });
    await expect(discloseResident(deps, clerk, residentId, { purpose: '', items: ['name'] })).rejects.toMatchObject({
      code: 'card-issuer.residents.purpose-missing',
    });
    await expect(
      discloseResident(deps, clerk, residentId, { ...why, items: ['name', 'contraception'] }),
    ).rejects.toMatchObject({ status: 403 });
    const auditor = await testPerson(database.db, 'auditor', 'auditor');
    await expect(discloseResident(deps, auditor, residentId, { ...why, items: ['name'] })).rejects.toMatchObject({
      status: 403,
    });
    await discloseResident(deps, clerk, residentId, { ...why, items: ['name', 'phone'] });
    await findResidents(deps, clerk, { name: '测试问' }, { purpose: 'looked by name' });
    expect(await disclosuresOf(database.db, residentId)).toMatchObject([
      { reader: 'clerk', kind: 'search', purpose: 'looked by name' },
      { reader: 'clerk', kind: 'disclosure', purpose: why.purpose, items: ['name', 'phone'] },
    ]);
    await expect(database.db.query('delete from issuer.disclosure')).rejects.toThrow(/only ever added to/);
  });

  it('is refused to who looks too often, which is reported once', async () => {
    const curious = await testPerson(database.db, 'curious', 'clerk');
    const look = () => findResidents(deps, curious, { name: '测试无人' }, why);
    for (let turn = 0; turn < 60; turn += 1) await look();
    for (let turn = 0; turn < 3; turn += 1)
      await expect(look()).rejects.toMatchObject({ code: 'card-issuer.residents.too-many-lookups', status: 429 });
    const { rows } = await database.db.query(
      `select severity, evidence from clearing.alarm where subject = 'reader curious' order by alarm_id`,
    );
    expect(rows).toMatchObject([
      { severity: 'warning', evidence: { lookups: 45 } },
      { severity: 'critical', evidence: { lookups: 60, limit: 60 } },
    ]);
  });
});
