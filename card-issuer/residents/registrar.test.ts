import { once } from 'node:events';
import { connect } from 'node:net';
import { clearingMigrations } from '@citycard/clearing';
import {
  commonMigrations,
  createHttpServer,
  createLogger,
  type HttpServer,
  listen,
  startTestDatabase,
  type TestDatabase,
  verifyActLog,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardIssuerMigrations } from '../index.ts';
import { startTestProtection, type TestProtection } from '../protection/test-protection.ts';
import { changesOf, type ResidentDeps, residentIdByNumber } from './index.ts';
import { stateAfterStep } from './life.ts';
import { registerResidentRoutes } from './routes.ts';
import { testNumber, testPerson } from './test-residents.ts';

let database: TestDatabase;
let hsm: TestProtection;
let deps: ResidentDeps;
let server: HttpServer;
let url: string;
const people: Record<string, Awaited<ReturnType<typeof testPerson>>> = {};
const told: string[] = [];

beforeAll(async () => {
  [database, hsm] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startTestProtection(),
  ]);
  for (const [id, role] of [
    ['clerk', 'clerk'],
    ['one', 'registrar'],
    ['two', 'registrar'],
    ['auditor', 'auditor'],
  ] as const)
    people[id] = await testPerson(database.db, id, role);
  const hook =
    (what: string) =>
    (_tx: unknown, _actor: unknown, ...said: readonly (bigint | string | undefined)[]) => {
      told.push(`${what} ${said.join(' ')}`);
      return Promise.resolve();
    };
  const hooks = [{ onDeath: hook('death'), onMovedOut: hook('out'), onMovedIn: hook('in'), onMerge: hook('merge') }];
  deps = { db: database.db, protection: hsm.protection(database.db), hooks };
  server = createHttpServer({ logger: createLogger('test', { level: 'silent' }), db: database.db, title: 'Test' });
  registerResidentRoutes(server, deps);
  ({ url } = await listen(server, { host: '127.0.0.1', port: 0 }));
});
afterAll(async () => {
  await server.close();
  await hsm.stop();
  await database.stop();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}
async function http(who: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const picture = Buffer.isBuffer(body);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${people[who]!.token}`,
      ...(body !== undefined && { 'content-type': picture ? 'image/png' : 'application/json' }),
    },
    ...(body !== undefined && { body: picture ? new Uint8Array(body) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Answer['body'] };
}
async function register(more: object = {}): Promise<number> {
  const person = { idNumber: testNumber(), name: '测试丁', population: 'permanent', ...more };
  const answer = await http('clerk', 'POST', '/v1/residents', person);
  expect(answer.status).toBe(201);
  return Number(answer.body.residentId);
}

/** A picture of one colour, 64 pixels each way: signature, IHDR, one IDAT, IEND; CRCs are not looked at. */
function png(width = 64): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(64, 4);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(40)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('a life', () => {
  it('goes through its states, tells the hooks once, and keeps everything in the history', async () => {
    const id = await register();
    const post = (path: string, body: object) => http('one', 'POST', `/v1/residents/${id}/${path}`, body);
    const move = (direction: string) => post('moves', { direction, date: '2025-05-01', reason: 'work' });
    expect((await move('out')).status).toBe(204);
    expect((await move('out')).status).toBe(204);
    expect((await move('in')).status).toBe(204);
    const death = { date: '2026-01-02', reason: 'certificate seen', source: 'public-security' };
    expect((await post('death', death)).status).toBe(204);
    expect(await move('out')).toMatchObject({ status: 409, body: { code: 'card-issuer.residents.not-living' } });
    expect((await http('clerk', 'GET', `/v1/residents/${id}`)).body).toMatchObject({ state: 'deceased', name: '测**' });
    expect((await post('death-correction', { ...death, reason: 'another person' })).status).toBe(204);
    expect(told).toEqual([`out ${id}`, `in ${id}`, `death ${id} ${death.date}`]);
    const kinds = (await changesOf(deps, [BigInt(id)])).map(({ kind, item, after }) =>
      [kind, item, after].join(' ').trim(),
    );
    expect(kinds.filter((line) => !line.startsWith('changed move'))).toEqual([
      'registered',
      'moved-out',
      'moved-in',
      'changed death-date 2026-01-02',
      'deceased',
      'changed death-date',
      'death-corrected',
    ]);
    expect((await post('death', { ...death, date: '2026-02-30' })).status).toBe(422);

    expect((await http('clerk', 'GET', `/v1/residents/${id}/changes`)).status).toBe(403);
    const shown = await http('auditor', 'GET', `/v1/residents/${id}/changes`);
    const line = (shown.body['changes'] as Record<string, unknown>[]).find(({ item }) => item === 'death-date');
    expect(line).toMatchObject({
      kind: 'changed',
      after: '2026-**-**',
      producer: 'public-security',
      source: 'public-security',
      actor: 'one',
      reason: 'certificate seen',
    });
    const seen = await http('auditor', 'GET', `/v1/residents/${id}/disclosures`);
    expect(seen.body['disclosures']).toMatchObject([
      { reader: 'auditor', kind: 'search', purpose: 'history of changes shown masked' },
      { reader: 'clerk' },
    ]);
    expect((await http('auditor', 'GET', '/v1/residents/999999/changes')).status).toBe(404);
    expect((await http('one', 'POST', '/v1/residents/999999/death', death)).status).toBe(404);
    expect((await http('clerk', 'POST', `/v1/residents/${id}/death`, death)).status).toBe(403);
  });

  it('takes no death of a day to come, and leaves no date of death behind when one is corrected', async () => {
    const id = await register();
    const post = (path: string, more: object) =>
      http('one', 'POST', `/v1/residents/${id}/${path}`, { reason: 'certificate seen', ...more });
    const dayOfDeath = async () => {
      const asked = { purpose: 'compare with the certificate', items: ['death-date'] };
      const { body } = await http('one', 'POST', `/v1/residents/${id}/disclosure`, asked);
      return (body['items'] as Record<string, { value: string }>)['death-date']?.value;
    };
    for (const date of ['2099-01-02', '2026-02-30']) {
      const refused = { status: 422, body: { code: 'card-issuer.residents.impossible-item' } };
      expect(await post('death', { date })).toMatchObject(refused);
      expect(await post('death-correction', { date })).toMatchObject(refused);
      expect(await post('moves', { date, direction: 'out' })).toMatchObject(refused);
    }
    expect((await post('death', { date: '2026-03-04' })).status).toBe(204);
    expect((await post('death-correction', { date: '2026-03-01' })).status).toBe(204);
    expect(await dayOfDeath()).toBeUndefined();
    expect((await post('death', { date: '2026-02-03', source: 'public-security' })).status).toBe(204);
    expect(await post('death-correction', { date: '2026-03-05' })).toMatchObject({
      status: 409,
      body: { code: 'card-issuer.residents.death-stated-by-producer' },
    });
    expect((await http('clerk', 'GET', `/v1/residents/${id}`)).body).toMatchObject({ state: 'deceased' });
    expect(await dayOfDeath()).toBe('2026-02-03');
  });

  it('has one table of steps', () => {
    const seen = (['living', 'moved-out', 'deceased', 'merged'] as const).map((state) =>
      (['move-out', 'move-in', 'die', 'correct-death'] as const)
        .map((step) => stateAfterStep(state, step) ?? '-')
        .join(' '),
    );
    expect(seen).toEqual(['moved-out - deceased -', '- living deceased -', '- - - living', '- - - -']);
  });
});

describe('a merge', () => {
  it('takes two registrars, after which everything leads to the survivor and nothing is lost', async () => {
    const same = { name: '测试双', phone: '13600000001' };
    const [wrongNumber, rightNumber] = [testNumber('19600606'), testNumber('19600606')];
    const merged = await register({ ...same, idNumber: wrongNumber, items: { education: '30' } });
    const survivor = await register({ ...same, idNumber: rightNumber });
    expect((await http('one', 'GET', '/v1/residents/duplicates')).body.pairs).toMatchObject([
      { reason: 'same-name-birth-phone', residents: [{ residentId: merged }, { residentId: survivor, name: '测**' }] },
    ]);
    await http('clerk', 'PUT', `/v1/residents/${merged}/photo`, png());
    await database.db.query(
      `insert into issuer.card (card_no, batch_id, product, state, valid_from, valid_to, chip_serial, resident_id)
       values ('3104580010000000018', 1, 'standard', 'active', '2030-01-01', '2038-01-01', 'T1', $1)`,
      [merged],
    );
    const proposal = { survivor, merged, reason: 'typing mistake in the number' };
    expect((await http('clerk', 'POST', '/v1/resident-merges', proposal)).status).toBe(403);
    const { approvalId } = (await http('one', 'POST', '/v1/resident-merges', proposal)).body;
    const approve = (who: string) => http(who, 'POST', `/v1/resident-merges/${approvalId}/approval`);
    expect(await approve('one')).toMatchObject({ status: 409, body: { code: 'identity.same-person' } });
    expect(await approve('two')).toEqual({ status: 200, body: { survivor, merged } });
    expect(await approve('two')).toMatchObject({ body: { code: 'card-issuer.residents.merge-done' } });

    for (const number of [wrongNumber, rightNumber])
      expect(await residentIdByNumber(deps, number)).toBe(BigInt(survivor));
    const card = await database.db.query('select resident_id from issuer.card');
    expect(card.rows).toEqual([{ resident_id: BigInt(survivor) }]);
    expect(told.at(-1)).toBe(`merge ${merged} ${survivor}`);
    const disclosure = { purpose: 'test', items: ['education', 'id-number'] };
    expect((await http('clerk', 'POST', `/v1/residents/${survivor}/disclosure`, disclosure)).body.items).toMatchObject({
      education: { value: '30' },
      'id-number': { value: rightNumber },
    });
    expect((await http('clerk', 'POST', `/v1/residents/${merged}/disclosure`, disclosure)).body.items).toMatchObject({
      'id-number': { value: wrongNumber },
    });
    const found = await http('clerk', 'POST', '/v1/residents/search', { name: '测试双', purpose: 'test' });
    expect(found.body).toMatchObject({ residents: [{ residentId: survivor }], complete: true });
    expect((await http('one', 'GET', '/v1/residents/duplicates')).body.pairs).toEqual([]);
    expect((await http('auditor', 'GET', `/v1/residents/${survivor}/disclosures`)).body.disclosures).toHaveLength(3);
    const photo = await fetch(`${url}/v1/residents/${survivor}/photo-disclosure`, {
      method: 'POST',
      headers: { authorization: `Bearer ${people.clerk!.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ purpose: 'test' }),
    });
    expect(photo.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await photo.arrayBuffer())).toEqual(png());
    // Once merged, it is merged into nobody else.
    const third = await register();
    expect((await http('one', 'POST', '/v1/resident-merges', { ...proposal, survivor: third })).status).toBe(409);
    expect((await http('one', 'POST', '/v1/resident-merges', { ...proposal, merged: survivor })).status).toBe(409);
    expect(await verifyActLog(database.db)).toMatchObject({ ok: true });
  });

  it('is not for two people: a registrar says so, and the search does not list them again', async () => {
    const same = { name: '测试友', phone: '13600000002' };
    const pair = [
      await register({ ...same, idNumber: testNumber('19610707') }),
      await register({ ...same, idNumber: testNumber('19610707') }),
    ];
    await database.db.query('delete from issuer.possible_duplicate');
    expect((await http('one', 'POST', '/v1/residents/duplicates/search')).body).toEqual({ found: 1 });
    expect((await http('one', 'POST', '/v1/residents/duplicates/two-people', { residents: pair })).status).toBe(204);
    expect((await http('one', 'POST', '/v1/residents/duplicates/search')).body).toEqual({ found: 0 });
    expect((await http('one', 'POST', '/v1/residents/duplicates/two-people', { residents: pair })).status).toBe(404);
  });
});

