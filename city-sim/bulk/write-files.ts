import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { momentBytes, momentOf } from '../bytes/moment.ts';
import { luhnDigit } from '../card/default-product.ts';
import { sequenceDigits } from '../purchase/file-header.ts';
import { RECORD_FLAG, RECORD_LENGTH } from '../purchase/record.ts';
import { signDetached, type Signer } from '../purchase/signature.ts';
import { CardTacs } from './card-tac.ts';
import { type BulkDay, BulkPlan, isFunded, SLOT, type Slot, type Tap } from './day.ts';

/** What a back office must make of records, by `state code`. */
export type BulkOutcomes = Record<string, { count: number; fen: number }>;

/** Where and how a company's files are written. */
export interface BulkTarget {
  /** Place of the company in the day's list. */
  readonly operator: number;
  readonly directory: string;
  /** YYYYMMDD, of names and headers. */
  readonly date: string;
  readonly firstSequence: number;
  readonly recordsPerFile: number;
  /** Who signs the files; left out, they have no signature beside them. */
  readonly signer?: Signer;
  /** Beside the files the same records as lines for PostgreSQL's COPY, appended to this file. */
  readonly copyTo?: string;
}

export interface BulkFiles {
  readonly paths: readonly string[];
  readonly records: number;
  readonly outcomes: BulkOutcomes;
}

/** A record may come again when so many were written after it, or at the end of what there is. */
const REMEMBERED = 8_192;
/** Cards with these numbers were never made. */
const UNKNOWN_CARD = 900_000_000;
/** Keys of rows for COPY that would otherwise repeat those of another; out of reach of real ones, and so many for each company. */
const OTHER_COUNTERS = 100_000;
const OTHER_TRANSACTIONS = 0x1_0000_0000;
const ROWS_OF_A_COMPANY = 20_000_000;
const LINES_AT_ONCE = 1_000;

/**
 * Writes the signed `.ccpf` files of one company for a day, and answers what a back office must make of their records.
 * One file is in memory at a time.
 */
export function writeBulkFiles(day: BulkDay, target: BulkTarget): BulkFiles {
  const plan = new BulkPlan(day);
  const taps = plan.tapsOf(target.operator);
  const writer = new RecordWriter(day, target.operator);
  const copy = target.copyTo === undefined ? undefined : openSync(target.copyTo, 'a');
  const paths: string[] = [];
  const count = plan.countOf(target.operator);
  for (let done = 0; done < count; done += target.recordsPerFile) {
    const records = Math.min(target.recordsPerFile, count - done);
    const sequence = target.firstSequence + paths.length;
    paths.push(writeFile(writer, taps, records, { sequence, done }, target, copy));
  }
  if (copy !== undefined) closeSync(copy);
  return { paths, records: count, outcomes: writer.outcomes };
}

function writeFile(
  writer: RecordWriter,
  taps: Iterator<Tap>,
  count: number,
  { sequence, done }: { readonly sequence: number; readonly done: number },
  target: BulkTarget,
  copy: number | undefined,
): string {
  const bytes = Buffer.alloc(RECORD_LENGTH * (count + 1));
  let total = 0;
  let lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const tap: Tap = taps.next().value as Tap;
    const at = RECORD_LENGTH * (index + 1);
    const again = writer.write(tap, bytes, at);
    total += bytes.readUInt32BE(at + 26);
    if (copy === undefined) continue;
    lines.push(
      lineOf(bytes, at, target, { sequence, index, n: done + index, again, participantNo: writer.participantNo }),
    );
    if (lines.length < LINES_AT_ONCE && index + 1 < count) continue;
    writeSync(copy, lines.join(''));
    lines = [];
  }
  writeHeader(bytes, { ...target, participantNo: writer.participantNo, sequence, count, total });
  const path = join(target.directory, `${writer.participantNo}-${target.date}-${sequenceDigits(sequence)}.ccpf`);
  writeFileSync(path, bytes);
  if (target.signer !== undefined) writeFileSync(`${path}.p7s`, signDetached(bytes, target.signer));
  return path;
}

