import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearingMigrations, ensureCityCa, findPersonalCertificate, newKeyAndRequest } from '@citycard/clearing';
import {
  approveAct,
  canonicalJson,
  codeAt,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  fromBase32,
  type HttpServer,
  newSecret,
  type Principal,
  proposeAct,
  recordAct,
  requireSignedApprovals,
  rolesAllowed,
  SignIn,
  stepAt,
  startTestDatabase,
  type TestDatabase,
  testSeal,
  transact,
  Type,
  verifyActLog,
} from '@citycard/common';
import { connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerSignInRoutes } from './sign-in-routes.ts';
import { registerSignatureRoutes } from './signature-routes.ts';
import { registerUserRoutes } from './user-routes.ts';
import { registerWaitingRoutes } from './waiting-routes.ts';

const PASSWORD = 'a long way from home';
const logger = createLogger('test', { level: 'silent' });
const undo: (() => Promise<unknown>)[] = [];
let database: TestDatabase;
let server: HttpServer;
let signIn: SignIn;
let hsm: HsmClient;
const secrets = new Map<string, Buffer>();
const tokens = new Map<string, string>();

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'citycard-signatures-'));
  undo.push(() => rm(directory, { recursive: true, force: true }));
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  undo.push(() => database.stop());
  const device = await startHsm({ directory, lmk: 'test' });
  undo.push(() => device.stop());
  hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  undo.push(() => hsm.close());
  await hsm.createCustodian({ name: 'a', pin: '111111' });
  await hsm.createCustodian({ name: 'b', pin: '222222' });
  await hsm.authorise('a', '111111', 'b', '222222', ['generateRsa'], 5);
  const { db } = database;
  await ensureCityCa({ db, hsm }, '4580');
  await hsm.cancelAuthorisation();

  const seal = testSeal();
  signIn = new SignIn({ db, seal });
  server = createHttpServer({ logger, db, title: 'Signatures', trustedProxies: ['127.0.0.1'] });
  const signing = { db, seal, findCertificate: findPersonalCertificate };
  requireSignedApprovals(server, signing);
  registerSignInRoutes(server, { db, signIn });
  registerUserRoutes(server, { db, signIn, seal });
  registerWaitingRoutes(server, { db });
  registerSignatureRoutes(server, { ...signing, hsm });
  registerPayments(server);
  undo.push(() => server.close());

  await people([
    ['maker', ['finance-maker']],
    ['checker', ['finance-checker']],
    ['other', ['finance-checker']],
    ['officer', ['platform']],
    ['officer-2', ['platform']],
    ['auditor', ['auditor']],
  ]);
}, 180_000);
afterAll(async () => {
  for (let last = undo.pop(); last !== undefined; last = undo.pop()) await last();
});

/** An act of two persons, as the product has many. */
function registerPayments(to: HttpServer): void {
  const Payment = Type.Object({ amountFen: Type.Integer() }, { additionalProperties: false });
  const subject = (no: string) => `payment ${no}`;
  const act = 'withdraw-fees';
  to.post('/v1/payments/:no', { onRequest: rolesAllowed('finance-maker'), schema: { body: Payment } }, (request) => {
    const { no } = request.params as { no: string };
    return transact(database.db, (tx) =>
      proposeAct(tx, request.principal, { act, subject: subject(no), content: request.body }),
    );
  });
  to.post(
    '/v1/payments/:no/approval/:approvalId',
    { onRequest: rolesAllowed('finance-checker'), schema: { body: Payment } },
    (request) => {
      const { no, approvalId } = request.params as { no: string; approvalId: string };
      return transact(database.db, async (tx) => {
        const agreed = await approveAct(tx, request.principal, BigInt(approvalId), request.body);
        await recordAct(tx, request.principal, { act, subject: subject(no), detail: request.body });
        return agreed;
      });
    },
  );
}

