import type { Message } from '../iso8583/message.ts';
import {
  composeUpload,
  endUpload,
  enquireBalance,
  enquireBills,
  flush,
  payBill,
  settleBatch,
  storeUploads,
  type Bill,
  type Forwarded,
} from './forwarding.ts';
import { TerminalLine, type Answer, type TerminalSettings } from './line.ts';
import { declareUnknown, loadCard, proveLoad, recoverLoad, resumeAfterRestart, type LoadOrder } from './load.ts';
import type { StoredMessage, TerminalMemory } from './memory.ts';
import { echo, fetchHotlist, fetchParameters, signOff, signOn } from './management.ts';

interface Transmitter {
  transmit(apdu: Buffer): Buffer;
}

/**
 * A terminal on the interface of the city: every message of section 3, store-and-forward that survives a restart
 * (keep `memory`, build a new terminal with it), and misbehaviour on demand.
 */
export class Terminal {
  readonly line: TerminalLine;

  constructor(settings: TerminalSettings) {
    this.line = new TerminalLine(settings);
  }

  get settings(): TerminalSettings {
    return this.line.settings;
  }

  get memory(): TerminalMemory {
    return this.line.memory;
  }

  /** The hotlist in the shape a tap reader takes. */
  get hotlist(): { version: number; has(applicationSerial: string): boolean } {
    const held = new Set(this.memory.hotlist);
    return { version: this.memory.hotlistVersion, has: (applicationSerial) => held.has(applicationSerial) };
  }

  /** Opens the link; any request does so by itself. Throws LinkClosed. */
  async connect(): Promise<void> {
    await this.line.link();
  }

  async disconnect(): Promise<void> {
    await this.line.disconnect();
  }

  async signOn(operator?: string): Promise<Answer> {
    return signOn(this.line, operator);
  }

  async signOff(): Promise<Answer> {
    return signOff(this.line);
  }

  async echo(): Promise<Answer> {
    return echo(this.line);
  }

  async fetchParameters(): Promise<Answer> {
    return fetchParameters(this.line);
  }

  async fetchHotlist(): Promise<Answer> {
    return fetchHotlist(this.line);
  }

  /** Message 6; amounts in fen. */
  async enquireBalance(cardNo: string) {
    return enquireBalance(this.line, cardNo);
  }

  /** Messages 7 to 10 with a card in the reader. */
  async load(card: Transmitter, order: LoadOrder) {
    return loadCard(this.line, card, order);
  }

  /** A torn load whose card is back. */
  async recoverLoad(card: Transmitter) {
    return recoverLoad(this.line, card);
  }

  /** Torn loads whose cards will not come back. */
  async declareUnknown(): Promise<Forwarded[]> {
    return declareUnknown(this.line);
  }

  /** The proof of a load made elsewhere. */
  async proveLoad(card: Transmitter) {
    return proveLoad(this.line, card);
  }

  /** First thing after a restart: reverses what was never answered, sends what is stored. */
  async resumeAfterRestart(): Promise<Forwarded[]> {
    return resumeAfterRestart(this.line);
  }

  /** Message 11: stores records and sends everything that waits. */
  async upload(records: readonly Buffer[]): Promise<Forwarded[]> {
    storeUploads(this.line, records);
    return flush(this.line);
  }

  /** Stores records without sending them. */
  keep(records: readonly Buffer[]): void {
    storeUploads(this.line, records);
  }

  /** Sends everything that waits. */
  async flush(): Promise<Forwarded[]> {
    return flush(this.line);
  }

  async payBill(record: Buffer, bill: Bill) {
    return payBill(this.line, record, bill);
  }

  async enquireBills(biller: string, customer: string) {
    return enquireBills(this.line, biller, customer);
  }

  /** Message 14. */
  async settleBatch() {
    return settleBatch(this.line);
  }

  /** Message 15. */
  async endUpload(count: number, batch?: number): Promise<Answer> {
    return endUpload(this.line, count, batch);
  }

  /** Misbehaviour: records that went up already, under a new trace number and outside the totals. */
  async uploadAgain(records: readonly Buffer[]): Promise<Answer> {
    return this.line.exchangeStored(composeUpload(this.line, records));
  }

  /** Misbehaviour or test: a stored message once more, with identical content. */
  async repeat(stored: StoredMessage): Promise<Answer> {
    return this.line.exchangeStored(stored);
  }

  /** Any request; use `compose` for 11, 41, 42 and 60. */
  async exchange(request: Message, options?: { repeats?: number; withoutMac?: boolean }): Promise<Answer> {
    return this.line.exchange(request, options);
  }

  /** Misbehaviour: the next answers are lost; their requests time out at once. */
  loseNextAnswers(count = 1): void {
    this.line.loseNextAnswers(count);
  }

  /** Misbehaviour: wrong field 64. */
  spoilNextMacs(count = 1): void {
    this.line.spoilNextMacs(count);
  }

  /** Misbehaviour: bytes as they are, framed or not. */
  async sendRaw(bytes: Buffer): Promise<void> {
    (await this.line.link()).sendRaw(bytes);
  }
}
