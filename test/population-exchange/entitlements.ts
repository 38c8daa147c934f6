import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '@citycard/citycard';
import { beforeAll, expect, it } from 'vitest';
import type { ExchangeCity } from './test-city.ts';

/** With whom data is shared and what each may have: decided by two, under a document, taken away by one. */
export function entitlementTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  beforeAll(() => {
    city = started();
  });
  const path = '/v1/departments/civil-affairs';
  const terms = {
    name: '测试民政局',
    certificateCn: 'CAB370799',
    queriesPerMinute: 30,
    oldestPeriodDays: 31,
    statistics: false,
    reference: 'TEST-AGREEMENT-1',
  };
  const entitlement = { purpose: 'marriage-registration', items: ['name', 'marriage'], reference: 'TEST-AGREEMENT-2' };
  const post = (who: string, end: string, body: object) => city.http(who, 'POST', `${path}/${end}`, body);
  const decide = async (what: string, body: object) => {
    const proposed = await post('registrar-1', what, body);
    expect(proposed.status).toBe(201);
    const approval = `${what}/${proposed.body.approvalId}/approval`;
    expect((await post('registrar-1', approval, body)).status).toBe(409);
    expect((await post('platform', approval, body)).status).toBe(204);
    return approval;
  };
  const civilAffairs = async () => {
    const { body } = await city.http('auditor', 'GET', '/v1/departments');
    return body.departments.find(({ department }: { department: string }) => department === 'civil-affairs');
  };

  it('a department begins with terms that two people approved', async () => {
    expect((await post('registrar-1', 'entitlements', entitlement)).body.code).toContain('department-unknown');
    expect((await post('clerk-1', 'terms', terms)).status).toBe(403);
    const taken = await post('registrar-1', 'terms', { ...terms, certificateCn: 'PSB370700' });
    expect(taken).toMatchObject({ status: 422, body: { code: 'card-issuer.population.entitlement-refused' } });
    await decide('terms', terms);
    const { reference, ...stands } = terms;
    expect(await civilAffairs()).toEqual({ department: 'civil-affairs', ...stands, entitlements: {} });
    expect(reference).toBe('TEST-AGREEMENT-1');
    const { body } = await city.http('registrar-1', 'POST', '/v1/departments/card-issuer/terms', terms);
    expect(body.title).toContain('departments are public-security');
  });

  it('is entitled by two, purpose by purpose, and only within the dictionary', async () => {
    const unknown = await post('registrar-1', 'entitlements', { ...entitlement, items: ['no-such-item'] });
    expect(unknown.body.title).toContain('no-such-item');
    const approval = await decide('entitlements', entitlement);
    expect((await civilAffairs()).entitlements).toEqual({ 'marriage-registration': ['marriage', 'name'] });

    const { body } = await city.http('platform', 'POST', `${path}/credentials`, { system: 'desk' });
    city.tokens.set('civil-affairs', body.token as string);
    const { idNumber } = await city.register('测试雪', { items: { marriage: '10' } });
    const question = { idNumber, purpose: 'marriage-registration', reference: 'TEST-0009' };
    const ask = () => city.http('civil-affairs', 'POST', '/v1/population/query', question);
    expect(Object.keys((await ask()).body.items)).toEqual(expect.arrayContaining(['name', 'marriage']));

    const revocation = { purpose: 'marriage-registration', items: ['marriage'], reference: 'TEST-LETTER-3' };
    expect((await post('registrar-2', 'entitlements/revocation', revocation)).body).toEqual({ revoked: 1 });
    expect((await post('registrar-2', 'entitlements/revocation', revocation)).body).toEqual({ revoked: 0 });
    expect(Object.keys((await ask()).body.items)).toEqual(['name']);
    // An approval of before does not bring back what was taken away since.
    expect((await post('platform', approval, entitlement)).status).toBe(204);
    expect(Object.keys((await ask()).body.items)).toEqual(['name']);

    const { body: told } = await city.http('auditor', 'GET', `${path}/decisions`);
    expect(
      told.decisions.map((each: { kind: string; decidedBy: string; approvedBy: string | null }) => [
        each.kind,
        each.decidedBy,
        each.approvedBy,
      ]),
    ).toEqual([
      ['revoke', 'registrar-2', null],
      ['entitle', 'registrar-1', 'platform'],
      ['terms', 'registrar-1', 'platform'],
    ]);
  });

  it('is decided from the command line with the same file for both', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'citycard-entitlement-'));
    const file = join(folder, 'decision.json');
    await writeFile(file, JSON.stringify({ purpose: 'aid', items: ['name'], reference: 'TEST-AGREEMENT-4' }));
    const run = async (who: string, ...words: string[]) => {
      const out: string[] = [];
      const options = ['--json', '--url', city.url, `--token=${city.tokens.get(who)}`];
      const write = (text: string) => out.push(text);
      const code = await runCommandLine(['population', ...words, ...options], {}, { write }, { write });
      return { code, text: out.join('') };
    };
    const proposed = await run('registrar-1', 'entitle', 'civil-affairs', 'propose', file);
    const { approvalId } = JSON.parse(proposed.text) as { approvalId: number };
    expect((await run('registrar-2', 'entitle', 'civil-affairs', 'approve', String(approvalId), file)).code).toBe(0);
    expect((await run('registrar-1', 'departments')).text).toContain('"aid"');
    expect((await run('registrar-2', 'entitle', 'civil-affairs', 'revoke', file)).code).toBe(0);
    expect((await run('registrar-1', 'departments')).text).not.toContain('"aid"');
    expect((await run('registrar-1', 'entitle', 'civil-affairs', 'perhaps')).code).toBe(2);
    expect((await run('registrar-1', 'entitle', 'civil-affairs', 'propose', `${file}x`)).text).toContain(
      'there is no such file',
    );
    await rm(folder, { recursive: true });
  });
}