async function people(list: readonly (readonly [string, Principal['roles']])[]): Promise<void> {
  for (const [id, roles] of list) {
    const secret = newSecret();
    secrets.set(id, secret);
    await transact(database.db, async (tx) => {
      const { token } = await createPrincipal(tx, { id, name: `Test person ${id}`, kind: 'person', roles });
      await signIn.equip(tx, [{ id, password: PASSWORD, secret }]);
      tokens.set(`${id} (program)`, token);
    });
    const { body } = await call('nobody', 'POST', '/v1/sign-in', { name: id, password: PASSWORD, code: codeOf(id) });
    tokens.set(id, String(body['token']));
  }
}

const codeOf = (id: string) => codeAt(secrets.get(id)!, stepAt(new Date()));

interface Answered {
  readonly status: number;
  readonly code: unknown;
  readonly body: Record<string, unknown>;
}

async function call(
  who: string,
  method: 'GET' | 'POST' | 'DELETE' | 'PUT',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const token = tokens.get(who) ?? who;
  const response = await server.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  const body = response.body === '' ? {} : response.json<Record<string, unknown>>();
  return { status: response.statusCode, code: body['code'], body };
}

interface Key {
  readonly keyPem: string;
  readonly certificate: string;
}

/** What a browser does once: a key, a request, a certificate. */
async function certificateOf(who: string): Promise<Key> {
  const { keyPem, csrPem } = await newKeyAndRequest(who);
  const { status, body } = await call(who, 'POST', '/v1/me/certificate-requests', { csrPem });
  expect([status, body['code']]).toEqual([201, undefined]);
  return { keyPem, certificate: String(body['serial']) };
}

interface Signed {
  readonly path: string;
  readonly body: unknown;
  readonly principal: string;
  readonly method?: string;
  readonly lines?: readonly { label: string; value: string }[];
  readonly time?: string;
  readonly nonce?: string;
  /** What is claimed in the header beside what was signed. */
  readonly claimed?: object;
}

/** What a browser does for each approval. */
function header(key: Key, signed: Signed): Record<string, string> {
  const { path, body, principal } = signed;
  const lines = signed.lines ?? [{ label: '金额', value: '12.34' }];
  const time = signed.time ?? new Date().toISOString();
  const nonce = signed.nonce ?? randomUUID();
  const statement = canonicalJson({ method: signed.method ?? 'POST', path, body, lines, principal, nonce, time });
  const signature = sign('sha256', Buffer.from(statement), createPrivateKey(key.keyPem)).toString('base64');
  const content = { lines, nonce, time, certificate: key.certificate, signature, ...signed.claimed };
  return { 'x-approval-signature': Buffer.from(JSON.stringify(content)).toString('base64') };
}

let number = 0;
/** A payment that waits for its second person. */
async function proposal(): Promise<{ path: string; body: { amountFen: number } }> {
  const no = (number += 1);
  const body = { amountFen: 1234 };
  const { body: made } = await call('maker', 'POST', `/v1/payments/${no}`, body);
  return { path: `/v1/payments/${no}/approval/${String(made['approvalId'])}`, body };
}

test('an approval from a session is signed; the signature is kept with the act and can be shown later', async () => {
  const key = await certificateOf('checker');
  const { path, body } = await proposal();
  expect((await call('checker', 'POST', path, body)).code).toBe('identity.signature-missing');
  const lines = [
    { label: '收款人', value: '测试公交一公司' },
    { label: '金额', value: '12.34' },
  ];
  const signed = header(key, { path, body, principal: 'checker', lines });
  expect(await call('checker', 'POST', path, body, signed)).toMatchObject({
    status: 200,
    body: { maker: 'maker', checker: 'checker' },
  });

  const { signatures } = (await call('auditor', 'GET', '/v1/signatures?principal=checker')).body as {
    signatures: { signatureNo: number; acts: { act: string; subject: string }[] }[];
  };
  expect(signatures[0]).toMatchObject({
    route: '/v1/payments/:no/approval/:approvalId',
    certificate: key.certificate,
    acts: [{ act: 'withdraw-fees', subject: 'payment 1' }],
  });
  const shown = await call('auditor', 'GET', `/v1/signatures/${signatures[0]!.signatureNo}`);
  expect(shown.body).toMatchObject({ statement: { path, body, lines, principal: 'checker' }, complaints: [] });
  const { rows } = await database.db.query<{ signed: boolean; detail: string }>(
    `SELECT a.signature_no = $1 AS signed, l.detail FROM platform.approval a, platform.act_log l
      WHERE a.subject = 'payment 1' AND l.act = 'withdraw-fees'`,
    [signatures[0]!.signatureNo],
  );
  expect(rows[0]).toMatchObject({ signed: true, detail: expect.stringContaining('"signedSha256":"') });
  expect(await verifyActLog(database.db)).toMatchObject({ ok: true });
});

