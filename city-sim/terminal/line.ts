import { TerminalNotReady } from '../errors.ts';
import { messageMac, type MacAlgorithm } from '../iso8583/mac.ts';
import { bytesOf, encodeMessage, message, textOf, type FieldValue, type Message } from '../iso8583/message.ts';
import { HostLink, type HostAddress } from './link.ts';
import { restoreMessage, type StoredMessage, type TerminalMemory } from './memory.ts';

/** Who a terminal is and how it behaves. */
export interface TerminalSettings {
  readonly address: HostAddress;
  /** 8 characters */
  readonly terminalNo: string;
  /** 15 characters */
  readonly merchantNo: string;
  /** 12 digits */
  readonly samNo: string;
  /** 16 bytes */
  readonly masterKey: Buffer;
  readonly macAlgorithm: MacAlgorithm;
  readonly memory: TerminalMemory;
  /** Default 10 000. */
  readonly timeoutMs?: number;
  /** How often an unanswered request is sent again with identical content before the terminal gives up. Default 1. */
  readonly repeats?: number;
}

/** What came of a request. `bad-mac`: an answer came whose field 64 is wrong or missing. */
export type Answer =
  | { readonly kind: 'answered'; readonly code: string; readonly message: Message }
  | { readonly kind: 'bad-mac'; readonly code: string; readonly message: Message }
  | { readonly kind: 'unanswered'; readonly reason: 'timeout' | 'link-closed' };

const DEFAULT_TIMEOUT_MS = 10_000;
const TPDU = '6000080000';
const HEADER = '620000000000';

/** The line of one terminal: link, numbers, MAC and the ways in which all this may be made to fail. */
export class TerminalLine {
  readonly settings: TerminalSettings;
  readonly memory: TerminalMemory;
  #link: HostLink | undefined;
  #answersToLose = 0;
  #macsToSpoil = 0;

  constructor(settings: TerminalSettings) {
    this.settings = settings;
    this.memory = settings.memory;
  }

  /** The open link; opens one when there is none. Throws LinkClosed when the host cannot be reached. */
  async link(): Promise<HostLink> {
    if (!this.#link?.open) this.#link = await HostLink.open(this.settings.address);
    return this.#link;
  }

  /** Hangs up. */
  async disconnect(): Promise<void> {
    await this.#link?.close();
    this.#link = undefined;
  }

  /** The next `count` answers are lost on the way: their requests time out at once. */
  loseNextAnswers(count = 1): void {
    this.#answersToLose = count;
  }

  /** The next `count` messages carry a wrong field 64. */
  spoilNextMacs(count = 1): void {
    this.#macsToSpoil = count;
  }

  /** Takes the next trace number. */
  nextTrace(): number {
    this.memory.trace = this.memory.trace >= 999_999 ? 1 : this.memory.trace + 1;
    return this.memory.trace;
  }

  /** A request of this terminal with its own 11, 41, 42 and 60; further fields as given. */
  compose(
    mti: string,
    transactionClass: string,
    management: string,
    fields: Readonly<Record<number, FieldValue | undefined>> = {},
    numbers: { batch?: number; trace?: number } = {},
  ): Message {
    const batch = String(numbers.batch ?? this.memory.batch).padStart(6, '0');
    return message(mti, {
      ...fields,
      11: String(numbers.trace ?? this.nextTrace()).padStart(6, '0'),
      41: this.settings.terminalNo,
      42: this.settings.merchantNo,
      60: `${transactionClass}${batch}${management}`,
    });
  }

  /** Sends a request with field 64 under the MAK in force; repeats it with identical content while no answer comes. */
  async exchange(request: Message, options: { repeats?: number; withoutMac?: boolean } = {}): Promise<Answer> {
    let answer = await this.#once(request, options.withoutMac ?? false);
    for (
      let left = options.repeats ?? this.settings.repeats ?? 1;
      left > 0 && answer.kind === 'unanswered';
      left -= 1
    ) {
      answer = await this.#once(request, options.withoutMac ?? false);
    }
    return answer;
  }

  /** Sends what memory keeps. */
  async exchangeStored(stored: StoredMessage): Promise<Answer> {
    return this.exchange(restoreMessage(stored));
  }

  /** The bytes from MTI to field 64 as this terminal would send them. */
  encodeWithMac(request: Message): Buffer {
    const mak = this.#mak();
    const body = encodeMessage({ ...request, fields: new Map([...request.fields, [64, Buffer.alloc(8)]]) });
    const mac = messageMac(this.settings.macAlgorithm, mak, body.subarray(0, body.length - 8));
    if (this.#macsToSpoil > 0) {
      this.#macsToSpoil -= 1;
      mac[7] = (mac[7] ?? 0) ^ 0x01;
    }
    mac.copy(body, body.length - 8);
    return body;
  }

  async #once(request: Message, withoutMac: boolean): Promise<Answer> {
    const mak = withoutMac ? undefined : this.#mak();
    const body = withoutMac ? encodeMessage(request) : this.encodeWithMac(request);
    const link = await this.link();
    if (this.#answersToLose > 0) {
      this.#answersToLose -= 1;
      link.loseNextAnswers(1);
    }
    const timeoutMs = this.settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const received = await link.request(TPDU, HEADER, request, body, timeoutMs);
    if (typeof received === 'string') return { kind: 'unanswered', reason: received };
    const code = textOf(received.message, 39);
    const kind = macAccepted(this.settings.macAlgorithm, mak, received.frame.body, received.message, code);
    return { kind, code, message: received.message };
  }

  #mak(): Buffer {
    if (this.memory.mak === undefined) throw new TerminalNotReady('The terminal has no working key; sign on first.');
    return Buffer.from(this.memory.mak, 'hex');
  }
}

/** An answer is right under the MAK of its request. 97 carries no MAC; A0 and 97 only make the terminal sign on again. */
function macAccepted(
  algorithm: MacAlgorithm,
  mak: Buffer | undefined,
  body: Buffer,
  answer: Message,
  code: string,
): 'answered' | 'bad-mac' {
  if (!mak || code === '97' || code === 'A0') return 'answered';
  const mac = bytesOf(answer, 64);
  const expected = messageMac(algorithm, mak, body.subarray(0, body.length - 8));
  return mac.equals(expected) ? 'answered' : 'bad-mac';
}
