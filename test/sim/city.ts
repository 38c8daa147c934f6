import {
  type CardKeySet,
  command,
  decodeRecord,
  decodeResponse,
  deriveCardKeys,
  encodeRecord,
  freshTerminalMemory,
  personaliseCard,
  personaliseSam,
  type PurchaseRecord,
  readCardFace,
  RECORD_FLAG,
  TapReader,
  Terminal,
  VirtualCard,
  VirtualSam,
} from '@citycard/city-sim';
import { FaultyLine } from './faulty-line.ts';
import type { CityTerminal, Ground } from './ground.ts';

const CHIP_KEY = Buffer.alloc(16, 0x5a);
const TERMINAL_PATIENCE_MS = 350;

/** A purchase as the city outside knows it. */
export interface Tapped {
  readonly cardNo: string;
  readonly counter: number;
  readonly amountFen: number;
  /** Whether the chip has paid: read from its memory, not from what the terminal believes. */
  readonly debited: boolean;
}

export interface SimCard {
  readonly cardNo: string;
  readonly chip: VirtualCard;
  /** Changes of the chip's own balance by loads and by purchases. */
  loadedFen: number;
  paidFen: number;
}

export interface LoadPoint {
  readonly line: FaultyLine;
  terminal: Terminal;
}

export interface Reader {
  readonly line: FaultyLine;
  terminal: Terminal;
  reader: TapReader;
  readonly sam: VirtualSam;
  /** Encoded records that have not been given to store-and-forward. */
  waiting: Buffer[];
  /** Records whose upload was answered 00. */
  readonly acknowledged: Set<string>;
  /** Records that nobody will ever upload. */
  readonly lost: Set<string>;
}

/** Everything outside the product: cards, terminals, readers, and what they remember. */
export class City {
  readonly cards: SimCard[] = [];
  readonly loadPoints: LoadPoint[] = [];
  readonly readers: Reader[] = [];
  readonly taps: Tapped[] = [];
  readonly forged: Buffer[] = [];

  static async open(ground: Ground): Promise<City> {
    const city = new City();
    const { purchase, load, tac } = ground.roots;
    const other = (n: number) => Buffer.alloc(16, 0x11 * n);
    const roots: CardKeySet = {
      purchase,
      load,
      tac,
      cardMaster: other(1),
      maintenance: other(2),
      pinUnblock: other(3),
      pinReload: other(4),
      applicationBlock: other(5),
      applicationUnblock: other(6),
    };
    for (const [n, cardNo] of ground.cards.entries()) {
      const chip = new VirtualCard({ transportKey: CHIP_KEY, serial: serial(n) });
      const identity = { cityCode: '4580', cardNo, start: '20260101', expiry: '20341231', mainType: 1, subType: 0 };
      personaliseCard(chip, CHIP_KEY, identity, deriveCardKeys(roots, identity));
      city.cards.push({ cardNo, chip, loadedFen: 0, paidFen: 0 });
    }
    for (const known of ground.loadTerminals) {
      const line = await FaultyLine.open(0);
      city.loadPoints.push({ line, terminal: terminalOf(known, line) });
    }
    for (const [n, known] of ground.busTerminals.entries()) {
      const line = await FaultyLine.open(0);
      const sam = new VirtualSam({ transportKey: CHIP_KEY, serial: serial(100 + n) });
      personaliseSam(sam, CHIP_KEY, { samNo: known.samNo, rootPurchaseKey: purchase });
      const reader = new TapReader({ sam, industry: 1, clock: () => new Date() });
      const terminal = terminalOf(known, line);
      city.readers.push({ line, terminal, reader, sam, waiting: [], acknowledged: new Set(), lost: new Set() });
    }
    return city;
  }

  get lines(): readonly FaultyLine[] {
    return [...this.loadPoints, ...this.readers].map(({ line }) => line);
  }

  leadTo(port: number): void {
    for (const line of this.lines) {
      line.leadTo(port);
      line.up();
    }
  }

  async close(): Promise<void> {
    for (const { terminal } of [...this.loadPoints, ...this.readers]) await terminal.disconnect();
    await Promise.all(this.lines.map((line) => line.close()));
  }
}

/** What the chip itself says it holds. */
export function chipBalance({ chip }: SimCard): number {
  chip.powerOn();
  if (typeof readCardFace(chip) === 'number') throw new Error('a card does not let itself be read');
  return decodeResponse(chip.transmit(command(0x80, 0x5c, 0x00, 0x02, Buffer.alloc(0), 4))).data.readUInt32BE();
}

/** The terminal of the same place with what its memory keeps, as after a restart. */
export function restarted(terminal: Terminal): Terminal {
  return new Terminal({ ...terminal.settings, memory: structuredClone(terminal.memory) });
}

function terminalOf({ terminalNo, merchantNo, samNo, mak }: CityTerminal, line: FaultyLine): Terminal {
  return new Terminal({
    address: { host: '127.0.0.1', port: line.port },
    terminalNo,
    merchantNo,
    samNo,
    masterKey: Buffer.alloc(16),
    macAlgorithm: 'x9.19',
    memory: { ...freshTerminalMemory(), mak },
    timeoutMs: TERMINAL_PATIENCE_MS,
  });
}

function serial(n: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(n + 1, 4);
  return bytes;
}

/** One purchase as its record tells it apart from every other. */
export const keyOfRecord = ({ applicationSerial, counter }: PurchaseRecord): string =>
  `${applicationSerial.slice(1)} ${counter}`;

/** A record that no card has made: right in form, with a TAC out of the air. `like` is a true one of some card. */
export function forgedRecord(like: Buffer, counter: number, amountFen: number): Buffer {
  const record = decodeRecord(like);
  return encodeRecord({
    ...record,
    flag: RECORD_FLAG.complete,
    counter,
    amountFen,
    tac: Buffer.from('f04ce1d0', 'hex'),
  });
}