test('the command line with its long-lived token approves as before', async () => {
  const { path, body } = await proposal();
  expect((await call('checker (program)', 'POST', path, body)).status).toBe(200);
});

describe('a signature is refused, and nothing is done, when', () => {
  let key: Key;
  beforeAll(async () => {
    key = await certificateOf('checker');
  });
  const refused = async (signed: (given: { path: string; body: { amountFen: number } }) => Record<string, string>) => {
    const given = await proposal();
    const { code } = await call('checker', 'POST', given.path, given.body, signed(given));
    const { body } = await call('checker', 'GET', '/v1/waiting');
    const waiting = body['waiting'] as { approvalId: number }[];
    expect(waiting.map(({ approvalId }) => `${approvalId}`)).toContain(given.path.split('/').at(-1));
    return code;
  };
  const principal = 'checker';

  test('something else was shown than is claimed', async () => {
    const claimed = { lines: [{ label: '金额', value: '99999.99' }] };
    expect(await refused((given) => header(key, { ...given, principal, claimed }))).toBe('identity.signature-differs');
  });
  test('it is of another path, method, body or person', async () => {
    const of = (other: Partial<Signed>) => refused((given) => header(key, { ...given, principal, ...other }));
    expect(await of({ path: '/v1/payments/1/approval/1' })).toBe('identity.signature-differs');
    expect(await of({ method: 'PUT' })).toBe('identity.signature-differs');
    expect(await of({ body: { amountFen: 1 } })).toBe('identity.signature-differs');
    expect(await of({ principal: 'other' })).toBe('identity.signature-differs');
  });
  test('it was made by another key', async () => {
    const { keyPem } = await newKeyAndRequest('checker');
    const forged = { ...key, keyPem };
    expect(await refused((given) => header(forged, { ...given, principal }))).toBe('identity.signature-differs');
  });
  test('the certificate is of another person, of nobody, revoked or past its time', async () => {
    const others = await certificateOf('other');
    expect(await refused((given) => header(others, { ...given, principal }))).toBe('identity.certificate-not-good');
    const nobodys = { ...key, certificate: '0'.repeat(32) };
    expect(await refused((given) => header(nobodys, { ...given, principal }))).toBe('identity.certificate-not-good');
    const revoked = await certificateOf('checker');
    await call('checker', 'POST', `/v1/me/certificates/${revoked.certificate}/revocation`);
    expect(await refused((given) => header(revoked, { ...given, principal }))).toBe('identity.certificate-not-good');
    const old = await certificateOf('checker');
    await database.db.query(
      `UPDATE clearing.certificate SET not_before = now() - interval '2 years', not_after = now() - interval '1 second' WHERE serial = $1`,
      [old.certificate],
    );
    expect(await refused((given) => header(old, { ...given, principal }))).toBe('identity.certificate-not-good');
  });
  test('it is old, from the future, or no signature at all', async () => {
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    expect(await refused((given) => header(key, { ...given, principal, time: at(-6) }))).toBe(
      'identity.signature-stale',
    );
    expect(await refused((given) => header(key, { ...given, principal, time: at(5) }))).toBe(
      'identity.signature-stale',
    );
    expect(await refused(() => ({ 'x-approval-signature': 'nonsense' }))).toBe('identity.signature-unreadable');
    const noLines = { lines: [] };
    expect(await refused((given) => header(key, { ...given, principal, claimed: noLines }))).toBe(
      'identity.signature-unreadable',
    );
  });
  test('it was used before', async () => {
    const { path, body } = await proposal();
    const signed = header(key, { path, body, principal });
    expect((await call('checker', 'POST', path, body, signed)).status).toBe(200);
    expect((await call('checker', 'POST', path, body, signed)).code).toBe('identity.signature-used');
  });
  test('the last code is older than five minutes', async () => {
    await database.db.query(`UPDATE platform.session SET stepped_up_at = now() - interval '6 minutes'`);
    const code = await refused((given) => header(key, { ...given, principal }));
    await database.db.query('UPDATE platform.session SET stepped_up_at = now()');
    expect(code).toBe('identity.step-up-needed');
  });
});

