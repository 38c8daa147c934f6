import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  foundDemo,
  type Installation,
  openSandbox,
  publishedKey,
  readConfiguration,
  SANDBOX_MERCHANT,
  startInstallation,
  type Sandbox,
} from '@citycard/citycard';
import {
  type ConcessionFares,
  deriveCardKeys,
  freshTerminalMemory,
  personaliseCard,
  personaliseSam,
  TapReader,
  Terminal,
  type TerminalSettings,
  VirtualCard,
  VirtualSam,
} from '@citycard/city-sim';
import { currentBusinessDate, openAccount, postOrThrow } from '@citycard/clearing';
import { authenticate, fen, type Principal, transact } from '@citycard/common';

const CHIP_KEY = Buffer.from('54'.repeat(8) + '45'.repeat(8), 'hex');

/** The whole product in this process (the HSM in its own), founded as a demo, with a prefunded sandbox merchant. */
export interface TestCity {
  readonly installation: Installation;
  readonly people: Record<string, { readonly token: string }>;
  readonly varDirectory: string;
  /** Speaks HTTP as one of the people, or with any other token. */
  http(
    person: string,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answered>;
  sandbox(): Promise<Sandbox>;
  stop(): Promise<void>;
}

/** An HTTP answer; `body` is the JSON, loosely typed as a reader of another language would see it. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `jobs: false` leaves out everything that runs by itself, the installation's own terminal port too. */
export async function startTestCity(options: { prefundFen?: bigint; jobs?: boolean } = {}): Promise<TestCity> {
  const varDirectory = await mkdtemp(join(process.cwd(), 'var', 'test-city-'));
  const configuration = {
    ...readConfiguration({}),
    varDirectory,
    httpPort: 0,
    gatewayPort: 0,
    secureGatewayPort: 0,
    hsmPort: 0,
    logLevel: 'warn',
  };
  const installation = await startInstallation(configuration, {
    clear: 'always',
    serve: options.jobs === false ? 'visit' : 'everything',
  });
  const people = await foundDemo(installation);
  const { db, baseUrl } = installation;

  const http: TestCity['http'] = async (person, method, path, body, headers = {}) => {
    const isBytes = Buffer.isBuffer(body);
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${people[person]?.token ?? person}`,
        ...(body === undefined ? {} : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: (json && text !== '' ? JSON.parse(text) : {}) as Answered['body'] };
  };
  const created = await http('platform', 'POST', '/v1/participants', {
    participantNo: SANDBOX_MERCHANT,
    name: 'Sandbox merchant (test)',
    kind: 'agent',
    industry: 1,
  });
  if (created.status !== 201) throw new Error(`participant: ${JSON.stringify(created)}`);
  await prefund(installation, SANDBOX_MERCHANT, options.prefundFen ?? 100_000_00n);

  return {
    installation,
    people,
    varDirectory,
    http,
    sandbox: async () =>
      openSandbox(db, await principalOf(installation, people['platform']?.token ?? ''), installation.gateway),
    stop: async () => {
      await installation.stop();
      await rm(varDirectory, { recursive: true, force: true });
    },
  };
}

async function principalOf({ db }: Installation, token: string): Promise<Principal> {
  const principal = await authenticate(db, token);
  if (principal === undefined) throw new Error('the demo has no such person');
  return principal;
}

async function prefund({ db }: Installation, agent: string, amount: bigint): Promise<void> {
  await transact(db, async (tx) => {
    await openAccount(tx, `agent-prefund:${agent}`, { owner: agent, floor: fen(0) });
    await postOrThrow(tx, await currentBusinessDate(tx), [
      {
        key: `test-prefund:${agent}`,
        reason: 'prefund for a test',
        legs: [{ debit: 'bank-custody:6217000000000000001', credit: `agent-prefund:${agent}`, amount: fen(amount) }],
      },
    ]);
  });
}

/** A terminal of the sandbox, with a memory of its own. */
export function sandboxTerminal(sandbox: Sandbox, settings: Partial<TerminalSettings> = {}): Terminal {
  return new Terminal({
    address: { host: sandbox.host, port: sandbox.port },
    terminalNo: sandbox.terminal,
    merchantNo: sandbox.merchant,
    samNo: sandbox.sam,
    masterKey: Buffer.from(sandbox.tmk, 'hex'),
    macAlgorithm: 'ecb',
    memory: freshTerminalMemory(),
    ...settings,
  });
}

let chips = 0;

/** A card of the sandbox as its bearer would carry it: personalised with keys derived from the published roots. */
export function sandboxCard(cardNo: string): VirtualCard {
  const roots = {
    purchase: publishedKey('DPK'),
    load: publishedKey('DLK'),
    tac: publishedKey('DTK'),
    cardMaster: publishedKey('DACK'),
    maintenance: publishedKey('DAMK'),
    pinUnblock: publishedKey('DPUK'),
    pinReload: publishedKey('DRPK'),
    applicationBlock: publishedKey('DABK'),
    applicationUnblock: publishedKey('DAUK'),
  };
  const card = new VirtualCard({ transportKey: CHIP_KEY, serial: serial() });
  const identity = { cityCode: '4580', cardNo, start: '20260101', expiry: '20341231', mainType: 1, subType: 0 };
  personaliseCard(card, CHIP_KEY, identity, deriveCardKeys(roots, identity));
  return card;
}

/** A bus's card reader with the sandbox's SAM. */
export function sandboxReader(
  sandbox: Sandbox,
  clock: () => Date = () => new Date(),
  concessionFares: ConcessionFares = {},
): TapReader {
  const sam = new VirtualSam({ transportKey: CHIP_KEY, serial: serial() });
  personaliseSam(sam, CHIP_KEY, { samNo: sandbox.sam, rootPurchaseKey: publishedKey('DPK') });
  return new TapReader({ sam, industry: 1, clock, concessionFares });
}

function serial(): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(++chips, 4);
  return bytes;
}
