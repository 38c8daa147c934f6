import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CardIdentity,
  type CardKeySet,
  CARD_KEY_USAGES,
  cardNumber,
  createCertificateRequest,
  deriveCardKeys,
  encodeRecord,
  INDUSTRY,
  loadByIssuer,
  momentOf,
  nothingReceived,
  notifyOfWire,
  Office,
  personaliseCard,
  personaliseSam,
  signDetached,
  type Signer,
  SimulatedBank,
  TapReader,
  VirtualCard,
  VirtualSam,
  writePurchaseFile,
} from '@citycard/city-sim';
import { installationMigrations, publishedKey } from '@citycard/citycard';
import { cardIssuerMigrations } from '@citycard/card-issuer';
import { clearingMigrations } from '@citycard/clearing';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { reconciliationMigrations } from '@citycard/reconciliation';
import { gatewayMigrations } from '@citycard/terminal-gateway';

/** Long enough that a city, its database and its HSM start on a busy machine. */
const START_MS = 240_000;
const LOOK_MS = 10;
const CUSTODY = '6217000000000000001';
const CARD_DEPOSITS = '6217000000000000002';
const CHIP_KEY = Buffer.from('54'.repeat(8) + '45'.repeat(8), 'hex');
const CENTRE = '0000';
/** What the city of the cards gets of what an answer accepts. */
export const ISSUER_SHARE_MILLIONTHS = 12_345;
export const CENTRE_PARTICIPANT = 'inter-centre';

/** The roots a card of that city is made from: the purchase key is all cities', everything else is its own. */
function rootsOf(city: string): CardKeySet {
  const own = Object.fromEntries(
    CARD_KEY_USAGES.map((usage) => [usage, publishedKey(`TEST ${usage}`, city)]),
  ) as CardKeySet;
  return {
    ...own,
    purchase: publishedKey('DPK', city),
    load: publishedKey('DLK', city),
    tac: publishedKey('DTK', city),
  };
}

/** The database of a city: made already, and marked as a demo's, so that the city begins without making it. */
export async function databaseOfCity(): Promise<TestDatabase> {
  const database = await startTestDatabase([
    commonMigrations,
    clearingMigrations,
    cardIssuerMigrations,
    gatewayMigrations,
    reconciliationMigrations,
    installationMigrations,
  ]);
  await database.db.query(`insert into installation.mark (kind, state) values ('demo', 'founded')`);
  return database;
}

/** A city of the test: an installation in a process of its own, its bus company, its bank, its cards. */
export class TestCity {
  readonly code: string;
  readonly bus: string;
  readonly agent: string;
  readonly bank: SimulatedBank;
  readonly #varDirectory: string;
  readonly #database: TestDatabase;
  #process: ChildProcess | undefined;
  #answers: ((line: { done?: boolean; failed?: string }) => void)[] = [];
  #office: Office | undefined;
  #baseUrl = '';
  readonly #closedDays: string | undefined;
  #cityTokens = '';
  #reader: TapReader | undefined;
  #busSigner: Signer | undefined;
  #cards = 0;
  #files = 0;

  /** `closedDays`: its banks are closed from so many days from today to so many, `2-4`. */
  constructor(code: string, varDirectory: string, database: TestDatabase, closedDays?: string) {
    this.code = code;
    this.#database = database;
    this.#closedDays = closedDays;
    this.bus = `90${code}041110001`;
    this.agent = `90${code}060510001`;
    this.bank = new SimulatedBank(`BANK${code}`, [CUSTODY, CARD_DEPOSITS]);
    this.#varDirectory = varDirectory;
  }

  get baseUrl(): string {
    return this.#baseUrl;
  }

  get isThere(): boolean {
    return this.#process !== undefined;
  }

