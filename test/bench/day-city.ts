import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { foundDemo, type Installation, readConfiguration, startInstallation } from '@citycard/citycard';
import { createCertificateRequest, type Signer, SimulatedBank } from '@citycard/city-sim';
import { assignSams } from '@citycard/clearing';
import {
  createLogger,
  type Database,
  type EmbeddedPostgres,
  openDatabase,
  startEmbeddedPostgres,
  transact,
} from '@citycard/common';

export const BANK_ACCOUNTS = { custody: '6217000000000000001', cardDeposits: '6217000000000000002' } as const;
/** Who loaded the cards: two, so that both cores have something to do before anything is measured. */
export const AGENTS = ['904458060510001', '904458060510002'] as const;
export const NEIGHBOUR_CITY = '4520';
const BANK = 'bank-custodian';
const HALF_A_YEAR_MS = 180 * 86_400_000;

interface Company {
  readonly participantNo: string;
  readonly industry: number;
  readonly weight: number;
  readonly samNumbers: readonly string[];
  readonly token: string;
  readonly signer: Signer;
}

/** A city of its own to measure a day in: PostgreSQL and the HSM are its own, nothing of it is left in the end. */
export interface DayCity {
  readonly varDirectory: string;
  readonly bank: SimulatedBank;
  readonly companies: readonly Company[];
  readonly db: () => Database;
  readonly baseUrl: () => string;
  /** Starts the installation anew, as a visit that only answers or as it serves a city. */
  restart(as: 'visit' | 'serving'): Promise<void>;
  /** Stops the installation and works with the database alone. */
  withoutProduct(work: (db: Database) => Promise<void>): Promise<void>;
  /** The answer's JSON. @throws when it is no success */
  ask<T>(person: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T>;
  text(person: string, path: string): Promise<string>;
  stop(): Promise<void>;
}

/** Industry, how many companies of it, and the part of the taps each of them has. */
const COMPANIES: readonly (readonly [industry: number, count: number, weight: number])[] = [
  [1, 14, 6],
  [2, 6, 2],
];
const SAMS_OF_A_COMPANY = 200;

export async function startDayCity(): Promise<DayCity> {
  const varDirectory = await mkdtemp(join(process.cwd(), 'var', 'bench-day-'));
  const logger = createLogger('bench', { level: 'warn', destination: join(varDirectory, 'postgres.log') });
  const postgres = await startEmbeddedPostgres({ directory: join(varDirectory, 'postgres'), logger });
  const city = new City(varDirectory, postgres);
  try {
    await city.found();
    return city;
  } catch (error) {
    await city.stop();
    throw error;
  }
}

class City implements DayCity {
  readonly varDirectory: string;
  readonly bank = new SimulatedBank('BENCH', Object.values(BANK_ACCOUNTS));
  readonly companies: Company[] = [];
  readonly #postgres: EmbeddedPostgres;
  readonly #tokens = new Map<string, string>();
  #installation: Installation | undefined;

  constructor(varDirectory: string, postgres: EmbeddedPostgres) {
    this.varDirectory = varDirectory;
    this.#postgres = postgres;
  }

  readonly db = (): Database => this.#running().db;
  readonly baseUrl = (): string => this.#running().baseUrl;

