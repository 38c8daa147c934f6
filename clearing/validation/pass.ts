import type { Database, Transaction } from '@citycard/common';
import { lastAtOrBefore, type PassContent, readContent } from './pass-content.ts';
import {
  beginPass,
  choosePass,
  endPass,
  notePassed,
  partsUnderWay,
  type PassPart,
  passUnderWay,
  takeOff,
} from './pass-parts.ts';
import { type IntakeRow, readIntakes, receivedPurchase, type ReceivedPurchase } from './received-purchase.ts';
import { sameCard, type SortedRecord } from './sorted-records.ts';
import { Overtaken } from './write-decisions.ts';

/** Records of one pass, more than a day of a large city: the more, the more of a card's lie together, and nothing of it is met twice. */
const LARGEST_PASS = 20_000_000;
/** Records sorted in memory, each taking 70 bytes; more are sorted on disk, in runs of so many. */
export const SORTED_IN_MEMORY = 1_000_000;

/** Records that are decided together. */
export interface PassSet {
  readonly purchases: readonly ReceivedPurchase[];
  /** Places in the pass: of the first, and of the first behind them. */
  readonly from: number;
  readonly to: number;
  /** Whether its first card has records in the set before: only then have the two to do with one another. */
  readonly continues: boolean;
}

/** By database: between two calls others may be at work, but the pass under way is seldom another. */
const loaded = new WeakMap<Database, Pass>();

/** Forgets what is kept; nobody is at it, under the validation lock. */
function forget(db: Database): void {
  loaded.get(db)?.close();
  loaded.delete(db);
}

/**
 * The received records that are decided next, in the order they are decided in: card by card, and those of a card in the order
 * they came. A pass that fits into one set is not written down; of a longer one PostgreSQL knows how far it is.
 */
export class Pass {
  readonly length: number;
  /** Undefined when it was not written down. */
  readonly #passNo: bigint | undefined;
  readonly #parts: readonly PassPart[];
  readonly #intakes: ReadonlyMap<bigint, IntakeRow>;
  readonly #content: PassContent;

  private constructor(
    passNo: bigint | undefined,
    parts: readonly PassPart[],
    intakes: ReadonlyMap<bigint, IntakeRow>,
    content: PassContent,
  ) {
    this.#passNo = passNo;
    this.#parts = parts;
    this.#intakes = intakes;
    this.#content = content;
    this.length = content.records.length;
  }

  /**
   * The pass under way and how many of its records are decided, else a new one; undefined when nothing waits. To be called under
   * the validation lock.
   *
   * @param setSize records that are decided together
   * @param inMemory records sorted in memory; more are sorted on disk
   */
  static async next(
    db: Database,
    setSize: number,
    inMemory: number,
  ): Promise<{ readonly pass: Pass; readonly decided: number } | undefined> {
    const underWay = await passUnderWay(db);
    if (underWay !== undefined) {
      const { passNo, decided } = underWay;
      const kept = loaded.get(db);
      if (kept !== undefined && kept.#passNo === passNo) return { pass: kept, decided };
      return { pass: await Pass.#load(db, passNo, await partsUnderWay(db), inMemory), decided };
    }
    forget(db);
    const parts = await choosePass(db, LARGEST_PASS);
    const records = parts.reduce((sum, { from, to }) => sum + to - from, 0);
    if (records === 0) return undefined;
    const passNo = records > setSize ? await beginPass(db, parts, records) : undefined;
    return { pass: await Pass.#load(db, passNo, parts, inMemory), decided: 0 };
  }

  static async #load(
    db: Database,
    passNo: bigint | undefined,
    parts: readonly PassPart[],
    inMemory: number,
  ): Promise<Pass> {
    forget(db);
    const intakes = await readIntakes(
      db,
      parts.map(({ intakeId }) => intakeId),
    );
    const pass = new Pass(passNo, parts, intakes, await readContent(db, parts, inMemory));
    loaded.set(db, pass);
    return pass;
  }

  /** So many records from a place on, or somewhat fewer: whole cards, unless one card alone has more. */
  async set(from: number, size: number): Promise<PassSet> {
    const end = Math.min(from + size, this.length);
    const first = Math.max(from - 1, 0);
    const records = await this.#content.records.read(first, end + 1);
    const before = from > 0 ? 1 : 0;
    let count = end - from;
    if (end < this.length) {
      let whole = count;
      while (whole > 0 && sameCard(records[before + whole - 1], records[before + whole])) whole -= 1;
      if (whole > 0) count = whole;
    }
    const purchases = records.slice(before, before + count).map((record) => this.#purchase(record));
    return { purchases, from, to: from + count, continues: before > 0 && sameCard(records[0], records[1]) };
  }

  /**
   * Takes the records of a set, decided in this transaction, off the list of what waits.
   *
   * @throws Overtaken when somebody else decided one of them meanwhile
   */
  async takeOff(tx: Transaction, { purchases, from, to }: PassSet): Promise<void> {
    if (to < this.length) {
      const fen = purchases.reduce((sum, { record }) => sum + record.amountFen, 0n);
      if (!(await notePassed(tx, this.#passNo, { from, to, fen }))) throw new Overtaken();
      return;
    }
    if (this.#passNo !== undefined && !(await endPass(tx, this.#passNo, from))) throw new Overtaken();
    if (!(await takeOff(tx, this.#parts, this.#content.fen))) throw new Overtaken();
  }

  close(): void {
    this.#content.records.close();
  }

  #purchase({ arrival, raw }: SortedRecord): ReceivedPurchase {
    const { records, starts } = this.#content;
    const n = lastAtOrBefore(starts, (start) => start, arrival);
    const part = this.#parts[n];
    const intake = part && this.#intakes.get(part.intakeId);
    if (part === undefined || intake === undefined) throw new Error('every undecided record came in an intake');
    const { intakeId, businessDate, from } = part;
    const index = from + arrival - (starts[n] ?? 0);
    const purchase = receivedPurchase({ intakeId, businessDate, index }, raw, intake);
    const sourceLine = records.lineOf(arrival);
    return sourceLine === undefined ? purchase : { ...purchase, sourceLine };
  }
}
