import { expect, it } from 'vitest';
import type { ExchangeCity } from './test-city.ts';

/** What all that leaves in the database. */
export function atRestTests(city: () => ExchangeCity): void {
  it('leaves no number, name or value in clear at rest', async () => {
    const names = await city().db.query<{ dump: string }>(
      `select coalesce(string_agg(x::text, ' '), '') as dump from (
       select f::text as x from issuer.population_file f union all select r::text from issuer.population_row r
       union all select c::text from issuer.population_conflict c union all select q::text from issuer.department_query q
       union all select c::text from issuer.registrar_case c union all select a::text from platform.act_log a
       union all select a::text from clearing.alarm a union all select d::text from issuer.disclosure d
       union all select o::text from issuer.resident_change o) as everything`,
    );
    const dump = names.rows[0]!.dump;
    expect(dump.length).toBeGreaterThan(1000);
    // A name in bytea would show as hexadecimal.
    for (const trace of [
      '测试',
      Buffer.from('测试').toString('hex'),
      '1390000000',
      Buffer.from('1390000000').toString('hex'),
    ])
      expect(dump).not.toContain(trace);
    expect(dump).not.toMatch(/370702199003/);
    expect(dump).not.toContain(Buffer.from('370702199003').toString('hex'));
  });
}