describe('corrections over HTTP', () => {
  it('are all done or none, by whom they are for', async () => {
    const id = await register({ phone: '13500000001' });
    const correct = (who: string, changes: object[], more: object = {}) =>
      http(who, 'POST', `/v1/residents/${id}/corrections`, { changes, reason: 'test', ...more });
    const police = { source: 'public-security' };
    expect((await correct('clerk', [{ item: 'name', value: '测试准' }], police)).status).toBe(409);
    expect((await correct('one', [{ item: 'name', value: '测试准' }], police)).body).toMatchObject({
      applied: ['name'],
    });
    const both = [
      { item: 'phone', value: '13500000002' },
      { item: 'name', value: '测试错' },
    ];
    expect(await correct('clerk', both)).toMatchObject({
      status: 409,
      body: { code: 'card-issuer.residents.not-the-producer' },
    });
    const phone = await http('clerk', 'POST', '/v1/residents/search', { phone: '13500000001', purpose: 'test' });
    expect(phone.body.residents).toMatchObject([{ residentId: id }]);
    expect((await correct('clerk', [{ item: 'phone', value: null }])).body).toMatchObject({ applied: ['phone'] });
    const number = (value: string) => correct('one', [{ item: 'id-number', value }]);
    expect((await number('370702199903010010')).status).toBe(422);
    const taken = testNumber();
    const other = await register({ idNumber: taken });
    expect(await number(taken)).toMatchObject({ status: 409, body: { params: { residentId: other } } });
    expect((await http('auditor', 'GET', `/v1/residents/${other}/disclosures`)).body.disclosures).toHaveLength(1);
  });
});

