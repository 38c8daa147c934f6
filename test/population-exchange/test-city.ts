import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cardIssuerMigrations,
  composeCardNo,
  createProtection,
  httpResponder,
  noReaders,
  registerCardIssuerRoutes,
  startIdentityChecks,
} from '@citycard/card-issuer';
import { createCertificateRequest, Department, IdentityResponder, type Signer } from '@citycard/city-sim';
import { clearingMigrations, ensureCityCa, HOME_CITY, issueCertificate, openDay } from '@citycard/clearing';
import {
  cityDate,
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  listen,
  residentIdCheck,
  type Role,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { connectHsm, startHsm } from '@citycard/hsm-sim';

export interface Answered {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read answers as somebody of another language would
  readonly body: any;
}

const people: readonly [string, Role][] = [
  ['clerk-1', 'clerk'],
  ['registrar-1', 'registrar'],
  ['registrar-2', 'registrar'],
  ['registrar-3', 'registrar'],
  ['platform', 'platform'],
  ['auditor', 'auditor'],
];

let numbers = 0;

/** A valid number that nobody has: a test district, born in 1990, counted on. */
export function newIdNumber(birth = '19900301'): string {
  numbers += 1;
  const body = `370702${birth}${String(numbers).padStart(3, '0')}`;
  return body + residentIdCheck(body);
}

/** The issuer with a real database and HSM, two departments with certificates of the city CA, and Public Security's line. */
export async function startExchangeCity() {
  const directory = await mkdtemp(join(tmpdir(), 'citycard-exchange-'));
  const [database, device, responder] = await Promise.all([
    startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]),
    startHsm({ directory, lmk: 'test' }),
    IdentityResponder.start('token of the line'),
  ]);
  const { db } = database;
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  for (const name of ['a', 'b', 'c']) await hsm.createCustodian({ name, pin: '123456' });
  await hsm.authorise('a', '123456', 'b', '123456', ['generateKey', 'generateRsa'], 5);
  await hsm.generateKey({ name: 'PERSONAL-DATA', usage: 'data-wrap', algorithm: 'aes', exportable: false });
  await hsm.generateKey({ name: 'BLIND-INDEX', usage: 'blind-index', algorithm: 'hmac', exportable: false });
  await hsm.generateRsa({ name: 'CITY-FILES', usage: 'file-sign', bits: 2048 });
  const { caPem } = await ensureCityCa({ db, hsm }, HOME_CITY);
  await hsm.cancelAuthorisation();

  const tokens = new Map<string, string>();
  await transact(db, async (tx) => {
    for (const [id, role] of people) {
      const principal = { id, name: `Test ${id}`, kind: 'person', roles: [role] } as const;
      tokens.set(id, (await createPrincipal(tx, principal)).token);
    }
    await openDay(tx, cityDate(new Date()));
  });
  const line = httpResponder({ url: responder.url, token: 'token of the line', timeoutMs: 300 });
  const protection = createProtection({ db, hsm });
  const logger = createLogger('test', { level: 'silent' });
  const server = createHttpServer({ logger, db, title: 'test' });
  const nowhere = { host: '127.0.0.1', port: 0 };
  registerCardIssuerRoutes(server, {
    db,
    hsm,
    protection,
    readers: noReaders('127.0.0.1'),
    responder: line,
    machines: { cards: nowhere, sams: nowhere, readBack: nowhere },
  });
  const { url } = await listen(server, { host: '127.0.0.1', port: 0 });

  const http = async (who: string, method: 'GET' | 'POST', url: string, payload?: object): Promise<Answered> => {
    const headers = { authorization: `Bearer ${tokens.get(who) ?? 'nobody'}`, 'idempotency-key': crypto.randomUUID() };
    const response = await server.inject({ method, url, headers, ...(payload && { payload }) });
    return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
  };

  /** A key of its own, certified by the city CA. */
  const certify = async (cn: string): Promise<Signer> => {
    const { privateKeyPem, requestPem } = createCertificateRequest(cn);
    const issued = await issueCertificate({ db, hsm }, { csrPem: requestPem, cn, kind: 'operator' });
    return { certificatePem: issued.certificatePem, privateKeyPem };
  };
  const department = async (name: string, cn: string): Promise<Department> => {
    const { body } = await http('platform', 'POST', `/v1/departments/${name}/credentials`, { system: 'exchange' });
    tokens.set(name, body.token as string);
    const signer = await certify(cn);
    return new Department({ department: name, city: HOME_CITY, caPem, signer, clock: () => new Date() });
  };
  const publicSecurity = await department('public-security', 'PSB370700');
  const familyPlanning = await department('family-planning', 'FPC370700');

  const register = async (name: string, more: object = {}): Promise<{ residentId: bigint; idNumber: string }> => {
    const idNumber = newIdNumber();
    const person = { idNumber, name, population: 'permanent', ...more };
    const { status, body } = await http('clerk-1', 'POST', '/v1/residents', person);
    if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
    return { residentId: BigInt(body.residentId as number), idNumber };
  };

  const { body: shift } = await http('clerk-1', 'POST', '/v1/shifts');
  await db.query(
    `insert into issuer.card_batch (product, card_count, prepared_by) values ('standard', 100, 'generated')`,
  );
  let sequence = 0n;
  /** A card in the resident's hand; the chip is not of interest here. */
  const issueCard = async (residentId: bigint): Promise<string> => {
    const number = composeCardNo('98', (sequence += 1n));
    await db.query(
      `insert into issuer.card (card_no, batch_id, product, state, valid_from, valid_to, chip_serial)
       select $1, max(batch_id), 'standard', 'personalised', current_date - 10, current_date + 1000, $1 from issuer.card_batch`,
      [number],
    );
    const issue = { residentId: Number(residentId), depositFen: 0, shiftId: shift.shiftId as number };
    const { status, body } = await http('clerk-1', 'POST', `/v1/cards/${number}/issue`, issue);
    if (status !== 200) throw new Error(`not issued: ${JSON.stringify(body)}`);
    return number;
  };

  return {
    url,
    tokens,
    issueCard,
    db,
    hsm,
    protection,
    http,
    certify,
    publicSecurity,
    familyPlanning,
    responder,
    line,
    logger,
    register,
    startChecks: () => startIdentityChecks({ db, protection, responder: line, logger, pauseMs: 20 }),
    stop: async () => {
      await server.close();
      await responder.stop();
      await hsm.close();
      await device.stop();
      await database.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type ExchangeCity = Awaited<ReturnType<typeof startExchangeCity>>;
