import { unsigned, unsigned64 } from '../bytes/integers.ts';
import { bytesOf } from '../iso8583/message.ts';
import { RECORD_FLAG, RECORD_LENGTH } from '../purchase/record.ts';
import { totalOf } from '../purchase/purchase-file.ts';
import type { Answer, TerminalLine } from './line.ts';
import { countAnswered, storeMessage, totalsOf, type StoredMessage } from './memory.ts';

/** Records that fit into one 0320. */
const RECORDS_PER_UPLOAD = 15;

/** Codes after which the same message is sent again later: nothing was decided. */
const NOT_DECIDED = ['68', '90', '96', '97', '98', 'A0'];

/** What became of a stored message. */
export interface Forwarded {
  readonly stored: StoredMessage;
  readonly answer: Answer;
}

/** Message 11: puts purchase records (64 bytes each) into store-and-forward, at most 15 to a message. `flush` sends them. */
export function storeUploads(line: TerminalLine, records: readonly Buffer[]): void {
  for (let at = 0; at < records.length; at += RECORDS_PER_UPLOAD) {
    line.memory.forward.push(composeUpload(line, records.slice(at, at + RECORDS_PER_UPLOAD)));
  }
}

/** One 0320 with its own trace number; `storeUploads` is the honest way, this one also serves to send records twice. */
export function composeUpload(line: TerminalLine, records: readonly Buffer[]): StoredMessage {
  const request = line.compose('0320', '36', '201', {
    3: '000000',
    48: Buffer.concat([unsigned(records.length, 2), unsigned64(totalOf(records))]),
    62: Buffer.concat(records),
  });
  return storeMessage('upload', request, countPurchases(records));
}

function countPurchases(records: readonly Buffer[]): StoredMessage['counts'] {
  const counted = records.filter((record) => ((record[1] ?? 0) & 0x0f) !== RECORD_FLAG.locked);
  return { kind: 'purchases', number: counted.length, amountFen: Number(totalOf(counted)) };
}

/**
 * Sends what store-and-forward holds, in order, until it is empty or something stays undecided. A message leaves it only
 * when it is answered; a final refusal is kept apart for a person.
 */
export async function flush(line: TerminalLine): Promise<Forwarded[]> {
  const done: Forwarded[] = [];
  for (;;) {
    const stored = line.memory.forward[0];
    if (!stored) return done;
    const answer = await line.exchangeStored(stored);
    done.push({ stored, answer });
    if (answer.kind !== 'answered' || NOT_DECIDED.includes(answer.code)) return done;
    line.memory.forward = line.memory.forward.filter((other) => other !== stored);
    if (answer.code === '00') countAnswered(line.memory, stored);
    else if (stored.purpose !== 'reversal' || !['12', '25'].includes(answer.code)) {
      line.memory.refused.push({ stored, code: answer.code });
    }
  }
}

/** A bill to be paid by purse. */
export interface Bill {
  /** 4 characters */
  readonly biller: string;
  /** Up to 20 characters */
  readonly customer: string;
  /** Up to 16 characters */
  readonly reference: string;
}

/** Message 12: one purchase record pays one bill. Stored first; `flush` repeats it until the biller has decided. */
export async function payBill(
  line: TerminalLine,
  record: Buffer,
  bill: Bill,
): Promise<Answer & { receipt?: string; token?: string }> {
  const amount = record.subarray(26, 30).readUInt32BE();
  const request = line.compose('0220', '36', '000', {
    3: '500000',
    4: String(amount).padStart(12, '0'),
    62: Buffer.concat([
      record.subarray(0, RECORD_LENGTH),
      fixed(bill.biller, 4),
      fixed(bill.customer, 20),
      fixed(bill.reference, 16),
    ]),
  });
  const answer = await forward(line, storeMessage('bill', request, countPurchases([record])));
  return answer.kind === 'answered' ? { ...answer, ...readReceipt(answer) } : answer;
}

