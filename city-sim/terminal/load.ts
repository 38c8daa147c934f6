import { packDigits } from '../bytes/bcd.ts';
import { unsigned } from '../bytes/integers.ts';
import { command, decodeResponse, type Response } from '../chip/apdu.ts';
import { SW } from '../chip/status-words.ts';
import { ChipWithoutPower } from '../errors.ts';
import { bytesOf, textOf } from '../iso8583/message.ts';
import { readCardFace, type CardFace } from '../purchase/card-face.ts';
import { flush, type Forwarded } from './forwarding.ts';
import type { Answer, TerminalLine } from './line.ts';
import { storeMessage, type OpenLoad } from './memory.ts';

interface Transmitter {
  transmit(apdu: Buffer): Buffer;
}

/** How a card is to be loaded. */
export interface LoadOrder {
  readonly amountFen: number;
  /** `cash` is message 7, `bound-account` message 8. */
  readonly from?: 'cash' | 'bound-account';
  /** PIN block and security control for message 8. */
  readonly pin?: { readonly block: Buffer; readonly control: string };
  /** Leaves result or reversal in store-and-forward instead of sending it at once. */
  readonly holdResult?: boolean;
}

/** How a load ended at the terminal. What the host says to result or reversal stands in `forwarded`. */
export type LoadOutcome =
  | {
      readonly kind: 'credited';
      readonly tac: Buffer;
      readonly balanceAfterFen: number;
      readonly forwarded: Forwarded[];
    }
  /** The host refused; nothing is open. */
  | { readonly kind: 'refused'; readonly code: string; readonly answer: Answer }
  /** The card refused INITIALIZE or could not be read. */
  | { readonly kind: 'card-refused'; readonly sw: number }
  /** No usable answer: a reversal goes out. */
  | { readonly kind: 'reversed'; readonly reason: '98' | 'A0' | '06'; readonly forwarded: Forwarded[] }
  /** The card refused CREDIT: result 01 goes out. */
  | { readonly kind: 'not-credited'; readonly sw: number; readonly forwarded: Forwarded[] }
  /** The card left the field: `recoverLoad` with the card or `declareUnknown` settles it. */
  | { readonly kind: 'torn' };

const REQUEST_KINDS = {
  cash: { processingCode: '630000', transactionClass: '41' },
  'bound-account': { processingCode: '600000', transactionClass: '40' },
} as const;

/** The host could not finish in time and wants the same message again. */
const BUSY = '68';
const BUSY_REPEATS = 3;

/** Messages 7 and 8 with a card: INITIALIZE, 0200, CREDIT, and result 0220 or reversal 0400 by store-and-forward. */
export async function loadCard(line: TerminalLine, card: Transmitter, order: LoadOrder): Promise<LoadOutcome> {
  const request = startOnCard(line, card, order);
  if ('kind' in request) return request;
  const { face, init } = request;
  const kind = REQUEST_KINDS[order.from ?? 'cash'];
  const trace = line.nextTrace();
  const open: OpenLoad = {
    state: 'requested',
    applicationSerial: face.applicationSerial,
    amountFen: order.amountFen,
    balanceBeforeFen: init.readUInt32BE(0),
    counterBefore: init.readUInt16BE(4),
    ...kind,
    batch: line.memory.batch,
    trace,
    date: '0000',
  };
  line.memory.openLoads.push(open);
  const message = line.compose(
    '0200',
    kind.transactionClass,
    '000',
    {
      2: face.cardNo,
      3: kind.processingCode,
      4: digits12(order.amountFen),
      25: '91',
      52: order.pin?.block,
      53: order.pin?.control,
      58: requestField(line, face, init),
    },
    { trace },
  );
  let answer = await line.exchange(message);
  for (let left = BUSY_REPEATS; left > 0 && answer.kind === 'answered' && answer.code === BUSY; left -= 1) {
    answer = await line.exchange(message);
  }
  if (answer.kind !== 'answered') {
    const reason = answer.kind === 'bad-mac' ? 'A0' : '98';
    return { kind: 'reversed', reason, forwarded: await reverse(line, open, reason, order) };
  }
  // What the host was too busy for it may have opened all the same.
  if (answer.code === BUSY)
    return { kind: 'reversed', reason: '98', forwarded: await reverse(line, open, '98', order) };
  if (answer.code !== '00') {
    closeLoad(line, open);
    return { kind: 'refused', code: answer.code, answer };
  }
  const field58 = bytesOf(answer.message, 58);
  if (field58.length !== 12)
    return { kind: 'reversed', reason: '06', forwarded: await reverse(line, open, '06', order) };
  const answered: OpenLoad = { ...open, state: 'answered', date: textOf(answer.message, 13) || '0000' };
  line.memory.openLoads = line.memory.openLoads.map((other) => (other === open ? answered : other));
  return credit(line, card, answered, field58, order);
}

