import type { PopulationFile } from '@citycard/city-sim';
import { beforeAll, expect, it } from 'vitest';
import { base64, change, fileOf, linesOf } from './population-files.ts';
import { type ExchangeCity, newIdNumber } from './test-city.ts';

/** Files for a department, and its acknowledgements. */
export function departingFileTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  let lines: ReturnType<typeof linesOf>;
  beforeAll(() => {
    city = started();
    lines = linesOf(city);
  });
  const deliver: typeof lines.deliver = (...delivery) => lines.deliver(...delivery);

  const makeExport = (department: string, who = department) =>
    city.http(who, 'POST', `/v1/departments/${department}/population-exports`);
  const acknowledge = (department: string, file: PopulationFile) =>
    city.http(department, 'POST', `/v1/departments/${department}/population-acknowledgements`, base64(file));

  it('carry what it is entitled to, come again until acknowledged, then go on', async () => {
    const { idNumber, residentId } = await city.register('测试丑', { phone: '13900000003', address: '测试路二号' });
    const first = await makeExport('family-planning');
    const repeat = await makeExport('family-planning', 'registrar-1');
    expect(repeat.body).toEqual({ ...first.body, repeated: true });
    // Sensitive items are in it: not for a registrar who is not named for them.
    expect((await makeExport('family-planning', 'registrar-2')).body.code).toContain('sensitive-access');
    const received = city.familyPlanning.receive(fileOf(first.body.file));
    const row = received.changes.find((each) => each.idNumber === idNumber)!;
    expect(row.change).toBe('add');
    expect(row.items).toMatchObject({ name: { value: '测试丑' }, phone: { value: '13900000003' } });
    // A residence for the police, not for family planning.
    expect(row.items).not.toHaveProperty('address');
    expect(received.changes.flatMap(({ items }) => Object.keys(items))).not.toContain('nation');
    const log = await city.db.query(
      `select d.purpose from issuer.disclosure d join issuer.disclosure_resident using (disclosure_no)
      where resident_id = $1 and reader = 'department-family-planning-exchange'`,
      [residentId],
    );
    expect(log.rows).toEqual([{ purpose: 'family-planning delta file 1' }]);

    expect((await acknowledge('family-planning', received.acknowledgement)).body).toMatchObject({ repeated: false });
    expect((await acknowledge('family-planning', received.acknowledgement)).body).toMatchObject({ repeated: true });
    expect(await makeExport('family-planning')).toMatchObject({
      status: 409,
      body: { code: 'card-issuer.population.nothing-to-export' },
    });
    const other = await city.register('测试寅');
    const second = await makeExport('family-planning');
    expect(second.body).toMatchObject({ sequence: 2, rows: 1, repeated: false });
    expect(city.familyPlanning.receive(fileOf(second.body.file)).changes[0]).toMatchObject({
      idNumber: other.idNumber,
    });
  });

  it('do not send a department its own words back, and survive its conflicts', async () => {
    const everything = await makeExport('public-security');
    city.publicSecurity.record(newIdNumber(), {});
    await acknowledge('public-security', city.publicSecurity.receive(fileOf(everything.body.file)).acknowledgement);
    const { idNumber } = await city.register('测试卯');
    await deliver(city.publicSecurity.send([change(idNumber, { nation: '08' })]));
    const tomorrow = new Date(Date.now() + 3_600_000);
    city.publicSecurity.record(idNumber, { name: '测试卯卯' }, tomorrow);
    const { body } = await makeExport('public-security');
    const received = city.publicSecurity.receive(fileOf(body.file));
    expect(received.changes).toHaveLength(1);
    expect(received.rows).toEqual([{ row: 1, outcome: 'conflict', items: ['name'] }]);
    expect((await acknowledge('public-security', received.acknowledgement)).body).toMatchObject({ conflicts: 1 });
    expect(city.publicSecurity.know(idNumber, 'name')).toBe('测试卯卯');
    const { body: desk } = await city.http('registrar-1', 'GET', '/v1/registrar/cases');
    expect(desk.cases.map(({ subject }: { subject: string }) => subject)).toContain(
      'public-security to-department 2: 1 conflicts, 0 refused',
    );
  });

  it('are acknowledged by their own department and for their own content only', async () => {
    const { idNumber } = await city.register('测试辰');
    const { body } = await makeExport('public-security');
    const file = fileOf(body.file);
    const received = city.publicSecurity.receive(file);
    expect(received.changes[0]).toMatchObject({ idNumber });
    const wrongWay = await acknowledge('family-planning', received.acknowledgement);
    expect(wrongWay.body.code).toContain('file-of-other-department');
    const delta = await acknowledge('public-security', file);
    expect(delta.body.code).toContain('wrong-direction');
    const broken = { ...received.acknowledgement, content: Buffer.from('{}\n') };
    expect((await acknowledge('public-security', broken)).body.code).toContain('content-differs');
    expect((await acknowledge('public-security', received.acknowledgement)).status).toBe(200);
  });
}