/** Receipt and meter token of an answer to message 12; empty texts when the biller refused or nothing was answered. */
export function readReceipt(answer: Answer): { receipt: string; token: string } {
  const field = answer.kind === 'answered' ? bytesOf(answer.message, 62).toString('latin1') : '';
  return { receipt: field.slice(0, 16).trim(), token: field.slice(16, 36).trim() };
}

/** One bill as message 13 lists it. */
export interface BillDue {
  readonly reference: string;
  readonly dueFen: number;
  /** YYYYMMDD */
  readonly dueDate: string;
  /** 20 bytes of GB 18030 */
  readonly text: Buffer;
}

/** Message 13. */
export async function enquireBills(
  line: TerminalLine,
  biller: string,
  customer: string,
): Promise<Answer & { bills?: BillDue[] }> {
  const enquiry = Buffer.concat([fixed(biller, 4), fixed(customer, 20)]);
  const answer = await line.exchange(line.compose('0100', '01', '000', { 3: '330000', 62: enquiry }));
  if (answer.kind !== 'answered' || answer.code !== '00') return answer;
  const field = bytesOf(answer.message, 62);
  const bills: BillDue[] = [];
  for (let at = 0; at + 56 <= field.length; at += 56) {
    const text = field.toString('latin1', at, at + 36);
    bills.push({
      reference: text.slice(0, 16).trim(),
      dueFen: Number(text.slice(16, 28)),
      dueDate: text.slice(28, 36),
      text: Buffer.from(field.subarray(at + 36, at + 56)),
    });
  }
  return { ...answer, bills };
}

/** Message 14: totals of the current batch; the next batch begins after the answer. `result` 1 equal, 2 differs, 3 error. */
export async function settleBatch(line: TerminalLine): Promise<Answer & { result?: number; hostTotals?: Buffer }> {
  const batch = line.memory.batch;
  const totals = totalsOf(line.memory, batch);
  const mine = Buffer.concat([
    unsigned64(BigInt(totals.loadsFen)),
    unsigned(totals.loads, 4),
    unsigned64(BigInt(totals.purchasesFen)),
    unsigned(totals.purchases, 4),
  ]);
  const answer = await line.exchange(line.compose('0500', '00', '201', { 48: mine }));
  if (answer.kind !== 'answered' || answer.code !== '00') return answer;
  line.memory.batch = batch >= 999_999 ? 1 : batch + 1;
  const field = bytesOf(answer.message, 48);
  return { ...answer, result: field[24] ?? 3, hostTotals: field.subarray(0, 24) };
}

/** Message 15: how many records went up in a batch (default: the current one). Stored and repeated like an upload. */
export async function endUpload(line: TerminalLine, count: number, batch = line.memory.batch): Promise<Answer> {
  const request = line.compose('0320', '00', '207', { 48: unsigned(count, 4) }, { batch });
  return forward(line, storeMessage('upload', request));
}

/** Puts a message behind all that waits, sends, and tells what became of this one. */
async function forward(line: TerminalLine, stored: StoredMessage): Promise<Answer> {
  line.memory.forward.push(stored);
  const outcome = (await flush(line)).find((forwarded) => forwarded.stored === stored);
  return outcome?.answer ?? { kind: 'unanswered', reason: 'timeout' };
}

/** Message 6: ledger and available balance of a card, in fen. */
export async function enquireBalance(
  line: TerminalLine,
  cardNo: string,
): Promise<Answer & { ledgerFen?: number; availableFen?: number }> {
  const answer = await line.exchange(line.compose('0200', '01', '000', { 2: cardNo, 3: '310000' }));
  if (answer.kind !== 'answered' || answer.code !== '00') return answer;
  const field54 = answer.message.fields.get(54);
  const text = typeof field54 === 'string' ? field54 : '';
  return { ...answer, ledgerFen: Number(text.slice(8, 20)), availableFen: Number(text.slice(28, 40)) };
}

function fixed(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length, ' ');
  if (Buffer.byteLength(text, 'latin1') > length) throw new RangeError(`"${text}" has more than ${length} characters`);
  bytes.write(text, 'latin1');
  return bytes;
}