test('a kept signature that was changed, or whose certificate is not what it was, shows', async () => {
  expect((await call('auditor', 'GET', '/v1/signatures/verification')).body).toMatchObject({ broken: [] });
  await expect(database.db.query(`UPDATE platform.act_signature SET nonce = 'x'`)).rejects.toThrow('only ever added');
  // Somebody with all rights of the database.
  await database.db.query('ALTER TABLE platform.act_signature DISABLE TRIGGER act_signature_guard');
  await database.db.query(
    `UPDATE platform.act_signature SET statement_sealed = set_byte(statement_sealed, 30, 0) WHERE signature_no = 1`,
  );
  const { body } = await call('auditor', 'GET', '/v1/signatures/verification');
  expect(body).toMatchObject({ broken: [{ signatureNo: 1 }] });
});

describe('a user', () => {
  const roles = { roles: ['finance-maker'] };
  const signedBy = async (who: string, path: string, body: object | null, key: Key) =>
    call(who, 'POST', path, body ?? undefined, header(key, { path, body, principal: who }));

  test('is made by one, given roles and a first password by two, of whom neither knows it', async () => {
    const key = await certificateOf('officer-2');
    expect((await call('officer', 'POST', '/v1/users', { id: 'new.one', name: 'Test New One' })).status).toBe(201);
    const proposed = await call('officer', 'POST', '/v1/users/new.one/roles', roles);
    const rolesPath = `/v1/users/new.one/roles/approval/${String(proposed.body['approvalId'])}`;
    expect((await signedBy('officer-2', rolesPath, roles, key)).status).toBe(200);
    const first = await call('officer', 'POST', '/v1/users/new.one/first-password');
    const passwordPath = `/v1/users/new.one/first-password/approval/${String(first.body['approvalId'])}`;
    const second = await signedBy('officer-2', passwordPath, null, key);
    expect(second.status).toBe(200);

    const password = `${String(first.body['half'])}-${String(second.body['half'])}`;
    for (const half of [first.body['half'], second.body['half']])
      expect((await call('nobody', 'POST', '/v1/sign-in', { name: 'new.one', password: String(half) })).status).toBe(
        401,
      );
    const entered = await call('nobody', 'POST', '/v1/sign-in', { name: 'new.one', password });
    expect(entered.body).toMatchObject({ mustChangePassword: true, mustEnrol: true });
    tokens.set('new.one', String(entered.body['token']));

    expect((await call('new.one', 'GET', '/v1/waiting')).code).toBe('identity.enrol-first');
    const next = 'a password of my own choice';
    expect((await call('new.one', 'PUT', '/v1/me/password', { current: password, next })).status).toBe(204);
    expect((await call('new.one', 'GET', '/v1/waiting')).code).toBe('identity.enrol-first');
    const { body } = await call('new.one', 'POST', '/v1/me/second-factor');
    expect(body['uri']).toContain(`secret=${String(body['secret'])}`);
    const code = codeAt(fromBase32(String(body['secret'])), stepAt(new Date()));
    const wrong = code === '000000' ? '000001' : '000000';
    expect((await call('new.one', 'POST', '/v1/me/second-factor/confirmation', { code: wrong })).status).toBe(422);
    expect((await call('new.one', 'POST', '/v1/me/second-factor/confirmation', { code })).status).toBe(204);
    expect((await call('new.one', 'GET', '/v1/waiting')).status).toBe(200);
  });

  test('gets no roles that do not fit, none by one person alone, and not those of both sides', async () => {
    const propose = (given: string[]) => call('officer', 'POST', '/v1/users/new.one/roles', { roles: given });
    expect((await propose(['operator-partner'])).code).toBe('identity.roles-not-fitting');
    expect((await propose(['system'])).status).toBe(422);
    const { body } = await propose(['supervisor', 'clerk']);
    const path = `/v1/users/new.one/roles/approval/${String(body['approvalId'])}`;
    const both = { roles: ['supervisor', 'clerk'] };
    const own = await certificateOf('officer');
    expect((await signedBy('officer', path, both, own)).code).toBe('identity.same-person');
    const key = await certificateOf('officer-2');
    expect((await signedBy('officer-2', path, { roles: ['platform'] }, key)).code).toBe('identity.content-differs');
    expect((await signedBy('officer-2', path, both, key)).code).toBe('identity.both-sides');
  });

  test('who is suspended is out at once, with certificates and tokens', async () => {
    await people([['leaver', ['finance-checker']]]);
    const key = await certificateOf('leaver');
    const { body } = await call('officer', 'POST', '/v1/users/leaver/suspension', { reason: 'test' });
    expect(body).toEqual({ id: 'leaver', revoked: [key.certificate] });
    for (const who of ['leaver', 'leaver (program)']) expect((await call(who, 'GET', '/v1/me')).status).toBe(401);
    await database.db.query('UPDATE platform.sign_in SET totp_step = 0');
    const again = { name: 'leaver', password: PASSWORD, code: codeOf('leaver') };
    expect((await call('nobody', 'POST', '/v1/sign-in', again)).status).toBe(401);
    const { users } = (await call('auditor', 'GET', '/v1/users')).body as { users: { id: string; signIn: string }[] };
    expect(users.find(({ id }) => id === 'leaver')?.signIn).toBe('suspended');
  });
});

