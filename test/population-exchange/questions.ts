import { beforeAll, expect, it } from 'vitest';
import { type ExchangeCity, newIdNumber } from './test-city.ts';

/** Questions and statistics: only what the entitlement names, everything on record, small counts not given away. */
export function questionTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  beforeAll(() => {
    city = started();
  });
  const ask = (who: string, question: object) =>
    city.http(who, 'POST', '/v1/population/query', { reference: 'CASE-2026-17', ...question });
  const newest = async () => {
    const { rows } = await city.db.query(
      `select department, purpose, criterion, outcome, resident_id, items from issuer.department_query
        order by query_id desc limit 1`,
    );
    return rows[0] as Record<string, unknown>;
  };

  it('are answered with the items of the purpose, and logged as a disclosure', async () => {
    const { idNumber, residentId } = await city.register('测试巳', { phone: '13900000005' });
    const found = await ask('public-security', { idNumber, purpose: 'residence-registration' });
    expect(found.body).toMatchObject({ result: 'found', items: { name: { value: '测试巳', source: 'card-issuer' } } });
    expect(found.body.items).not.toHaveProperty('phone');
    expect(await newest()).toMatchObject({ outcome: 'answered', criterion: 'id-number', resident_id: residentId });
    const log = await city.db.query(
      `select purpose, items from issuer.disclosure join issuer.disclosure_resident using (disclosure_no)
        where resident_id = $1 and reader = 'department-public-security-exchange' order by disclosure_no desc limit 1`,
      [residentId],
    );
    expect(log.rows[0]).toMatchObject({
      purpose: expect.stringContaining('residence-registration'),
      items: expect.arrayContaining(['name']),
    });
  });

  it('by name and birth date find one person, nobody, or too many to tell', async () => {
    const purpose = 'criminal-investigation';
    await city.register('测试午');
    const question = { name: '测试午', birthDate: '1990-03-01', purpose, items: ['sex'] };
    expect((await ask('public-security', question)).body).toMatchObject({ result: 'found', items: { sex: {} } });
    await city.register('测试午');
    expect((await ask('public-security', question)).body).toEqual({ queryId: expect.any(Number), result: 'ambiguous' });
    const nobody = await ask('public-security', { ...question, name: '测试无人' });
    expect(nobody.body).toEqual({ queryId: expect.any(Number), result: 'no-such-person' });
    expect(await newest()).toMatchObject({ outcome: 'no-such-person', criterion: 'name-birth', resident_id: null });
    const unknown = await ask('public-security', { idNumber: newIdNumber(), purpose });
    expect(unknown.body.result).toBe('no-such-person');
  });

  it('go no further than the entitlement: other items, purposes, people and forms are refused', async () => {
    const { idNumber } = await city.register('测试未');
    const purpose = 'family-planning-work';
    expect((await ask('public-security', { idNumber, purpose })).body.code).toContain('purpose-not-entitled');
    expect((await ask('public-security', { idNumber, purpose: 'exchange' })).status).toBe(403);
    expect((await ask('family-planning', { idNumber, purpose, items: ['name', 'nation'] })).body).toMatchObject({
      status: 403,
      title: expect.stringContaining('may not read nation'),
    });
    expect((await ask('family-planning', { idNumber })).status).toBe(422);
    expect((await ask('registrar-1', { idNumber, purpose })).status).toBe(403);
    const telling = await ask('family-planning', { idNumber, purpose, reference: `CASE-${idNumber}` });
    expect(telling.body.code).toContain('criterion-impossible');
    const impossible = await ask('family-planning', { idNumber: '370702199003010000', purpose });
    expect(impossible.body.code).toContain('criterion-impossible');
    expect(JSON.stringify(impossible.body)).not.toContain('370702199003010000');
  });

  it('are counted by the minute, whatever they are about', async () => {
    await city.db.query(`update issuer.department set queries_per_minute = 2 where department = 'family-planning'`);
    await city.db.query('delete from issuer.department_rate');
    const question = { idNumber: newIdNumber(), purpose: 'family-planning-work' };
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push((await ask('family-planning', question)).status);
    // A minute may end in between.
    expect(answers.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
    expect(answers.filter((status) => status === 200).length).toBeGreaterThanOrEqual(2);
    await city.db.query(`update issuer.department set queries_per_minute = 60 where department = 'family-planning'`);
  });

  it('in numbers give districts and months, with small counts suppressed', async () => {
    const floating = (area: string, validTo: string) => ({
      population: 'floating',
      residencePermitNo: `T${String(Math.random()).slice(2, 14)}`,
      items: { 'stay-area': area, 'permit-valid-to': validTo },
    });
    const nextYear = new Date().getUTCFullYear() + 1;
    for (let count = 0; count < 11; count += 1) await city.register('测试申', floating('370705', `${nextYear}-01-15`));
    for (let count = 0; count < 12; count += 1) await city.register('测试酉', floating('370702', `${nextYear}-02-15`));
    await city.register('测试戌', floating('370783', `${nextYear}-02-20`));
    const url = '/v1/population/statistics';
    const { body } = await city.http('public-security', 'GET', `${url}/floating-by-district`);
    expect(body.cells).toContainEqual({ key: '370783', count: '<10' });
    expect(body.cells.filter(({ count }: { count: unknown }) => count === 'withheld').length).toBeGreaterThan(0);
    const expiries = await city.http('family-planning', 'GET', `${url}/permit-expiries?months=36`);
    expect(expiries.body.cells).toHaveLength(36);
    // Beside so many empty months the full ones would tell that the others are empty.
    expect(expiries.body.cells).toContainEqual({ key: `${nextYear}-02`, count: 'withheld' });
    expect((await city.http('clerk-1', 'GET', `${url}/permit-expiries`)).status).toBe(403);
    await city.db.query(`update issuer.department set statistics = false where department = 'family-planning'`);
    expect((await city.http('family-planning', 'GET', `${url}/floating-by-district`)).status).toBe(403);
  });
}
