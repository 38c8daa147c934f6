import { readFileSync } from 'node:fs';
import { publishedKey, TEST_IDENTITY, type TerminalSettings } from '@citycard/citycard';
import {
  deriveCardKeys,
  encodeRecord,
  freshTerminalMemory,
  type HostAddress,
  personaliseCard,
  personaliseSam,
  type PurchaseRecord,
  TapReader,
  Terminal,
  VirtualCard,
  VirtualSam,
} from '@citycard/city-sim';

const CHIP_KEY = Buffer.from('54'.repeat(8) + '45'.repeat(8), 'hex');
/** A port where nobody listens. */
const NOBODY = 1;
const BILL = { biller: 'TEST', customer: 'ACCEPTANCE', reference: 'TEST-BILL-1' } as const;

/** Cards 1 to 9 of the test: 19 digits, the last the Luhn digit. */
export function testCardNo(number: number): string {
  const body = `310458099000000${String(number).padStart(3, '0')}`;
  let sum = 0;
  for (const [at, digit] of [...body].reverse().entries()) {
    const doubled = Number(digit) * (at % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${body}${(10 - (sum % 10)) % 10}`;
}

export const HOT_CARD = testCardNo(900);

/** A test card made with the published roots. */
export function testCard(cardNo: string): VirtualCard {
  const card = new VirtualCard({ transportKey: CHIP_KEY, serial: Buffer.from(cardNo.slice(-16), 'hex') });
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
  const identity = { cityCode: '4580', cardNo, start: '20260101', expiry: '20341231', mainType: 1, subType: 0 };
  personaliseCard(card, CHIP_KEY, identity, deriveCardKeys(roots, identity));
  return card;
}

/** How a terminal of the simulator may be broken, each in one way. */
export interface Breakage {
  /** Changes a record before it is stored. */
  record?(record: Buffer): Buffer;
  /** On a link over TLS: the key of a terminal that brought a request, or the certificate of another terminal. */
  readonly keyPem?: string;
  readonly showsOther?: boolean;
  /** In place of what the terminal does when the case asks for it. */
  readonly acts?: Readonly<Record<string, (rig: SimulatedTerminal, turn: number) => Promise<unknown>>>;
}

/** A terminal of the simulator with a reader, a SAM and cards, and hands that do what the kit asks for. */
export class SimulatedTerminal {
  terminal: Terminal;
  readonly #settings: TerminalSettings;
  readonly #reader: TapReader;
  readonly #breakage: Breakage;
  #cards = 0;
  /** Where the terminal that is switched on finds its host; one without power finds nobody. */
  #line: { host: string; port: number; tls?: NonNullable<HostAddress['tls']> };

  constructor(settings: TerminalSettings, breakage: Breakage = {}) {
    this.#settings = settings;
    this.#breakage = breakage;
    this.#line = this.#address();
    this.terminal = this.#switchedOn(freshTerminalMemory());
    const sam = new VirtualSam({ transportKey: CHIP_KEY, serial: Buffer.from('0000000000000901', 'hex') });
    personaliseSam(sam, CHIP_KEY, { samNo: settings.samNo, rootPurchaseKey: publishedKey('DPK') });
    this.#reader = new TapReader({
      sam,
      industry: 1,
      clock: () => new Date(),
      hotlist: () => this.terminal.hotlist,
    });
  }

  #switchedOn(memory: Terminal['memory']): Terminal {
    const { macAlgorithm } = this.#settings;
    this.#line = this.#address();
    return new Terminal({
      address: this.#line,
      ...TEST_IDENTITY,
      masterKey: Buffer.from(this.#settings.terminalMasterKey, 'hex'),
      macAlgorithm,
      memory,
      timeoutMs: 250,
    });
  }

  #address() {
    const { host, port, tls, other } = this.#settings;
    const files = this.#breakage.showsOther === true ? other.tls : tls;
    if (files === undefined) return { host, port };
    const [certificatePem, caPem] = [readFileSync(files.certificateFile, 'utf8'), readFileSync(files.caFile, 'utf8')];
    const privateKeyPem = this.#breakage.keyPem ?? readFileSync(files.keyFile ?? '', 'utf8');
    return { host, port, tls: { certificatePem, caPem, privateKeyPem } };
  }

  /** The power goes and comes back: what memory kept is there. */
  async restart(): Promise<void> {
    // A copy: what the old one still had in hand when it lost its power is nothing to the new one.
    const memory = structuredClone(this.terminal.memory);
    this.#line.port = NOBODY;
    await this.terminal.disconnect();
    this.terminal = this.#switchedOn(memory);
  }

  /** Another terminal of the same merchant. */
  otherTerminal(): Terminal {
    const { host, port, terminalNo, samNo } = this.#settings.other;
    return new Terminal({
      ...this.terminal.settings,
      ...{ address: { host, port }, terminalNo, samNo, memory: freshTerminalMemory() },
    });
  }

  freshCard(cardNo = testCardNo((this.#cards += 1))): VirtualCard {
    return testCard(cardNo);
  }

  /** A tap for nothing: fresh cards are empty, and a free ride has a TAC as any other. */
  tap(card = this.freshCard()): readonly PurchaseRecord[] {
    return this.#reader.tap(card, { amountFen: 0 }).records;
  }

  /** The card leaves in the middle of the debit. */
  tear(card: VirtualCard): void {
    let writes = 0;
    // The debit is the last command of a tap: the power goes at its answer.
    const torn = {
      transmit(apdu: Buffer): Buffer {
        const answer = card.transmit(apdu);
        if (apdu[1] === 0x54) {
          writes += 1;
          card.powerOff();
          return card.transmit(apdu);
        }
        return answer;
      },
    };
    this.#reader.tap(torn, { amountFen: 0 });
    if (writes !== 1) throw new Error('the tap did not come to its debit');
  }

  giveUpTorn(): PurchaseRecord[] {
    const gray = this.#reader.giveUp();
    return gray === undefined ? [] : [gray];
  }

  async upload(records: readonly PurchaseRecord[]): Promise<void> {
    const { record: change = (raw: Buffer) => raw } = this.#breakage;
    await this.terminal.upload(records.map((record) => change(encodeRecord(record))));
    await this.deliver();
  }

  /** Store-and-forward goes on until everything is answered. */
  async deliver(): Promise<void> {
    for (let times = 0; times < 20 && this.terminal.memory.forward.length > 0; times += 1) {
      await this.terminal.flush();
    }
  }

  async load(card: VirtualCard = this.freshCard()): Promise<string> {
    const outcome = await this.terminal.load(card, { amountFen: 1000 });
    await this.deliver();
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  }

  /** A card that leaves while it is being credited. */
  loadTorn(card: VirtualCard): Promise<unknown> {
    const torn = {
      transmit(apdu: Buffer): Buffer {
        if (apdu[1] === 0x52) card.powerOff();
        return card.transmit(apdu);
      },
    };
    return this.terminal.load(torn, { amountFen: 1000 });
  }

  /** Does what the kit asks in a case; `turn` counts the sentences of the case from 0. */
  async act(id: string, turn: number): Promise<void> {
    const broken = this.#breakage.acts?.[id];
    if (broken !== undefined) await broken(this, turn);
    else await ACTS[id]?.(this, turn);
  }
}

const loadsTwice = async (rig: SimulatedTerminal) => {
  await rig.load();
  await rig.load();
};

/** What hands and software of a good terminal do in each case. */
const ACTS: Readonly<Record<string, (rig: SimulatedTerminal, turn: number) => Promise<unknown>>> = {
  'sign-on': async ({ terminal }) => {
    await terminal.signOn();
    await terminal.echo();
  },
  'wrong-check-value': async ({ terminal }) => {
    await terminal.signOn().catch(() => terminal.signOn());
    await terminal.echo();
  },
  'key-change': async ({ terminal }) => {
    await terminal.echo();
    await terminal.signOn();
    await terminal.echo();
  },
  'mac-refused': async ({ terminal }) => {
    const echo = await terminal.echo();
    if (echo.kind === 'answered' && echo.code === 'A0') await terminal.signOn();
    await terminal.echo();
  },
  'torn-answers': async ({ terminal }) => {
    for (let times = 0; times < 3; times += 1) await terminal.echo();
  },
  'sign-off': ({ terminal }) => terminal.signOff(),
  parameters: ({ terminal }) => terminal.fetchParameters(),
  hotlist: ({ terminal }) => terminal.fetchHotlist(),
  'hotlist-torn': async ({ terminal }) => {
    for (let times = 0; times < 3; times += 1) {
      if ((await terminal.fetchHotlist()).kind === 'answered') return;
    }
  },
  'hotlisted-card': (rig) => rig.upload(rig.tap(rig.freshCard(HOT_CARD))),
  load: (rig) => rig.load(),
  'load-torn-answer': (rig) => rig.load(),
  'load-answer-lost': (rig) => rig.load(),
  'load-half-answer': (rig) => rig.load(),
  'load-wrong-mac': (rig) => rig.load(),
  'load-reversal': (rig) => rig.load(),
  'load-result-lost': (rig) => rig.load(),
  'load-torn-card': async (rig) => {
    await rig.loadTorn(rig.freshCard());
    await rig.terminal.declareUnknown();
  },
  'load-recovered': async (rig) => {
    const card = rig.freshCard();
    await rig.loadTorn(card);
    card.powerOn();
    await rig.terminal.recoverLoad(card);
  },
  'load-refused': (rig) => rig.load(),
  'load-busy': (rig) => rig.load(),
  'load-proof': async (rig) => {
    const [card, other] = [rig.freshCard(), rig.otherTerminal()];
    await other.signOn();
    await other.load(card, { amountFen: 1000, holdResult: true });
    await other.disconnect();
    await rig.terminal.proveLoad(card);
    await rig.deliver();
  },
  'load-trace-used': loadsTwice,
  'load-batch-behind': async (rig) => {
    const { terminal } = rig;
    if ((await rig.load()) === '77') {
      await terminal.signOn();
      terminal.memory.batch += 1;
    }
    await rig.load();
  },
  upload: async (rig) => {
    for (let times = 0; times < 3; times += 1) await rig.upload(rig.tap());
  },
  'upload-answer-lost': (rig) => rig.upload(rig.tap()),
  'upload-undecided': (rig) => rig.upload(rig.tap()),
  'upload-after-restart': async (rig, turn) => {
    if (turn === 0) return rig.terminal.upload(rig.tap().map(encodeRecord));
    await rig.restart();
    await rig.terminal.signOn();
    return rig.deliver();
  },
  'torn-tap': async (rig) => {
    rig.tear(rig.freshCard());
    await rig.upload(rig.giveUpTorn());
  },
  'recovered-tap': async (rig) => {
    const card = rig.freshCard();
    rig.tear(card);
    card.powerOn();
    await rig.upload(rig.tap(card));
  },
  batch: async (rig) => {
    await rig.terminal.settleBatch();
    await rig.upload(rig.tap());
  },
  'batch-differs': async (rig) => {
    await rig.terminal.settleBatch();
    await rig.upload(rig.tap());
  },
  bill: async (rig) => {
    await rig.terminal.enquireBills(BILL.biller, BILL.customer);
    await payBill(rig);
  },
  'bill-answer-lost': (rig) => payBill(rig),
};

async function payBill(rig: SimulatedTerminal): Promise<void> {
  const [record] = rig.tap();
  if (record === undefined) throw new Error('the tap gave no record');
  await rig.terminal.payBill(encodeRecord(record), BILL);
  await rig.deliver();
}