  get office(): Office {
    if (this.#office === undefined) throw new Error(`city ${this.code} was never started`);
    return this.#office;
  }

  /** Starts the city; later times on the port it had, with everything as it was. */
  async start(cityTokens = this.#cityTokens): Promise<void> {
    this.#cityTokens = cityTokens;
    const port = this.#baseUrl === '' ? '0' : new URL(this.#baseUrl).port;
    const child = spawn(process.execPath, ['--import', 'tsx', new URL('city-process.ts', import.meta.url).pathname], {
      env: {
        ...process.env,
        CITYCARD_VAR: this.#varDirectory,
        DATABASE_URL: this.#database.url,
        CITYCARD_HOME_CITY: this.code,
        CITYCARD_HTTP_PORT: port,
        CITYCARD_CITY_TOKENS: cityTokens,
        CITYCARD_LOG_LEVEL: 'warn',
        ...(this.#closedDays !== undefined && { TEST_CLOSED_DAYS: this.#closedDays }),
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = child;
    const said = createInterface({ input: child.stdout });
    const [first] = (await Promise.race([
      once(said, 'line', { signal: AbortSignal.timeout(START_MS) }),
      once(child, 'exit').then(([code]) => {
        throw new Error(`city ${this.code} ended with ${String(code)} before it served`);
      }),
    ])) as [string];
    const { baseUrl, people } = JSON.parse(first) as {
      baseUrl: string;
      people: Record<string, { token: string }>;
    };
    said.on('line', (line) => this.#answers.shift()?.(JSON.parse(line) as { done?: boolean; failed?: string }));
    this.#baseUrl = baseUrl;
    this.#office ??= new Office(baseUrl, people);
  }

  /** Stops it for good, with its database. */
  async end(): Promise<void> {
    await this.stop();
    await this.#database.stop();
  }

  /** Stops it as an operator does: what was acknowledged is finished. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }

  async #order(order: object): Promise<void> {
    const answer = new Promise<{ done?: boolean; failed?: string }>((resolve) => this.#answers.push(resolve));
    this.#process?.stdin?.write(`${JSON.stringify(order)}\n`);
    const { failed } = await answer;
    if (failed !== undefined) throw new Error(`city ${this.code}: ${failed}`);
  }

  /** Admits a bus company with a SAM and an agent with a prefund. */
  async found(date: string): Promise<void> {
    const { office, code } = this;
    await this.#admit(
      { participantNo: this.bus, name: `Test bus ${code} 测试公交`, kind: 'operator', industry: 1 },
      'operator-partner',
      'bus',
    );
    await this.#admit(
      { participantNo: this.agent, name: `Test agent ${code} 测试充值点`, kind: 'agent' },
      'agent-partner',
      'agent',
    );
    await this.#admit(
      { participantNo: 'bank-test', name: `Test bank ${code} 测试银行`, kind: 'bank' },
      'bank-partner',
      'bank',
    );
    const { privateKeyPem, requestPem } = createCertificateRequest(this.bus);
    const { certificatePem } = await office.post<{ certificatePem: string }>('platform', '/v1/certificates', {
      json: { csrPem: requestPem, cn: this.bus, kind: 'operator' },
    });
    this.#busSigner = { certificatePem, privateKeyPem };
    await this.#shareFees(date);
    const samNo = `${code}01990001`;
    await this.#order({ sam: { samNo, participantNo: this.bus, terminalNo: `T${code}001` } });
    const sam = new VirtualSam({ transportKey: CHIP_KEY });
    personaliseSam(sam, CHIP_KEY, { samNo, rootPurchaseKey: publishedKey('DPK', code) });
    sam.powerOn();
    this.#reader = new TapReader({ sam, industry: INDUSTRY.bus, clock: () => new Date() });
    const wire = { accountNo: CUSTODY, amountFen: 500_000_00, from: `agent ${code}`, booked: date };
    await notifyOfWire(office, this.bank, { ...wire, remittance: `PREFUND ${this.agent}` });
  }

  /** Fees are shared with whoever issued the cards: here by the table, with the other city by what was agreed with it. */
  async #shareFees(validFrom: string): Promise<void> {
    const shares = [
      { to: 'company', percent: '60' },
      { to: 'issuer', percent: '40' },
    ];
    const document = {
      note: 'test',
      rules: [{ for: { everybody: true }, kind: 'by-amount', rate: '30000', shares, validFrom }],
      ended: [{ for: { industry: '01' } }],
    };
    const { version } = await this.office.post<{ version: number }>('finance-maker', '/v1/fee-tables', {
      json: { validFrom, document },
    });
    await this.office.post('finance-checker', `/v1/fee-tables/${version}/approval`);
  }

  async #admit(
    participant: { participantNo: string; name: string; kind: string; industry?: number; cityCode?: string },
    role: string,
    person: string,
  ): Promise<string> {
    const account = {
      accountNo: `6222${participant.participantNo.replaceAll(/\D/g, '').padStart(15, '0')}`,
      bankLineNo: '105458000018',
      accountName: participant.name,
    };
    const settlementAccount = participant.kind === 'bank' ? {} : { settlementAccount: account };
    await this.office.post('platform', '/v1/participants', { json: { ...participant, ...settlementAccount } });
    const path = `/v1/partners/${participant.participantNo}/credentials`;
    const { token } = await this.office.post<{ token: string }>('platform', path, { json: { roles: [role] } });
    this.office.admit(person, token);
    return token;
  }

  /** Admits the centre: what it shows us, and what it signs with for us. */
  async admitCentre(): Promise<{ token: string; signer: Signer; caPem: string }> {
    const token = await this.#admit(
      { participantNo: CENTRE_PARTICIPANT, name: 'Test centre 测试清算中心', kind: 'city', cityCode: CENTRE },
      'city-partner',
      'centre',
    );
    const { privateKeyPem, requestPem } = createCertificateRequest(CENTRE);
    const { certificatePem, caPem } = await this.office.post<{ certificatePem: string; caPem: string }>(
      'platform',
      '/v1/certificates',
      { json: { csrPem: requestPem, cn: CENTRE, kind: 'city' } },
    );
    return { token, signer: { certificatePem, privateKeyPem }, caPem };
  }