test('who waits for whom is seen by those it concerns', async () => {
  const { path } = await proposal();
  const approvalId = Number(path.split('/').at(-1));
  const seen = async (who: string) =>
    ((await call(who, 'GET', '/v1/waiting')).body['waiting'] as { approvalId: number; mine: boolean }[]).find(
      (one) => one.approvalId === approvalId,
    );
  expect(await seen('checker')).toMatchObject({ maker: 'maker', approvers: ['finance-checker'], mine: true });
  expect(await seen('maker')).toMatchObject({ mine: false });
  expect(await seen('auditor')).toMatchObject({ mine: false });
  expect(await seen('officer')).toMatchObject({ mine: false });
  await people([['clerk', ['clerk']]]);
  expect(await seen('clerk')).toBeUndefined();
});

test('lists that are taken out are noted, and are so many a day', async () => {
  const note = (rows: number) => call('maker', 'POST', '/v1/export-notes', { list: 'finance.sheets', rows });
  expect((await note(150_000)).body).toMatchObject({ leftRows: 50_000 });
  expect((await note(50_001)).code).toBe('identity.export-limit');
  expect((await note(50_000)).status).toBe(201);
  expect((await call('checker', 'POST', '/v1/export-notes', { list: '名单', rows: 1 })).status).toBe(422);
  const { rows } = await database.db.query(`SELECT detail FROM platform.act_log WHERE act = 'export-list'`);
  expect(rows).toEqual([{ detail: '{"rows":150000}' }, { detail: '{"rows":50000}' }]);
});
