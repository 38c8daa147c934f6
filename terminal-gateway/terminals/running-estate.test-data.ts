import { createCipheriv, createDecipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clearingMigrations,
  createParticipant,
  type Participant,
  registerClearingCoreRoutes,
} from '@citycard/clearing';
import {
  commonMigrations,
  createHttpServer,
  createLogger,
  createPrincipal,
  type HttpServer,
  type Principal,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { checkValue, connectHsm, type HsmClient, startHsm } from '@citycard/hsm-sim';
import type { FieldValues } from '../codec/field-table.ts';
import { packFrame } from '../codec/frame-writer.ts';
import { envelope } from '../codec/frames.test-data.ts';
import { Message } from '../codec/message.ts';
import { createHandler } from '../requests/handle.ts';
import { gatewayMigrations } from '../index.ts';
import { registerTerminalRoutes } from './routes.ts';

/** Made up for tests; the custodians' three components give it. */
export const TRANSPORT = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');
export const MERCHANT = '904458041110009';
export const OTHER_MERCHANT = '904458041110010';

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A gateway without a listener: database, HSM, HTTP and the handler of messages, all real. */
export interface RunningEstate {
  readonly database: TestDatabase;
  readonly hsm: HsmClient;
  /** Software whose acceptance report counts as passed, `model/version`. */
  readonly reports: Map<string, bigint>;
  call(
    person: string,
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: object,
    headers?: Record<string, string>,
  ): Promise<Answered>;
  /** Two officers do it; what the second is answered. */
  change(kind: string, content: object): Promise<Answered>;
  terminal(terminalNo: string, options?: { readonly merchantNo?: string }): TestTerminal;
  stop(): Promise<void>;
}

export async function startEstate(options: { readonly demo: boolean }): Promise<RunningEstate> {
  const database = await startTestDatabase([commonMigrations, clearingMigrations, gatewayMigrations]);
  const directory = mkdtempSync(join(tmpdir(), 'estate-test-'));
  const device = await startHsm({ directory, lmk: 'test' });
  const hsm = connectHsm({ host: '127.0.0.1', port: device.port });
  await formKey(hsm, 'TRANSPORT', 'key-transport', TRANSPORT);
  const logger = createLogger('estate-test', { level: 'silent' });
  const server = createHttpServer({ logger, db: database.db, title: 'test' });
  const reports = new Map<string, bigint>();
  registerClearingCoreRoutes(server, { db: database.db, demo: options.demo });
  registerTerminalRoutes(server, {
    db: database.db,
    hsm,
    demo: options.demo,
    passedReport: (_tx, { subject }) => Promise.resolve(reports.get(subject)),
  });
  const tokens = await people(database);
  const handle = createHandler({ db: database.db, hsm, logger, billers: () => Promise.resolve(undefined) });
  const call: RunningEstate['call'] = (person, method, url, payload, headers = {}) =>
    request(server, tokens.get(person) ?? '', method, url, payload, headers);
  return {
    database,
    hsm,
    reports,
    call,
    change: async (kind, content) => {
      const proposed = await call('platform', 'POST', '/v1/terminal-changes', { kind, content, reason: 'for a test' });
      if (proposed.status !== 201) return proposed;
      return call('platform-2', 'POST', `/v1/terminal-changes/${String(proposed.body['changeNo'])}/approval`);
    },
    terminal: (terminalNo, { merchantNo = MERCHANT } = {}) =>
      new TestTerminal(terminalNo, merchantNo, async (frame) => {
        const link = { id: 1, remoteAddress: '127.0.0.1', secure: false, certificateName: undefined };
        const answer = await handle(Message.read(frame), link);
        return answer === 'close' ? undefined : Message.read(answer.frame.subarray(2));
      }),
    stop: async () => {
      await server.close();
      await hsm.close();
      await device.stop();
      await database.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Forms a key of known value: two components of ours, the third makes up the rest. */
export async function formKey(
  hsm: HsmClient,
  name: string,
  usage: 'key-transport' | 'terminal-master',
  key: Buffer,
): Promise<void> {
  const parts = [Buffer.alloc(16, 0x1f), Buffer.alloc(16, 0x2a)];
  parts.push(Buffer.from(key.map((byte) => byte ^ 0x1f ^ 0x2a)));
  const custodians = ['first', 'second', 'third'];
  const pin = '100001';
  for (const custodian of custodians) await hsm.createCustodian({ name: custodian, pin }).catch(() => undefined);
  for (const [index, component] of parts.entries()) {
    const custodian = custodians[index] ?? '';
    const kcv = checkValue('3des', component);
    await hsm.submitComponent({ name, usage, algorithm: '3des', exportable: false, custodian, pin, component, kcv });
  }
  await hsm.authorise('first', pin, 'second', pin, ['formKey'], 5);
  await hsm.formKey({ name });
  await hsm.cancelAuthorisation();
}

async function people({ db }: TestDatabase): Promise<Map<string, string>> {
  const officer = (id: string, role: Principal['roles'][number]): Principal => ({
    id,
    name: `Test ${id}`,
    kind: 'person',
    roles: [role],
  });
  const some: Principal[] = [
    officer('platform', 'platform'),
    officer('platform-2', 'platform'),
    officer('auditor', 'auditor'),
    { id: 'operator', name: 'Test operator', kind: 'partner', roles: ['operator-partner'], participantNo: MERCHANT },
  ];
  const participant = (participantNo: string): Omit<Participant, 'status'> => ({
    participantNo,
    name: `Test ${participantNo}`,
    kind: 'agent',
    industry: 1,
  });
  return transact(db, async (tx) => {
    for (const no of [MERCHANT, OTHER_MERCHANT]) await createParticipant(tx, participant(no));
    const tokens = new Map<string, string>();
    for (const one of some) tokens.set(one.id, (await createPrincipal(tx, one)).token);
    return tokens;
  });
}

async function request(
  server: HttpServer,
  token: string,
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload: object | undefined,
  headers: Record<string, string>,
): Promise<Answered> {
  const response = await server.inject({
    method,
    url,
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(payload && { payload }),
  });
  const body = response.payload === '' ? {} : response.json<Record<string, unknown>>();
  return { status: response.statusCode, headers: response.headers, body };
}

/** A terminal that does its own cryptography, X9.19. */
export class TestTerminal {
  readonly #terminalNo: string;
  readonly #merchantNo: string;
  readonly #send: (frame: Buffer) => Promise<Message | undefined>;
  #tmk: Buffer = Buffer.alloc(16);
  #mak: Buffer | undefined;
  #trace = 0;

  constructor(terminalNo: string, merchantNo: string, send: (frame: Buffer) => Promise<Message | undefined>) {
    this.#terminalNo = terminalNo;
    this.#merchantNo = merchantNo;
    this.#send = send;
  }

  /** Loads the master key as it left the HSM. */
  load(tmkUnderTransport: string): this {
    this.#tmk = decipher(TRANSPORT, Buffer.from(tmkUnderTransport, 'hex'));
    return this;
  }

  /** The master key typed in as components. */
  loadClear(tmk: Buffer): this {
    this.#tmk = tmk;
    return this;
  }

  /** Message 1; takes the new keys. */
  async signOn(software = 'TEST-1/1.0 generated'): Promise<string> {
    const answer = await this.#exchange(
      '0800',
      '00000001003',
      { 62: Buffer.from(software), 63: Buffer.from('001') },
      false,
    );
    const keys = answer?.bytes(62);
    if (keys !== undefined) this.#mak = decipher(this.#tmk, keys.subarray(20, 36));
    return codeOf(answer);
  }

  echo = async (): Promise<string> => codeOf(await this.#exchange('0820', '00000001301', {}, true));

  /** Messages 4 and 5: code and field 62. */
  async ask(networkManagement: '360' | '361' | '390' | '391', field: Buffer): Promise<{ code: string; field: Buffer }> {
    const answer = await this.#exchange('0800', `00000001${networkManagement}`, { 62: field }, true);
    return { code: codeOf(answer), field: answer?.bytes(62) ?? Buffer.alloc(0) };
  }

  /** Message 14: what the terminal has counted, 24 bytes; answers code and field 48. */
  async settle(batch: string, totals: Buffer): Promise<{ code: string; field: Buffer }> {
    const answer = await this.#exchange('0500', `00${batch}201`, { 48: totals }, true);
    return { code: codeOf(answer), field: answer?.bytes(48) ?? Buffer.alloc(0) };
  }

  async #exchange(mti: string, management: string, own: FieldValues, mac: boolean): Promise<Message | undefined> {
    this.#trace += 1;
    const fields: FieldValues = {
      ...own,
      11: this.#trace.toString().padStart(6, '0'),
      41: this.#terminalNo,
      42: this.#merchantNo,
      60: management,
    };
    const frame = packFrame({ ...envelope, mti }, fields, mac);
    if (mac) frame.setMac(retailMac(this.#mak ?? Buffer.alloc(16), frame.macInput));
    return this.#send(frame.frame.subarray(2));
  }
}

const codeOf = (answer: Message | undefined): string => answer?.text(39) ?? 'closed';

function decipher(key: Buffer, bytes: Buffer): Buffer {
  const cipher = createDecipheriv('des-ede-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

/** X9.19 with zero padding: single DES in CBC under the left half, the last block in triple DES. */
function retailMac(key: Buffer, data: Buffer): Buffer {
  const padded = Buffer.concat([data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
  const left = key.subarray(0, 8);
  const single = createCipheriv('des-ede3-cbc', Buffer.concat([left, left, left]), Buffer.alloc(8)).setAutoPadding(
    false,
  );
  const chained = Buffer.concat([Buffer.alloc(8), single.update(padded.subarray(0, -8))]).subarray(-8);
  const last = Buffer.from(padded.subarray(-8).map((byte, index) => byte ^ (chained[index] ?? 0)));
  return createCipheriv('des-ede-ecb', key, null).setAutoPadding(false).update(last);
}