function startOnCard(
  line: TerminalLine,
  card: Transmitter,
  order: LoadOrder,
): { face: CardFace; init: Buffer } | { kind: 'card-refused'; sw: number } | { kind: 'torn' } {
  try {
    const face = readCardFace(card);
    if (typeof face === 'number') return { kind: 'card-refused', sw: face };
    const init = initialise(line, card, order.amountFen);
    return init.sw === SW.done ? { face, init: init.data } : { kind: 'card-refused', sw: init.sw };
  } catch (error) {
    if (error instanceof ChipWithoutPower) return { kind: 'torn' };
    throw error;
  }
}

function initialise(line: TerminalLine, card: Transmitter, amountFen: number): Response {
  const data = Buffer.concat([Buffer.from([0x01]), unsigned(amountFen, 4), packDigits(line.settings.samNo)]);
  return exchange(card, command(0x80, 0x50, 0x00, 0x02, data, 0x10));
}

/** Field 58 of the request, 43 bytes. */
function requestField(line: TerminalLine, face: CardFace, init: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([0x01]),
    packDigits(face.applicationSerial),
    face.issuerId,
    Buffer.from([0x02, 0x01]),
    init.subarray(6, 8),
    init.subarray(0, 6),
    init.subarray(8, 12),
    packDigits(line.settings.samNo),
    init.subarray(12, 16),
  ]);
}

/** CREDIT FOR LOAD with date, time and MAC2 of the host, then the result. */
async function credit(
  line: TerminalLine,
  card: Transmitter,
  open: OpenLoad,
  field58: Buffer,
  order: LoadOrder,
): Promise<LoadOutcome> {
  let credited: Response;
  try {
    credited = exchange(card, command(0x80, 0x52, 0, 0, field58.subarray(1, 12), 4));
  } catch (error) {
    if (error instanceof ChipWithoutPower) return { kind: 'torn' };
    throw error;
  }
  if (credited.sw !== SW.done) {
    storeResult(line, open, 0x01, Buffer.alloc(4), open.balanceBeforeFen);
    return { kind: 'not-credited', sw: credited.sw, forwarded: await flushUnlessHeld(line, order) };
  }
  const balanceAfterFen = open.balanceBeforeFen + open.amountFen;
  const tac = Buffer.from(credited.data);
  storeResult(line, open, 0x00, tac, balanceAfterFen);
  return { kind: 'credited', tac, balanceAfterFen, forwarded: await flushUnlessHeld(line, order) };
}

/**
 * The torn card is back: asks it for the proof of the open load and stores the result 00 or 01. Answers undefined when
 * no load of this card is open, and `torn` when the card is gone again. `flush` has run.
 */
export async function recoverLoad(
  line: TerminalLine,
  card: Transmitter,
): Promise<{ outcome: 'credited' | 'not-credited' | 'unknown' | 'torn'; forwarded: Forwarded[] } | undefined> {
  try {
    const face = readCardFace(card);
    if (typeof face === 'number') return undefined;
    const open = line.memory.openLoads.find((load) => load.applicationSerial === face.applicationSerial);
    if (!open) return undefined;
    const init = initialise(line, card, 0);
    if (init.sw !== SW.done) return undefined;
    const outcome = settleFromCard(line, card, open, init.data);
    return { outcome, forwarded: await flush(line) };
  } catch (error) {
    if (error instanceof ChipWithoutPower) return { outcome: 'torn', forwarded: [] };
    throw error;
  }
}

function settleFromCard(line: TerminalLine, card: Transmitter, open: OpenLoad, init: Buffer) {
  const balance = init.readUInt32BE(0);
  const counter = init.readUInt16BE(4);
  if (counter === open.counterBefore) {
    storeResult(line, open, 0x01, Buffer.alloc(4), balance);
    return 'not-credited';
  }
  const proof = exchange(card, command(0x80, 0x5a, 0x00, 0x02, unsigned(open.counterBefore + 1, 2), 8));
  const proven = counter === open.counterBefore + 1 && proof.sw === SW.done;
  if (proven)
    storeResult(line, open, 0x00, Buffer.from(proof.data.subarray(4, 8)), open.balanceBeforeFen + open.amountFen);
  else storeResult(line, open, 0x02, Buffer.alloc(4), balance);
  return proven ? 'credited' : 'unknown';
}

/** The card did not come back: result 02 for every open load that was answered, and a reversal for every one that was not. */
export async function declareUnknown(line: TerminalLine): Promise<Forwarded[]> {
  for (const open of [...line.memory.openLoads]) {
    if (open.state === 'requested') storeReversal(line, open, '98');
    else storeResult(line, open, 0x02, Buffer.alloc(4), 0);
  }
  return flush(line);
}

