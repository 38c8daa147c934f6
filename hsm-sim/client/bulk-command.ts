import { HsmRefused } from '../errors.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { BulkMessage, type ItemForm } from './bulk-message.ts';
import type { LinkPool } from './link-pool.ts';

/** Bulk commands under way per link: one computed, one travelling. */
export const BULK_PER_LINK = 2;

/** A bulk command of items that each stand for one call: how they are written and their answers read. */
export interface BulkForm<Item, Result> extends ItemForm<Item> {
  readonly command: string;
  /** Bytes behind the error of an item. */
  readonly valueLength: number;
  /** The result of an item whose error is 00; its value stands at `at`. */
  right(answer: Buffer, at: number): Result;
  /** The result of an item whose error is 01, in commands that check something. */
  readonly wrong?: Result;
}

/** Single items on their way: who waits for each, in the order of the message. */
interface Batch<Item, Result> {
  readonly message: BulkMessage<Item>;
  resolves: ((result: Result) => void)[];
  rejects: ((error: unknown) => void)[];
}

/**
 * A bulk command: single items asked for at the same time travel together, lists are cut into whole messages.
 *
 * A single item is written into the message it will leave in at once. A message leaves at the end of the current turn of
 * the event loop; while enough of them are on their way, new items wait and travel together: the busier the HSM, the
 * larger the messages.
 */
export class BulkCommand<Item, Result> {
  readonly #pool: LinkPool;
  readonly #form: BulkForm<Item, Result>;
  readonly #maxInFlight: number;
  /** The last one is being filled, the others are full. */
  #batches: Batch<Item, Result>[] = [];
  #idle: BulkMessage<Item> | undefined;
  #inFlight = 0;
  #scheduled = false;

  constructor(pool: LinkPool, connections: number, form: BulkForm<Item, Result>) {
    this.#pool = pool;
    this.#form = form;
    this.#maxInFlight = connections * BULK_PER_LINK;
  }

  /** The result of one item. Rejects with RangeError for one that fits no command, with HsmRefused for one refused. */
  one(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const batch = this.#batchFor(item);
      batch.resolves.push(resolve);
      batch.rejects.push(reject);
      this.#schedule();
    });
  }

  /** The results of any number of items, in order. One that is refused rejects the whole call. */
  async all(items: readonly Item[]): Promise<Result[]> {
    const results = new Array<Result>(items.length);
    let next = 0;
    const worker = async () => {
      if (next === items.length) return;
      const message = new BulkMessage(this.#form);
      while (next < items.length) {
        const start = next;
        next = message.clear().addAll(items, start);
        await this.#send(message, (answer, count) => {
          for (let index = 0; index < count; index += 1) results[start + index] = this.#read(answer, index);
        });
      }
    };
    await Promise.all(Array.from({ length: this.#maxInFlight }, worker));
    return results;
  }

  /** The batch that has taken the item. */
  #batchFor(item: Item): Batch<Item, Result> {
    const last = this.#batches.at(-1);
    if (last?.message.add(item) === true) return last;
    const message = this.#idle ?? new BulkMessage(this.#form);
    this.#idle = undefined;
    const batch: Batch<Item, Result> = { message, resolves: [], rejects: [] };
    try {
      message.add(item);
    } catch (error) {
      this.#idle = message;
      throw error;
    }
    this.#batches.push(batch);
    return batch;
  }

  #schedule(): void {
    if (this.#scheduled || this.#batches.length === 0 || this.#inFlight >= this.#maxInFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#inFlight < this.#maxInFlight) {
        const batch = this.#batches.shift();
        if (!batch) return;
        void this.#sendBatch(batch);
      }
    });
  }

  async #sendBatch({ message, resolves, rejects }: Batch<Item, Result>): Promise<void> {
    this.#inFlight += 1;
    try {
      const sent = this.#send(message, (answer, count) => {
        for (let index = 0; index < count; index += 1) {
          try {
            resolves[index]?.(this.#read(answer, index));
          } catch (error) {
            rejects[index]?.(error);
          }
        }
      });
      this.#idle = message.clear();
      await sent;
    } catch (error) {
      for (const reject of rejects) reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#schedule();
    }
  }

  /** Sends what the message holds, which may be cleared at once; `read` is given the answers of its items. */
  async #send(message: BulkMessage<Item>, read: (answer: Buffer, count: number) => void): Promise<void> {
    const { command, valueLength } = this.#form;
    const { count } = message;
    const fields = message.toFields();
    const answer = await this.#pool.call({ command, fields, pure: true }, (all: FieldReader) =>
      // Their own memory: results are views of it, and would keep everything alive that came with them.
      Buffer.from(all.bytes(count * (2 + valueLength))),
    );
    read(answer, count);
  }

  /** The result of an item of an answer. Throws HsmRefused when it was refused. */
  #read(answer: Buffer, index: number): Result {
    const { command, valueLength, wrong } = this.#form;
    const at = index * (2 + valueLength);
    const tens = answer[at] as number;
    const units = answer[at + 1] as number;
    if (tens === ZERO && units === ZERO) return this.#form.right(answer, at + 2);
    if (tens === ZERO && units === ZERO + 1 && wrong !== undefined) return wrong;
    throw new HsmRefused(String.fromCharCode(tens, units), command);
  }
}

const ZERO = 0x30;
