import { type PersonChange, type PopulationFile } from '@citycard/city-sim';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type ExchangeCity, newIdNumber } from './test-city.ts';

/** Files in both directions, what can be wrong with them, and the conflicts they bring. */
export function exchangeTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  beforeAll(() => {
    city = started();
  });

  const base64 = ({ manifest, content, signature }: PopulationFile) => ({
    manifest: manifest.toString('base64'),
    content: content.toString('base64'),
    signature: signature.toString('base64'),
  });
  const fileOf = (body: { manifest: string; content: string; signature: string }): PopulationFile => ({
    manifest: Buffer.from(body.manifest, 'base64'),
    content: Buffer.from(body.content, 'base64'),
    signature: Buffer.from(body.signature, 'base64'),
  });
  const deliver = (file: PopulationFile, department = 'public-security', who = department): Promise<Answered> =>
    city.http(who, 'POST', `/v1/departments/${department}/population-files`, base64(file));
  const said = (items: Record<string, string>, at = new Date()): PersonChange['items'] =>
    Object.fromEntries(Object.entries(items).map(([item, value]) => [item, { value, at: at.toISOString() }]));
  const change = (idNumber: string, items: Record<string, string>, at?: Date): PersonChange => ({
    change: 'change',
    idNumber,
    items: said(items, at),
  });
  /** Items as a department with the right reads them. */
  const known = async (idNumber: string, purpose = 'criminal-investigation') => {
    const question = { idNumber, purpose, reference: 'TEST-0001' };
    const { body } = await city.http('public-security', 'POST', '/v1/population/query', question);
    return Object.fromEntries(
      Object.entries(body.items as Record<string, { value: string; source: string }>).map(
        ([item, { value, source }]) => [item, `${value} (${source})`],
      ),
    );
  };
  const alarms = async () =>
    (await city.db.query<{ kind: string }>('select kind from clearing.alarm order by alarm_id')).rows.map(
      ({ kind }) => kind,
    );

  describe('files of a department', () => {
    it('bring newcomers and changes, with their source, and are answered row by row', async () => {
      const { idNumber } = await city.register('测试甲');
      const newcomer = newIdNumber();
      const file = city.publicSecurity.send([
        change(idNumber, { nation: '01', 'household-address': '测试街道一号' }),
        { change: 'add', idNumber: newcomer, items: said({ name: '测试乙', population: 'permanent', nation: '02' }) },
        { change: 'add', idNumber: newIdNumber(), items: said({ name: '测试丙' }) },
        change(newIdNumber(), { nation: '01' }),
        change(idNumber, { children: '1' }),
        change(idNumber, { 'birth-date': '1990-02-31' }),
        change(idNumber, { 'no-such-item': 'x' }),
      ]);
      const answer = await deliver(file);
      expect(answer).toMatchObject({
        status: 200,
        body: {
          sequence: 1,
          rows: 7,
          outcomes: { accepted: 2, unchanged: 0, conflict: 0, rejected: 5 },
          repeated: false,
        },
      });
      const rows = city.publicSecurity.readAnswer(fileOf(answer.body.acknowledgement));
      expect(rows.slice(2)).toEqual([
        { row: 3, outcome: 'rejected', reason: 'incomplete' },
        { row: 4, outcome: 'rejected', reason: 'unknown-person' },
        { row: 5, outcome: 'rejected', reason: 'not-entitled', items: ['children'] },
        { row: 6, outcome: 'rejected', reason: 'impossible-value', items: ['birth-date'] },
        { row: 7, outcome: 'rejected', reason: 'unknown-item', items: ['no-such-item'] },
      ]);
      expect(await known(idNumber)).toMatchObject({
        nation: '01 (public-security)',
        'household-address': '测试街道一号 (public-security)',
        name: '测试甲 (card-issuer)',
      });
      expect(await known(newcomer)).toMatchObject({
        name: '测试乙 (public-security)',
        sex: expect.stringContaining('public-security'),
      });
    });

    it('may come again: the same file gets the first answer, byte for byte', async () => {
      const before = await city.db.query('select max(change_no) from issuer.resident_change');
      const again = await deliver(city.publicSecurity.resend()!);
      expect(again.body).toMatchObject({ repeated: true, sequence: 1 });
      expect(city.publicSecurity.readAnswer(fileOf(again.body.acknowledgement))).toHaveLength(7);
      expect((await city.db.query('select max(change_no) from issuer.resident_change')).rows).toEqual(before.rows);
    });

    it('are refused with a sentence and change nothing when something is wrong', async () => {
      const { idNumber } = await city.register('测试丁');
      const changes = [change(idNumber, { nation: '03' })];
      const stranger = await city.certify('OTHER01');
      const refusals = {
        gap: [409, 'sequence-gap', 'File 2 of public-security is missing'],
        'last-month': [422, 'period-goes-back', 'old file under a new number'],
        'other-department': [422, 'file-of-other-department', 'is of civil-affairs'],
        'half-content': [422, 'content-differs', 'bytes instead of'],
        'half-signature': [422, 'signature-refused', 'cannot be read'],
        'other-signer': [422, 'signature-refused', 'is of "OTHER01"'],
        'wrong-count': [422, 'content-differs', '1 rows instead of 2'],
        'wrong-direction': [422, 'wrong-direction', 'to-department'],
        'rows-out-of-order': [422, 'file-unreadable', 'line 1 calls itself 7'],
        'not-json': [422, 'file-unreadable', 'not JSON'],
      } as const;
      for (const [mistake, [status, code, words]] of Object.entries(refusals)) {
        const file = city.publicSecurity.sendWrong(mistake as keyof typeof refusals, changes, stranger);
        const answer = await deliver(file);
        expect([mistake, answer.status, answer.body.code]).toEqual([mistake, status, `card-issuer.population.${code}`]);
        expect(answer.body.title).toContain(words);
        expect(JSON.stringify(answer.body)).not.toContain(idNumber);
      }
      expect(await known(idNumber)).not.toHaveProperty('nation');
      const files = await city.db.query('select from issuer.population_file');
      expect(files.rowCount).toBe(1);
    });

    it('raise an alarm when a number comes again with other content', async () => {
      const { idNumber } = await city.register('测试戊');
      const stranger = await city.certify('OTHER02');
      const file = city.publicSecurity.sendWrong('old-number', [change(idNumber, { nation: '04' })], stranger);
      expect(await deliver(file)).toMatchObject({
        status: 409,
        body: { code: 'card-issuer.population.sequence-reused' },
      });
      expect(await alarms()).toContain('population-file-differs');
    });

    it('are taken from their own department and from registrars only', async () => {
      const stranger = await city.certify('OTHER04');
      const old = city.familyPlanning.sendWrong('last-month', [], stranger);
      expect((await deliver(old, 'family-planning')).body.code).toContain('period-too-old');
      const unasked = await city.http(
        'family-planning',
        'POST',
        '/v1/departments/family-planning/population-acknowledgements',
        base64(old),
      );
      expect(unasked.body.code).toContain('wrong-direction');
      const file = city.familyPlanning.send([]);
      expect((await deliver(file, 'family-planning', 'public-security')).status).toBe(403);
      expect((await deliver(file, 'public-security', 'registrar-1')).body.code).toContain('file-of-other-department');
      expect((await deliver(file, 'family-planning', 'clerk-1')).status).toBe(403);
      expect((await deliver(file, 'family-planning', 'registrar-1')).status).toBe(200);
    });

    it('go on where they stopped after an interruption', async () => {
      const people = await Promise.all(Array.from({ length: 3 }, () => city.register('测试己')));
      const file = city.publicSecurity.send(people.map(({ idNumber }) => change(idNumber, { nation: '05' })));
      // The database refuses the second resident once, as if the process had died there.
      await city.db.query(`create function issuer.fail_once() returns trigger language plpgsql as $$
      begin raise exception 'interrupted'; end $$`);
      await city.db.query(
        'create trigger fail_once before update on issuer.population_file for each row execute function issuer.fail_once()',
      );
      expect((await deliver(file)).status).toBe(500);
      const next = city.publicSecurity.send([]);
      expect((await deliver(next)).body.code).toBe('card-issuer.population.still-applying');
      await city.db.query('drop trigger fail_once on issuer.population_file');
      expect((await deliver(file)).body).toMatchObject({ outcomes: { accepted: 3 }, repeated: true });
      expect((await deliver(next)).body).toMatchObject({ rows: 0, repeated: false });
    });

    it('are judged row by row as if each had come alone, and stand in the log of acts as one line', async () => {
      const [first, second, third] = [newIdNumber(), newIdNumber(), newIdNumber()];
      const floating = { population: 'floating', 'residence-permit-no': 'TEST0000000000001' };
      const file = city.publicSecurity.send([
        { change: 'add', idNumber: first, items: said({ name: '测试戌', ...floating, nation: '01' }) },
        change(first, { nation: '02' }),
        // The permit is the first one's until it gets another.
        { change: 'add', idNumber: second, items: said({ name: '测试亥', ...floating }) },
        change(first, { 'residence-permit-no': 'TEST0000000000002' }),
        { change: 'add', idNumber: third, items: said({ name: '测试亥', ...floating }) },
      ]);
      const answer = await deliver(file);
      expect(city.publicSecurity.readAnswer(fileOf(answer.body.acknowledgement))).toEqual([
        { row: 1, outcome: 'accepted' },
        { row: 2, outcome: 'accepted' },
        { row: 3, outcome: 'rejected', reason: 'number-taken' },
        { row: 4, outcome: 'accepted' },
        { row: 5, outcome: 'accepted' },
      ]);
      expect(await known(first)).toMatchObject({ nation: '02 (public-security)' });
      expect(await known(third)).toMatchObject({ name: '测试亥 (public-security)' });
      const acts = await city.db.query<{ detail: string }>(
        `select detail from platform.act_log where act = 'population.take-rows' order by sequence desc limit 1`,
      );
      const { from, to, registered, changes } = JSON.parse(acts.rows[0]!.detail);
      expect({ from, to, registered }).toEqual({ from: 1, to: 5, registered: 2 });
      const history = await city.db.query<{ actor: string; reason: string }>(
        'select actor, reason from issuer.resident_change where change_no between $1 and $2 order by change_no',
        [changes.first, changes.last],
      );
      expect(history.rows).toHaveLength(4);
      expect(history.rows[1]).toMatchObject({ reason: expect.stringMatching(/^public-security file [0-9]+ row 2$/) });
    });
  });

  describe('conflicts', () => {
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
      const answer = await deliver(
        city.publicSecurity.send([change(idNumber, { phone: '13900000002', nation: '01' })]),
      );
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
  });

  describe('files for a department', () => {
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
  });

  it('leaves no number, name or value in clear at rest', async () => {
    const names = await city.db.query<{ dump: string }>(
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