  /** Admits a neighbour that fetches and brings its files itself; what it signs with. */
  async admitNeighbour(code: string): Promise<Signer> {
    const name = `Test city ${code} 测试邻市`;
    await this.#admit(
      { participantNo: `inter-${code}`, name, kind: 'city', cityCode: code },
      'city-partner',
      `city ${code}`,
    );
    const { privateKeyPem, requestPem } = createCertificateRequest(code);
    const { certificatePem } = await this.office.post<{ certificatePem: string }>('platform', '/v1/certificates', {
      json: { csrPem: requestPem, cn: code, kind: 'city' },
    });
    return { certificatePem, privateKeyPem };
  }

  /** Waits until everything that came in was judged. */
  async judged(): Promise<void> {
    await this.#order({ wake: true });
    await nothingReceived(this.office, await this.openDate());
  }

  /** From now on the day is moved on whenever it can be, until it is closed. */
  async ending(date: string): Promise<void> {
    await this.#order({ end: date });
  }

  /** Waits until the day was cut off: what comes now is of the next one. */
  async cutOff(date: string): Promise<void> {
    while ((await this.openDate()) === date) await pause(LOOK_MS);
  }

  /** The open business day. */
  async openDate(): Promise<string> {
    const { days } = await this.office.get<{ days: { date: string; state: string }[] }>(
      'finance-maker',
      '/v1/clearing-days',
    );
    const open = days.find(({ state }) => state === 'open');
    if (open === undefined) throw new Error(`city ${this.code} has no open day`);
    return open.date;
  }

  /** Two persons agree with another city: its files go through the centre, which settles for it. */
  async agreeWith(other: TestCity, deliverTo: string): Promise<void> {
    const { office } = this;
    await this.#admit(
      {
        participantNo: `inter-${other.code}`,
        name: `Test city ${other.code} 测试邻市`,
        kind: 'city',
        cityCode: other.code,
      },
      'city-partner',
      `city ${other.code}`,
    );
    const { csrPem } = await office.post<{ csrPem: string }>('platform', '/v1/city-certificate-request');
    const { certificatePem } = await other.office.post<{ certificatePem: string }>('platform', '/v1/certificates', {
      json: { csrPem, cn: this.code, kind: 'city' },
    });
    await office.put('platform', `/v1/cities/${other.code}/certificate`, { json: { certificatePem } });
    const terms = {
      through: CENTRE,
      settlement: 'centre',
      answerDays: 1,
      issuerShareMillionths: ISSUER_SHARE_MILLIONTHS,
    };
    const json = { deliverTo, ...terms };
    const path = `/v1/cities/${other.code}/agreement`;
    const { approvalId } = await office.post<{ approvalId: number }>('platform', path, { json });
    await office.post('platform-2', `${path}/${approvalId}`, { json });
  }

  /** Cards of this city with money on them, in the books and on the chips. */
  async issue(count: number, loadFen: number): Promise<VirtualCard[]> {
    const numbers = Array.from({ length: count }, () => cardNumber(this.code, '99', (this.#cards += 1)));
    await this.#order({ agent: this.agent, cards: numbers.map((cardNo) => ({ cardNo, loadFen })) });
    return numbers.map((cardNo) => {
      const identity: CardIdentity = { cardNo, cityCode: this.code, start: '20250101', expiry: '20991231' };
      const keys = deriveCardKeys(rootsOf(this.code), identity);
      const card = new VirtualCard({ transportKey: CHIP_KEY });
      personaliseCard(card, CHIP_KEY, identity, keys);
      card.powerOn();
      loadByIssuer(card, {
        loadKey: keys.load,
        amountFen: loadFen,
        samNo: `${this.code}01000002`,
        moment: momentOf(new Date()),
      });
      return card;
    });
  }

  /** A ride in this city; the record, or undefined when the card refused. */
  ride(card: VirtualCard, amountFen: number): Buffer | undefined {
    const result = this.#reader?.tap(card, { amountFen });
    const record = result?.records.at(-1);
    return result?.kind === 'paid' && record !== undefined ? encodeRecord(record) : undefined;
  }

  /** The depot uploads what its buses took. */
  async upload(records: readonly Buffer[], date: string): Promise<void> {
    if (records.length === 0 || this.#busSigner === undefined) return;
    this.#files += 1;
    const { name, bytes } = writePurchaseFile({
      ...{ participant: this.bus, businessDate: date.replaceAll('-', ''), sequence: this.#files },
      ...{ created: momentOf(new Date()), records },
    });
    const headers = { 'x-signature': signDetached(bytes, this.#busSigner).toString('base64') };
    const sent = { bytes: { content: bytes, type: 'application/octet-stream' }, headers };
    await this.office.post('bus', `/v1/purchase-files?name=${name}`, sent);
  }
}