describe('a photo', () => {
  it.each([
    ['text', Buffer.from('not a picture at all')],
    ['half a picture', png().subarray(0, 60)],
    ['a stamp of a few pixels', png(20)],
    ['a JPEG without a frame', Buffer.from('ffd8ffda0004000000000000ffd9', 'hex')],
  ])('is not %s', async (_, bytes) => {
    const id = await register();
    expect(await http('clerk', 'PUT', `/v1/residents/${id}/photo`, bytes)).toMatchObject({
      status: 422,
      body: { code: 'card-issuer.residents.photo-unreadable' },
    });
  });

  it('of 50 MB is refused before it is sent, and 200 001 bytes as soon as they are too many', async () => {
    const id = await register();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(
      `PUT /v1/residents/${id}/photo HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${people.clerk!.token}\r\n` +
        `content-type: image/jpeg\r\ncontent-length: 52428800\r\n\r\n`,
    );
    // Not one byte of the picture was sent.
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toString()).toContain('photo-too-large');
    socket.destroy();
    const request: RequestInit & { duplex: 'half' } = {
      method: 'PUT',
      headers: { authorization: `Bearer ${people.clerk!.token}`, 'content-type': 'image/png' },
      body: new Blob([new Uint8Array(200_001)]).stream(),
      duplex: 'half',
    };
    const streamed = await fetch(`${url}/v1/residents/${id}/photo`, request);
    expect(streamed.status).toBe(413);
    const { rows } = await database.db.query('select from issuer.resident_photo where resident_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('has versions, the newest of which is shown, and every showing is logged', async () => {
    const id = await register();
    expect((await http('clerk', 'PUT', `/v1/residents/${id}/photo`, png(64))).body).toEqual({ version: 1 });
    expect((await http('clerk', 'PUT', `/v1/residents/${id}/photo`, png(65))).body).toEqual({ version: 2 });
    const disclosure = { purpose: 'test', items: ['photo-version'] };
    expect((await http('clerk', 'POST', `/v1/residents/${id}/disclosure`, disclosure)).body.items).toMatchObject({
      'photo-version': { value: '2' },
    });
    const none = await register();
    expect((await http('clerk', 'POST', `/v1/residents/${none}/photo-disclosure`, { purpose: 'test' })).status).toBe(
      404,
    );
  });
});

