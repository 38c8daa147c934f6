import type { PersonChange } from '@citycard/city-sim';
import { beforeAll, expect, it } from 'vitest';
import { change, fileOf, linesOf, said } from './population-files.ts';
import type { ExchangeCity } from './test-city.ts';

/** What departments and the city say differently, and who decides. */
export function conflictTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  let lines: ReturnType<typeof linesOf>;
  beforeAll(() => {
    city = started();
    lines = linesOf(city);
  });
  const deliver: typeof lines.deliver = (...delivery) => lines.deliver(...delivery);
  const known: typeof lines.known = (...question) => lines.known(...question);

  const open = async () => (await city.http('registrar-1', 'GET', '/v1/population/conflicts')).body.conflicts;

  it('are decided for the producing department by rule, and kept with both values', async () => {
    const { idNumber } = await city.register('测试庚', { items: { nation: '01' } });
    const answer = await deliver(city.publicSecurity.send([change(idNumber, { nation: '11' })]));
    expect(answer.body.outcomes).toMatchObject({ accepted: 1 });
    expect((await known(idNumber))['nation']).toBe('11 (public-security)');
    const { body } = await city.http('auditor', 'GET', '/v1/population/conflicts?state=theirs');
    expect(body.conflicts.at(-1)).toMatchObject({
      item: 'nation',
      why: 'producer-differs',
      ours: { value: '**', source: 'card-issuer', producer: 'public-security' },
      theirs: { value: '**', source: 'public-security' },
    });
  });

  it('about an item of somebody else wait for a person, masked in lists, open to who says why', async () => {
    const { idNumber, residentId } = await city.register('测试辛', { phone: '13900000001' });
    const answer = await deliver(city.publicSecurity.send([change(idNumber, { phone: '13900000002', nation: '01' })]));
    expect(answer.body.outcomes).toMatchObject({ conflict: 1 });
    expect(await known(idNumber)).toMatchObject({
      phone: '13900000001 (card-issuer)',
      nation: '01 (public-security)',
    });
    const [conflict] = await open();
    expect(conflict).toMatchObject({ item: 'phone', why: 'not-producer', ours: { value: '139******01' } });
    const url = `/v1/population/conflicts/${conflict.conflictId}`;
    expect((await city.http('registrar-1', 'POST', `${url}/view`, {})).status).toBe(422);
    const seen = await city.http('registrar-1', 'POST', `${url}/view`, { purpose: 'decide the conflict' });
    expect(seen.body).toMatchObject({ ours: { value: '13900000001' }, theirs: { value: '13900000002' } });
    const log = await city.db.query(
      `select d.purpose from issuer.disclosure d join issuer.disclosure_resident using (disclosure_no)
      where resident_id = $1 and reader = 'registrar-1'`,
      [residentId],
    );
    expect(log.rows).toEqual([{ purpose: 'decide the conflict' }]);
    // What the counter says of its own item, the counter corrects; theirs cannot be put over it.
    const theirs = { decision: 'theirs', reason: 'asked the resident' };
    expect((await city.http('registrar-1', 'POST', `${url}/resolution`, theirs)).body.code).toContain(
      'producer-has-spoken',
    );
    const ours = { decision: 'ours', reason: 'asked the resident' };
    expect((await city.http('registrar-1', 'POST', `${url}/resolution`, ours)).status).toBe(204);
    expect((await city.http('registrar-1', 'POST', `${url}/resolution`, theirs)).body.code).toContain(
      'conflict-resolved',
    );
    expect(await open()).toEqual([]);
  });

  it('go to a person where the rule says so, after two registrars have set it', async () => {
    const rule = {
      department: 'public-security',
      item: 'former-name',
      side: 'own-item',
      decision: 'person',
      validFrom: '2020-01-01',
    };
    const { body } = await city.http('registrar-1', 'POST', '/v1/population/conflict-rules', rule);
    const approval = `/v1/population/conflict-rules/${body.approvalId}/approval`;
    expect((await city.http('registrar-1', 'POST', approval, rule)).status).toBe(409);
    expect((await city.http('registrar-2', 'POST', approval, { ...rule, decision: 'ours' })).status).toBe(409);
    expect((await city.http('registrar-2', 'POST', approval, rule)).status).toBe(204);
    const rival = await city.http('registrar-1', 'POST', '/v1/population/conflict-rules', {
      ...rule,
      decision: 'ours',
    });
    const second = `/v1/population/conflict-rules/${rival.body.approvalId}/approval`;
    const refused = await city.http('registrar-2', 'POST', second, { ...rule, decision: 'ours' });
    expect(refused.body.code).toContain('rule-refused');
    const { idNumber } = await city.register('测试壬', { items: { 'former-name': '测试旧' } });
    await deliver(city.publicSecurity.send([change(idNumber, { 'former-name': '测试古' })]));
    const [conflict] = await open();
    const url = `/v1/population/conflicts/${conflict.conflictId}/resolution`;
    const decision = { decision: 'theirs', reason: 'household book seen' };
    expect((await city.http('registrar-2', 'POST', url, decision)).status).toBe(204);
    expect((await known(idNumber))['former-name']).toBe('测试古 (public-security)');
  });

  it('about sensitive items take two people and a named reader', async () => {
    const { idNumber } = await city.register('测试癸');
    const stated = new Date(Date.now() - 60_000);
    await deliver(city.familyPlanning.send([change(idNumber, { children: '一女' }, stated)]), 'family-planning');
    const withdrawn: PersonChange = { change: 'cancel', idNumber, items: said({ children: '' }) };
    const answer = await deliver(city.familyPlanning.send([withdrawn]), 'family-planning');
    expect(answer.body.outcomes).toMatchObject({ conflict: 1 });
    const [conflict] = await open();
    expect(conflict).toMatchObject({ item: 'children', sensitive: true, why: 'withdrawn' });
    const url = `/v1/population/conflicts/${conflict.conflictId}`;
    const purpose = { purpose: 'decide the conflict' };
    expect((await city.http('registrar-1', 'POST', `${url}/view`, purpose)).body.code).toContain('sensitive-access');
    const reader = { principal: 'registrar-1', group: 'family-planning' };
    const granted = await city.http('registrar-2', 'POST', '/v1/population/sensitive-readers', reader);
    const grant = `/v1/population/sensitive-readers/${granted.body.approvalId}/approval`;
    expect((await city.http('registrar-1', 'POST', grant, reader)).status).toBe(422);
    expect((await city.http('registrar-3', 'POST', grant, reader)).status).toBe(204);
    expect((await city.http('registrar-1', 'POST', `${url}/view`, purpose)).body.ours.value).toBe('一女');

    const decision = { decision: 'theirs', reason: 'their letter of today' };
    expect((await city.http('registrar-1', 'POST', `${url}/resolution`, decision)).body.code).toContain('needs-two');
    expect((await city.http('registrar-1', 'POST', `${url}/proposal`, decision)).status).toBe(201);
    const approval = { decision: 'theirs' };
    expect((await city.http('registrar-1', 'POST', `${url}/approval`, approval)).status).toBe(409);
    expect((await city.http('registrar-2', 'POST', `${url}/approval`, approval)).status).toBe(204);
    const question = { idNumber, purpose: 'family-planning-work', reference: 'TEST-0002' };
    const asked = await city.http('family-planning', 'POST', '/v1/population/query', question);
    expect(asked.body.items).not.toHaveProperty('children');
  });

  it('never let an older word of the same department replace a newer one', async () => {
    const { idNumber } = await city.register('测试子');
    await deliver(city.publicSecurity.send([change(idNumber, { nation: '06' })]));
    const older = new Date(Date.now() - 86_400_000);
    const answer = await deliver(city.publicSecurity.send([change(idNumber, { nation: '07' }, older)]));
    expect(city.publicSecurity.readAnswer(fileOf(answer.body.acknowledgement))).toEqual([
      { row: 1, outcome: 'rejected', reason: 'kept-ours', items: ['nation'] },
    ]);
    expect((await known(idNumber))['nation']).toBe('06 (public-security)');
  });
}