  async found(): Promise<void> {
    await this.#start('visit', 'always');
    for (const [person, { token }] of Object.entries(await foundDemo(this.#running()))) this.#tokens.set(person, token);
    await this.#admit({ participantNo: BANK, name: 'Test custodian bank', kind: 'bank' }, 'bank-partner');
    for (const participantNo of AGENTS) {
      await this.#admit({ participantNo, name: `Test load agent ${participantNo}`, kind: 'agent' }, 'agent-partner');
    }
    const neighbour = { participantNo: `city-${NEIGHBOUR_CITY}`, name: 'Test neighbour', kind: 'city' };
    await this.#admit({ ...neighbour, cityCode: NEIGHBOUR_CITY }, 'city-partner');
    for (const [industry, count, weight] of COMPANIES) {
      for (let n = 0; n < count; n += 1) await this.#foundCompany(industry, weight);
    }
  }

  async restart(as: 'visit' | 'serving'): Promise<void> {
    await this.#installation?.stop();
    await this.#start(as, 'never');
  }

  async withoutProduct(work: (db: Database) => Promise<void>): Promise<void> {
    await this.#installation?.stop();
    this.#installation = undefined;
    const db = openDatabase(this.#postgres.url);
    try {
      await work(db);
    } finally {
      await db.end();
    }
  }

  async ask<T>(person: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    return JSON.parse((await this.#send(person, method, path, body)) || '{}') as T;
  }

  async text(person: string, path: string): Promise<string> {
    return this.#send(person, 'GET', path);
  }

  async stop(): Promise<void> {
    await this.#installation?.stop();
    await this.#postgres.stop();
    await rm(this.varDirectory, { recursive: true, force: true });
  }

  async #start(as: 'visit' | 'serving', clear: 'always' | 'never'): Promise<void> {
    const ports = { httpPort: 0, gatewayPort: 0, secureGatewayPort: 0, hsmPort: 0 };
    const { varDirectory } = this;
    const settings = {
      ...readConfiguration({}),
      ...ports,
      varDirectory,
      databaseUrl: this.#postgres.url,
      logLevel: 'warn',
    };
    this.#installation = await startInstallation(settings, { clear, serve: as === 'serving' ? 'everything' : 'visit' });
  }

  #running(): Installation {
    if (this.#installation === undefined) throw new Error('the installation is not running');
    return this.#installation;
  }

  async #admit(participant: Record<string, unknown> & { participantNo: string }, role: string): Promise<string> {
    const { participantNo } = participant;
    const digits = participantNo.replaceAll(/\D/g, '').padStart(15, '0');
    const settlementAccount = {
      accountNo: `6222${digits}`,
      bankLineNo: '105458000018',
      accountName: String(participant['name']),
    };
    const own = participant['kind'] === 'bank' ? {} : { settlementAccount };
    await this.ask('platform', 'POST', '/v1/participants', { ...participant, ...own });
    const path = `/v1/partners/${participantNo}/credentials`;
    const { token } = await this.ask<{ token: string }>('platform', 'POST', path, { roles: [role] });
    this.#tokens.set(participantNo, token);
    return token;
  }

  async #foundCompany(industry: number, weight: number): Promise<void> {
    const number = String(this.companies.length + 1).padStart(2, '0');
    const participantNo = `90445804${industry}1100${number}`;
    const name = `Test company ${number}`;
    const token = await this.#admit({ participantNo, name, kind: 'operator', industry }, 'operator-partner');
    const { privateKeyPem, requestPem } = createCertificateRequest(participantNo);
    const request = { csrPem: requestPem, cn: participantNo, kind: 'operator' };
    const { certificatePem } = await this.ask<{ certificatePem: string }>(
      'platform',
      'POST',
      '/v1/certificates',
      request,
    );
    const samNumbers = Array.from(
      { length: SAMS_OF_A_COMPANY },
      (_, sam) => `99${number}0000${String(sam + 1).padStart(4, '0')}`,
    );
    const validFrom = new Date(Date.now() - HALF_A_YEAR_MS);
    await transact(this.db(), (tx) =>
      assignSams(
        tx,
        samNumbers.map((samNo) => ({ samNo, participantNo, validFrom })),
      ),
    );
    this.companies.push({
      participantNo,
      industry,
      weight,
      samNumbers,
      token,
      signer: { certificatePem, privateKeyPem },
    });
  }

  async #send(person: string, method: string, path: string, body?: unknown): Promise<string> {
    const token = this.#tokens.get(person === 'bank' ? BANK : person);
    const isXml = typeof body === 'string';
    const response = await fetch(new URL(path, this.baseUrl()), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': isXml ? 'application/xml' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isXml ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} as ${person} was answered ${response.status}: ${text}`);
    return text;
  }
}