function writeHeader(
  bytes: Buffer,
  header: { participantNo: string; date: string; sequence: number; count: number; total: number },
): void {
  bytes.write('CCPF');
  bytes[4] = 0x01;
  bytes[5] = RECORD_LENGTH;
  bytes.write(header.participantNo.padEnd(15), 8, 'latin1');
  bytes.write(header.date, 24, 'hex');
  bytes.writeUInt32BE(header.sequence, 28);
  bytes.writeUInt32BE(header.count, 32);
  bytes.writeBigUInt64BE(BigInt(header.total), 36);
  bytes.write(`${header.date}235900`, 44, 'hex');
}

interface RowPlace {
  readonly sequence: number;
  readonly index: number;
  /** Of all the company's records. */
  readonly n: number;
  /** Its keys are those of another record. */
  readonly again: boolean;
  readonly participantNo: string;
}

/** The record as a row: card_no, business_date, intake_id, record_index, raw, then its fields in the order of the record. */
function lineOf(bytes: Buffer, at: number, target: BulkTarget, place: RowPlace): string {
  const text = bytes.toString('hex', at, at + RECORD_LENGTH);
  const intake = target.operator * 1_000 + place.sequence;
  const own = target.operator * ROWS_OF_A_COMPANY + place.n;
  const counter = place.again ? OTHER_COUNTERS + own : bytes.readUInt16BE(at + 20);
  const transaction = place.again ? OTHER_TRANSACTIONS + own : bytes.readUInt32BE(at + 36);
  const tapped = `${text.slice(80, 88)} ${text.slice(88, 90)}:${text.slice(90, 92)}:${text.slice(92, 94)}+08`;
  return (
    `${text.slice(9, 28)}\t${target.date}\t${intake}\t${place.index}\t\\\\x${text}\t${text.slice(4, 8)}\t${counter}\t` +
    `${bytes.readUInt32BE(at + 22)}\t${bytes.readUInt32BE(at + 26)}\t${text.slice(60, 72)}\t${transaction}\t${tapped}\t` +
    `${bytes[at + 1]}\t${bytes[at + 55]}\t0\t${place.participantNo}\n`
  );
}

/** Writes one company's records, one after another. */
class RecordWriter {
  readonly outcomes: BulkOutcomes = {};
  readonly participantNo: string;
  readonly #day: BulkDay;
  readonly #industry: number;
  readonly #sams: readonly Buffer[];
  readonly #foreignSam: Buffer;
  readonly #tacs: CardTacs;
  readonly #home: Buffer;
  readonly #neighbour: Buffer;
  readonly #sent = Buffer.alloc(RECORD_LENGTH * REMEMBERED);
  readonly #moment = new MomentWriter();
  #remembered = 0;
  #written = 0;

  constructor(day: BulkDay, operator: number) {
    const own = day.operators[operator];
    const other = day.operators[(operator + 1) % day.operators.length];
    if (own === undefined || other === undefined) throw new RangeError(`the day has no company ${operator}`);
    this.#day = day;
    this.participantNo = own.participantNo;
    this.#industry = own.industry;
    this.#sams = own.samNumbers.map((no) => Buffer.from(no, 'hex'));
    this.#foreignSam = Buffer.from(other.samNumbers[0] ?? '', 'hex');
    this.#tacs = new CardTacs(Buffer.from(day.tacRoot, 'hex'), day.homeCity);
    this.#home = prefixOf(day.homeCity, day.issuer);
    this.#neighbour = prefixOf(day.neighbourCity, day.issuer);
  }