/** After a restart: reverses what was requested and never answered; answered loads wait for their card. `flush` has run. */
export async function resumeAfterRestart(line: TerminalLine): Promise<Forwarded[]> {
  for (const open of line.memory.openLoads.filter(({ state }) => state === 'requested'))
    storeReversal(line, open, '98');
  return flush(line);
}

/**
 * A card proves its last load at any terminal: result 00 without an original (field 61 zeros). Answers undefined when the
 * card has no proof of a load to give.
 */
export async function proveLoad(line: TerminalLine, card: Transmitter): Promise<Forwarded[] | undefined> {
  const face = readCardFace(card);
  if (typeof face === 'number') return undefined;
  const init = initialise(line, card, 0);
  if (init.sw !== SW.done || init.data.readUInt16BE(4) === 0) return undefined;
  const proof = exchange(card, command(0x80, 0x5a, 0x00, 0x02, init.data.subarray(4, 6), 8));
  const log = exchange(card, Buffer.from('00B201C417', 'hex'));
  if (proof.sw !== SW.done || log.sw !== SW.done) return undefined;
  const original = {
    applicationSerial: face.applicationSerial,
    amountFen: log.data.readUInt32BE(5),
    counterBefore: init.data.readUInt16BE(4) - 1,
    ...REQUEST_KINDS.cash,
  };
  const result = resultMessage(
    line,
    original,
    '0'.repeat(16),
    0x00,
    proof.data.subarray(4, 8),
    init.data.readUInt32BE(0),
  );
  line.memory.forward.push(storeMessage('load-result', result));
  return flush(line);
}

type Original = Pick<
  OpenLoad,
  'applicationSerial' | 'amountFen' | 'counterBefore' | 'processingCode' | 'transactionClass'
>;

function resultMessage(
  line: TerminalLine,
  load: Original,
  field61: string,
  outcome: number,
  tac: Buffer,
  balanceAfterFen: number,
  batch = line.memory.batch,
) {
  const field58 = [Buffer.from([0x01, outcome]), tac, unsigned(balanceAfterFen, 4), unsigned(load.counterBefore, 2)];
  const fields = {
    2: load.applicationSerial.slice(1),
    3: load.processingCode,
    4: digits12(load.amountFen),
    58: Buffer.concat(field58),
    61: field61,
  };
  return line.compose('0220', load.transactionClass, '000', fields, { batch });
}

function storeResult(line: TerminalLine, open: OpenLoad, outcome: number, tac: Buffer, balanceAfterFen: number): void {
  const result = resultMessage(line, open, originalField(open), outcome, tac, balanceAfterFen, open.batch);
  const counted = outcome === 0x00;
  const counts = counted
    ? ({ kind: 'loads', number: 1, amountFen: open.amountFen } as const)
    : ({ kind: 'nothing', number: 0, amountFen: 0 } as const);
  line.memory.forward.push(storeMessage('load-result', result, counts));
  closeLoad(line, open);
}

/** Message 10, under batch and trace of the original. */
function storeReversal(line: TerminalLine, open: OpenLoad, reason: '98' | '06' | 'A0'): void {
  const fields = {
    2: open.applicationSerial.slice(1),
    3: open.processingCode,
    4: digits12(open.amountFen),
    39: reason,
    58: undefined,
    61: originalField(open),
  };
  const reversal = line.compose('0400', open.transactionClass, '000', fields, { batch: open.batch, trace: open.trace });
  line.memory.forward.push(storeMessage('reversal', reversal));
  closeLoad(line, open);
}

async function reverse(
  line: TerminalLine,
  open: OpenLoad,
  reason: '98' | '06' | 'A0',
  order: LoadOrder,
): Promise<Forwarded[]> {
  storeReversal(line, open, reason);
  return flushUnlessHeld(line, order);
}

async function flushUnlessHeld(line: TerminalLine, order: LoadOrder): Promise<Forwarded[]> {
  return order.holdResult ? [] : flush(line);
}

function closeLoad(line: TerminalLine, open: OpenLoad): void {
  line.memory.openLoads = line.memory.openLoads.filter((other) => other !== open);
}

/** batch 6 ‖ trace 6 ‖ date 4 */
function originalField(open: OpenLoad): string {
  return `${String(open.batch).padStart(6, '0')}${String(open.trace).padStart(6, '0')}${open.date}`;
}

function digits12(amountFen: number): string {
  return String(amountFen).padStart(12, '0');
}

function exchange(card: Transmitter, apdu: Buffer): Response {
  return decodeResponse(card.transmit(apdu));
}