describe('the log of disclosures', () => {
  it('counts trying numbers by registering them as lookups', async () => {
    people.guesser = await testPerson(database.db, 'guesser', 'clerk');
    const person = { idNumber: testNumber(), name: '测试猜', population: 'permanent' };
    const residentId = await register(person);
    const guess = async () => (await http('guesser', 'POST', '/v1/residents', person)).status;
    for (let turn = 0; turn < 60; turn += 1) expect(await guess()).toBe(409);
    expect(await guess()).toBe(429);
    const told = (await http('auditor', 'GET', `/v1/residents/${residentId}/disclosures`)).body.disclosures;
    expect(told).toHaveLength(61);
  });

  it('tells who looked for a number that nobody has, and shows a line that was changed', async () => {
    const number = testNumber();
    await http('clerk', 'POST', '/v1/residents/search', { idNumber: number, purpose: 'looks for somebody' });
    const searches = await http('auditor', 'POST', '/v1/disclosures/search', { idNumber: number });
    expect(searches.body.disclosures).toMatchObject([
      { reader: 'clerk', purpose: 'looks for somebody', kind: 'search' },
    ]);
    const mine = await http('auditor', 'GET', '/v1/disclosures?reader=clerk');
    expect(mine.body.disclosures).toContainEqual(expect.objectContaining({ purpose: 'looks for somebody' }));
    expect((await http('clerk', 'GET', '/v1/disclosures?reader=clerk')).status).toBe(403);
    const verify = async () => (await http('auditor', 'GET', '/v1/disclosures/verification')).body;
    expect(await verify()).toMatchObject({ ok: true });
    const tamper = (sql: string) =>
      database.db.query(`set session_replication_role = replica; ${sql}; set session_replication_role = origin`);
    const { rows } = await database.db.query<{ n: bigint }>('select max(disclosure_no) as n from issuer.disclosure');
    const last = Number(rows[0]!.n);
    await tamper(`update issuer.disclosure set purpose = 'something else' where disclosure_no = ${last}`);
    expect(await verify()).toEqual({ ok: false, disclosureNo: last });
    await tamper(`update issuer.disclosure set purpose = 'looks for somebody' where disclosure_no = ${last}`);
    expect(await verify()).toMatchObject({ ok: true });
    await tamper(`delete from issuer.disclosure where disclosure_no = ${last}`);
    expect(await verify()).toEqual({ ok: false, disclosureNo: last });
  });
});