  /** Writes the record of a tap; true when it shares its keys with another record. */
  write(tap: Tap, bytes: Buffer, at: number): boolean {
    if (tap.slot === SLOT.repeated && this.#remembered > 0) {
      const from = RECORD_LENGTH * (tap.dice % Math.min(this.#remembered, REMEMBERED));
      this.#sent.copy(bytes, at, from, from + RECORD_LENGTH);
      this.#expect('duplicate 03', bytes.readUInt32BE(at + 26));
      return true;
    }
    // The first of all has none before it that could be sent again.
    const slot = tap.slot === SLOT.repeated ? SLOT.wrongTac : tap.slot;
    this.#fields(tap, slot, bytes, at);
    this.#expect(this.#outcomeOf(tap, slot), tap.amountFen);
    switch (slot) {
      case SLOT.gray:
        return false;
      case SLOT.foreign:
        bytes.writeUInt32BE(tap.dice, at + 47);
        return true;
      case SLOT.wrongTac:
        this.#tacs.write(bytes, at);
        bytes[at + 47] = (bytes[at + 47] ?? 0) ^ 0x01;
        return true;
      case SLOT.unknownCard:
      case SLOT.foreignSam:
        this.#tacs.write(bytes, at);
        return true;
      case SLOT.purchase:
        this.#tacs.write(bytes, at);
        bytes.copy(this.#sent, RECORD_LENGTH * (this.#remembered % REMEMBERED), at, at + RECORD_LENGTH);
        this.#remembered += 1;
        return false;
    }
  }

  #fields(tap: Tap, slot: Exclude<Slot, 'repeated'>, bytes: Buffer, at: number): void {
    const city = slot === SLOT.foreign ? this.#neighbour : this.#home;
    const card = slot === SLOT.unknownCard ? UNKNOWN_CARD + tap.card : tap.card;
    const sam = this.#sams[this.#written % this.#sams.length];
    const transaction = Math.floor(this.#written / this.#sams.length) + 1;
    this.#written += 1;
    bytes[at] = 0x01;
    bytes[at + 1] = slot === SLOT.gray ? RECORD_FLAG.gray : RECORD_FLAG.complete;
    city.copy(bytes, at + 2, 2, 4);
    writeSerial(bytes, at + 4, city, card);
    bytes[at + 14] = 0x01;
    bytes[at + 16] = 0x06;
    bytes[at + 17] = 0x01;
    bytes.writeUInt16BE(tap.counter, at + 20);
    bytes.writeUInt32BE(tap.balanceFen, at + 22);
    bytes.writeUInt32BE(tap.amountFen, at + 26);
    (slot === SLOT.foreignSam ? this.#foreignSam : sam)?.copy(bytes, at + 30);
    bytes.writeUInt32BE(transaction, at + 36);
    this.#moment.write(tap.at, bytes, at + 40);
    bytes[at + 55] = this.#industry;
  }

  #outcomeOf(tap: Tap, slot: Exclude<Slot, 'repeated'>): string {
    switch (slot) {
      case SLOT.purchase:
        return isFunded(this.#day, tap.card) ? 'accepted' : 'suspicious 08';
      case SLOT.wrongTac:
        return 'rejected 01';
      case SLOT.gray:
        return 'suspicious 05';
      case SLOT.foreign:
        return 'routed';
      case SLOT.unknownCard:
        return 'rejected 02';
      case SLOT.foreignSam:
        return 'rejected 09';
    }
  }

  #expect(outcome: string, fen: number): void {
    const sum = (this.outcomes[outcome] ??= { count: 0, fen: 0 });
    sum.count += 1;
    sum.fen += fen;
  }
}

/** `0310`, city and issuer: what all serials of a city begin with, four bytes and a half; the city at bytes 2 and 3. */
function prefixOf(city: string, issuer: string): Buffer {
  return Buffer.from(`0310${city}${issuer}`, 'hex');
}

/** Ten bytes: the prefix, nine digits, and the Luhn digit of the nineteen. */
function writeSerial(bytes: Buffer, at: number, prefix: Buffer, card: number): void {
  const digits = String(card).padStart(9, '0');
  const prefixDigits = prefix.toString('hex').slice(1);
  bytes.write(prefix.toString('hex') + digits + luhnDigit(prefixDigits + digits), at, 'hex');
}

/** Writes moments that mostly follow one another within the same second. */
class MomentWriter {
  #second = -1;
  #bytes: Buffer = Buffer.alloc(7);

  write(at: number, bytes: Buffer, to: number): void {
    const second = Math.floor(at / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#bytes = momentBytes(momentOf(new Date(at)));
    }
    this.#bytes.copy(bytes, to);
  }
}
