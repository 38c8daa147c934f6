import { setImmediate } from 'node:timers/promises';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { byCard, type Serial, serialAt, type SortedRecord, type SortedRecords } from './sorted-records.ts';
import { TemporaryFile } from './temporary-file.ts';

/** Arrival (4 bytes) and record. */
const ENTRY_LENGTH = 4 + RECORD_LENGTH;
/** Entries of a run that are read at once: 136 KiB of memory for each run. */
const BLOCK_ENTRIES = 2_048;
/** Places that are still known when those behind them have been asked for: sets that failed are asked for again. */
const KEPT_BEHIND = 20_000;
/** Others get their turn behind so many records. */
const AT_ONCE = 20_000;

/** Where a sorted run begins in the file, and how many entries it has. */
interface Run {
  readonly at: number;
  readonly count: number;
}

/**
 * More records than memory should hold, sorted by runs on disk that are merged as they are read: the order is that of all of
 * them sorted at once.
 */
export class SortedRuns implements SortedRecords {
  #length = 0;
  readonly #file = new TemporaryFile();
  readonly #runs: Run[] = [];
  readonly #lineOf: SortedRecords['lineOf'];
  readonly #onClose: () => void;
  #merge: Merge | undefined;
  /** Records at the places from `#windowFrom` on. */
  #window: SortedRecord[] = [];
  #windowFrom = 0;

  constructor(lineOf: SortedRecords['lineOf'], onClose: () => void) {
    this.#lineOf = lineOf;
    this.#onClose = onClose;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds records that came behind those added before. @throws when the disk is full */
  async add(bytes: Buffer): Promise<void> {
    const order = byCard(bytes);
    this.#runs.push({ at: this.#file.length, count: order.length });
    const block = Buffer.allocUnsafe(BLOCK_ENTRIES * ENTRY_LENGTH);
    for (let from = 0; from < order.length; from += BLOCK_ENTRIES) {
      let end = 0;
      for (const arrival of order.subarray(from, from + BLOCK_ENTRIES)) {
        block.writeUInt32LE(this.#length + arrival, end);
        bytes.copy(block, end + 4, arrival * RECORD_LENGTH, (arrival + 1) * RECORD_LENGTH);
        end += ENTRY_LENGTH;
      }
      await this.#file.append(block.subarray(0, end));
    }
    this.#length += order.length;
  }

  async read(from: number, to: number): Promise<readonly SortedRecord[]> {
    if (this.#merge === undefined || from < this.#windowFrom) {
      this.#merge = new Merge(this.#file, this.#runs);
      [this.#window, this.#windowFrom] = [[], 0];
    }
    for (let step = 1; this.#windowFrom + this.#window.length < Math.min(to, this.#length); step += 1) {
      this.#window.push(this.#merge.next());
      if (this.#window.length > 2 * KEPT_BEHIND) this.#forgetBefore(from);
      if (step % AT_ONCE === 0) await setImmediate();
    }
    return this.#window.slice(from - this.#windowFrom, to - this.#windowFrom);
  }

  #forgetBefore(place: number): void {
    const known = place - KEPT_BEHIND - this.#windowFrom;
    if (known <= 0) return;
    this.#windowFrom += this.#window.splice(0, known).length;
  }

  lineOf(arrival: number): string | undefined {
    return this.#lineOf(arrival);
  }

  close(): void {
    this.#file.close();
    this.#onClose();
  }
}

/** The entries of all runs in one order: a heap of what each run has next. */
class Merge {
  readonly #heap: Reader[];

  constructor(file: TemporaryFile, runs: readonly Run[]) {
    this.#heap = runs.map((run, no) => new Reader(file, run, no));
    for (let place = this.#heap.length >>> 1; place >= 0; place -= 1) this.#sink(place);
  }

  next(): SortedRecord {
    const [first] = this.#heap;
    if (first === undefined) throw new Error('nothing is read behind the last record of a pass');
    const record = first.take();
    if (!first.isOpen) {
      const last = this.#heap.pop();
      if (last !== undefined && last !== first) this.#heap[0] = last;
    }
    this.#sink(0);
    return record;
  }

  #sink(start: number): void {
    const heap = this.#heap;
    for (let place = start; ;) {
      const child = 2 * place + 1;
      const [own, left, right] = [heap[place], heap[child], heap[child + 1]];
      if (own === undefined || left === undefined) return;
      const [least, at] = right?.isBefore(left) === true ? [right, child + 1] : [left, child];
      if (!least.isBefore(own)) return;
      [heap[place], heap[at]] = [least, own];
      place = at;
    }
  }
}

/** Reads one run from its beginning. */
class Reader {
  readonly #file: TemporaryFile;
  readonly #no: number;
  readonly #end: number;
  #next: number;
  #block: Buffer = Buffer.alloc(0);
  #at = 0;
  #serial: Serial = { high: 0, low: 0 };
  isOpen = true;

  constructor(file: TemporaryFile, { at, count }: Run, no: number) {
    this.#file = file;
    this.#no = no;
    this.#next = at;
    this.#end = at + count * ENTRY_LENGTH;
    this.#look();
  }

  take(): SortedRecord {
    const arrival = this.#block.readUInt32LE(this.#at);
    const raw = this.#block.subarray(this.#at + 4, this.#at + ENTRY_LENGTH);
    this.#at += ENTRY_LENGTH;
    this.#look();
    return { arrival, raw };
  }

  /** A later run holds what came later. */
  isBefore(other: Reader): boolean {
    const [own, its] = [this.#serial, other.#serial];
    return own.high - its.high < 0 || (own.high === its.high && (own.low - its.low || this.#no - other.#no) < 0);
  }

  #look(): void {
    if (this.#at === this.#block.length) {
      const length = Math.min(BLOCK_ENTRIES * ENTRY_LENGTH, this.#end - this.#next);
      this.isOpen = length > 0;
      if (!this.isOpen) return;
      // A new buffer each time: records that were handed out lie in the old one.
      this.#block = this.#file.read(this.#next, length);
      this.#next += length;
      this.#at = 0;
    }
    this.#serial = serialAt(this.#block, this.#at + 4);
  }
}
