import { beforeAll, expect, it } from 'vitest';
import { base64, change, fileOf, linesOf, said } from './population-files.ts';
import { type ExchangeCity, newIdNumber } from './test-city.ts';

/** Files of a department, and what can be wrong with them. */
export function arrivingFileTests(started: () => ExchangeCity): void {
  let city: ExchangeCity;
  let lines: ReturnType<typeof linesOf>;
  beforeAll(() => {
    city = started();
    lines = linesOf(city);
  });
  const deliver: typeof lines.deliver = (...delivery) => lines.deliver(...delivery);
  const known: typeof lines.known = (...question) => lines.known(...question);
  const alarms = async () =>
    (await city.db.query<{ kind: string }>('select kind from clearing.alarm order by alarm_id')).rows.map(
      ({ kind }) => kind,
    );

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
}
