import type { Database, Transaction } from '@citycard/common';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { byCard, lastAtOrBefore, type PassContent, readContent, sameCard } from './pass-content.ts';
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
import { Overtaken } from './write-decisions.ts';

/** Records of one pass: the more, the more of them lie together on a page; each takes 70 bytes of memory. */
const LARGEST_PASS = 1_000_000;

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
  readonly #order: Uint32Array;

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
    this.#order = byCard(content.bytes);
    this.length = this.#order.length;
  }

  /**
   * The pass under way and how many of its records are decided, else a new one; undefined when nothing waits. To be called under
   * the validation lock.
   *
   * @param setSize records that are decided together
   */
  static async next(
    db: Database,
    setSize: number,
  ): Promise<{ readonly pass: Pass; readonly decided: number } | undefined> {
    const underWay = await passUnderWay(db);
    if (underWay !== undefined) {
      const { passNo, decided } = underWay;
      const kept = loaded.get(db);
      if (kept !== undefined && kept.#passNo === passNo) return { pass: kept, decided };
      return { pass: await Pass.#load(db, passNo, await partsUnderWay(db)), decided };
    }
    loaded.delete(db);
    const parts = await choosePass(db, LARGEST_PASS);
    const records = parts.reduce((sum, { from, to }) => sum + to - from, 0);
    if (records === 0) return undefined;
    const passNo = records > setSize ? await beginPass(db, parts, records) : undefined;
    return { pass: await Pass.#load(db, passNo, parts), decided: 0 };
  }

  static async #load(db: Database, passNo: bigint | undefined, parts: readonly PassPart[]): Promise<Pass> {
    const intakes = await readIntakes(
      db,
      parts.map(({ intakeId }) => intakeId),
    );
    const pass = new Pass(passNo, parts, intakes, await readContent(db, parts));
    if (passNo !== undefined) loaded.set(db, pass);
    return pass;
  }

  /** So many records from a place on, or somewhat fewer: whole cards, unless one card alone has more. */
  set(from: number, size: number): PassSet {
    let to = Math.min(from + size, this.length);
    if (to < this.length) {
      let whole = to;
      while (whole > from && this.#sameCard(whole - 1, whole)) whole -= 1;
      if (whole > from) to = whole;
    }
    const purchases = Array.from(this.#order.subarray(from, to), (arrival) => this.#purchase(arrival));
    return { purchases, from, to, continues: from > 0 && from < this.length && this.#sameCard(from - 1, from) };
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

  #sameCard(one: number, other: number): boolean {
    return sameCard(this.#content.bytes, this.#order[one] ?? 0, this.#order[other] ?? 0);
  }

  #purchase(arrival: number): ReceivedPurchase {
    const { bytes, starts } = this.#content;
    const n = lastAtOrBefore(starts, (start) => start, arrival);
    const part = this.#parts[n];
    const intake = part && this.#intakes.get(part.intakeId);
    if (part === undefined || intake === undefined) throw new Error('every undecided record came in an intake');
    const { intakeId, businessDate, from } = part;
    const raw = bytes.subarray(arrival * RECORD_LENGTH, (arrival + 1) * RECORD_LENGTH);
    const index = from + arrival - (starts[n] ?? 0);
    const purchase = receivedPurchase({ intakeId, businessDate, index }, raw, intake);
    const sourceLine = this.#content.lineOf(arrival);
    return sourceLine === undefined ? purchase : { ...purchase, sourceLine };
  }
}
