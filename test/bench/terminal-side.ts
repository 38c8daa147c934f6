import { createCipheriv } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { BenchTerminal } from './gateway-city.ts';

/** What the terminals of this process are told to do: one load per card, as a line of JSON; the answer is a line too. */
export interface LoadOrder {
  readonly port: number;
  readonly terminals: readonly BenchTerminal[];
  readonly roots: { readonly dlk: string; readonly dtk: string };
  readonly cards: readonly string[];
  /** Also send the result (0220) of each load. */
  readonly results: boolean;
  /** Loads begun per second whatever the answers do; closed loop when left out. */
  readonly perSecond?: number;
  /** Requests in flight per terminal in a closed loop. */
  readonly window: number;
  readonly batchNo: string;
}

export interface LoadOutcome {
  /** Loads that were done to the end asked for, with a right MAC on every answer looked at. */
  readonly done: number;
  /** Field 39 of everything else, with how often. */
  readonly refused: Readonly<Record<string, number>>;
  /** From the 0200 to its answer, milliseconds, sorted. */
  readonly latencies: readonly number[];
}

/** Terminals and cards by code of their own: frames, MAC1, TAC and X9.19 from the specification, nothing of the product. */

const des3 = (key: Buffer, data: Buffer): Buffer => {
  const cipher = createCipheriv(key.length === 24 ? 'des-ede3-ecb' : 'des-ede-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
};
const tripled = (half: Buffer): Buffer => Buffer.concat([half, half, half]);

/** Single DES CBC over zero-padded data; the last block. */
function desCbc(key: Buffer, data: Buffer): Buffer {
  const padded = Buffer.concat([data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
  const cipher = createCipheriv('des-ede3-cbc', tripled(key), Buffer.alloc(8)).setAutoPadding(false);
  return cipher.update(padded).subarray(-8);
}

/** X9.19: the last block once more under both halves. */
export function x919(mak: Buffer, data: Buffer): Buffer {
  const [left, right] = [mak.subarray(0, 8), mak.subarray(8)];
  const padded = Buffer.concat([data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
  const before = padded.length === 8 ? Buffer.alloc(8) : desCbc(left, padded.subarray(0, -8));
  const last = Buffer.from(padded.subarray(-8).map((byte, at) => byte ^ (before[at] ?? 0)));
  return des3(Buffer.concat([left, right]), last);
}

const cardMac = (key: Buffer, data: Buffer): Buffer =>
  desCbc(key, Buffer.concat([data, Buffer.of(0x80)])).subarray(0, 4);
export const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const u32 = (value: number): Buffer => bytes(value.toString(16).padStart(8, '0'));
const u16 = (value: number): Buffer => bytes(value.toString(16).padStart(4, '0'));

function derive(root: Buffer, factor: Buffer): Buffer {
  return des3(root, Buffer.concat([factor, Buffer.from(factor.map((byte) => ~byte))]));
}

/** Every load, fen. */
export const AMOUNT = 1000;
const CARD_RANDOM = bytes('a1b2c3d4');

/** Length ‖ TPDU ‖ header ‖ MTI ‖ bitmap ‖ fields with X9.19 in field 64. */
function frame(mti: string, fields: ReadonlyMap<number, Buffer>, mak: Buffer): Buffer {
  const bitmap = Buffer.alloc(8);
  for (const field of [...fields.keys(), 64]) {
    const at = (field - 1) >> 3;
    bitmap[at] = (bitmap[at] ?? 0) | (0x80 >> ((field - 1) & 7));
  }
  const ordered = [...fields.entries()].sort(([a], [b]) => a - b).map(([, value]) => value);
  const body = Buffer.concat([bytes(mti), bitmap, ...ordered]);
  const content = Buffer.concat([bytes('6000010000602200000000'), body, x919(mak, body)]);
  return Buffer.concat([u16(content.length), content]);
}

const bcd = (digits: string): Buffer => bytes(digits.length % 2 === 0 ? digits : `0${digits}`);
/** Digits with a length prefix of one byte, filled on the right. */
const llvar = (digits: string): Buffer =>
  Buffer.concat([
    bcd(digits.length.toString().padStart(2, '0')),
    bytes(digits.length % 2 === 0 ? digits : `${digits}0`),
  ]);
const lllBytes = (value: Buffer): Buffer => Buffer.concat([bcd(value.length.toString().padStart(4, '0')), value]);
const lllDigits = (digits: string): Buffer =>
  Buffer.concat([
    bcd(digits.length.toString().padStart(4, '0')),
    bytes(digits.length % 2 === 0 ? digits : `${digits}0`),
  ]);

export interface Card {
  readonly cardNo: string;
  readonly dtk: Buffer;
  readonly terminal: number;
  readonly trace: string;
  readonly request: Buffer;
}

function common(terminal: BenchTerminal, trace: string, batchNo: string): [number, Buffer][] {
  return [
    [11, bcd(trace)],
    [41, Buffer.from(terminal.terminalNo, 'ascii')],
    [42, Buffer.from(terminal.merchantNo, 'ascii')],
    [60, lllDigits(`41${batchNo}000`)],
  ];
}

/** The first load of every card: its frame with MAC1 and MAC, made before any clock starts. */
export function prepare(order: LoadOrder, amountFen = AMOUNT): Card[] {
  const city = bytes('4580ff0000000000');
  const dlk = derive(bytes(order.roots.dlk), city);
  const dtk = derive(bytes(order.roots.dtk), city);
  return order.cards.map((cardNo, index) => {
    const place = index % order.terminals.length;
    const terminal = order.terminals[place]!;
    const factor = bytes(cardNo.slice(-16));
    const session = des3(derive(dlk, factor), Buffer.concat([CARD_RANDOM, u16(0), bytes('8000')]));
    const sam = bytes(terminal.samNo);
    const mac1 = macWith(session, Buffer.concat([u32(0), u32(amountFen), bytes('02'), sam]));
    const trace = (1 + Math.floor(index / order.terminals.length)).toString().padStart(6, '0');
    const payload = Buffer.concat([
      bytes('01'),
      bytes(`0${cardNo}`),
      bytes('0000000000004580'),
      bytes('02010101'),
      u32(0),
      u16(0),
      CARD_RANDOM,
      sam,
      mac1,
    ]);
    const fields = new Map<number, Buffer>([
      ...common(terminal, trace, order.batchNo),
      [2, llvar(cardNo)],
      [3, bcd('630000')],
      [4, bcd(amountFen.toString().padStart(12, '0'))],
      [25, bcd('91')],
      [58, lllBytes(payload)],
    ]);
    return {
      cardNo,
      dtk: derive(dtk, factor),
      terminal: place,
      trace,
      request: frame('0200', fields, bytes(terminal.mak)),
    };
  });
}

/** The session key is single DES of 8 bytes. */
const macWith = cardMac;

/** The result of a load, its TAC over the host's date and time. */
export function resultOf(order: LoadOrder, card: Card, trace: string, answer: Buffer): Buffer {
  const terminal = order.terminals[card.terminal]!;
  // Behind fields 11, 12, 13, 37 and 39: a trace number and a time may look like the head of field 55's block.
  const at = answer.indexOf(bytes('001201'), 21 + 3 + 3 + 2 + 12 + 2) + 3;
  const dateTime = answer.subarray(at, at + 7);
  const key = Buffer.from(card.dtk.subarray(0, 8).map((byte, index) => byte ^ (card.dtk[index + 8] ?? 0)));
  const tac = macWith(
    key,
    Buffer.concat([u32(AMOUNT), u16(0), u32(AMOUNT), bytes('02'), bytes(terminal.samNo), dateTime]),
  );
  const fields = new Map<number, Buffer>([
    ...common(terminal, trace, order.batchNo),
    [2, llvar(card.cardNo)],
    [3, bcd('630000')],
    [4, bcd(AMOUNT.toString().padStart(12, '0'))],
    [58, lllBytes(Buffer.concat([bytes('0100'), tac, u32(AMOUNT), u16(0)]))],
    [61, lllDigits(`${order.batchNo}${card.trace}0000`)],
  ]);
  return frame('0220', fields, bytes(terminal.mak));
}

/** Offsets in an answer behind its length: MTI 11, bitmap 13, fields 21. Field 11 comes first in ours unless field 2 does not. */
export function readAnswer(message: Buffer): { mti: string; trace: string; code: string; body: Buffer; mac: Buffer } {
  const bitmap = message.subarray(13, 21);
  const has = (field: number): boolean => ((bitmap[(field - 1) >> 3] ?? 0) & (0x80 >> ((field - 1) & 7))) !== 0;
  let at = 21;
  const trace = message.toString('hex', at, at + 3);
  at += 3 + (has(12) ? 3 : 0) + (has(13) ? 2 : 0);
  if (has(37)) at += 12;
  const code = message.toString('latin1', at, at + 2);
  const end = message.length - 8;
  return {
    mti: message.toString('hex', 11, 13),
    trace,
    code,
    body: message.subarray(11, end),
    mac: message.subarray(end),
  };
}

export class Link {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);

  constructor(port: number, onFrame: (frame: Buffer) => void) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    // A gateway that goes away is what some tests are about; what was not answered is asked again.
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk: Buffer) => {
      let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const end = 2 + rest.readUInt16BE(0);
        onFrame(rest.subarray(2, end));
        rest = rest.subarray(end);
      }
      this.#rest = rest;
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve).once('error', reject);
    });
  }

  send(frame: Buffer): void {
    this.#socket.write(frame);
  }

  end(): void {
    this.#socket.destroy();
  }
}
