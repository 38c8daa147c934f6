import { MAX_BULK_ITEMS } from './bulk-message.ts';

interface Queued<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Joins small requests made at the same time into bulk commands. A batch leaves at the end of the current turn of the
 * event loop; while `maxInFlight` batches are on their way, new items wait and travel together: the busier the HSM,
 * the larger the batches.
 */
export class BulkQueue<Item, Result> {
  readonly #send: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #bytesOf: (item: Item) => number;
  readonly #maxBytes: number;
  readonly #maxInFlight: number;
  #queue: Queued<Item, Result>[] = [];
  #inFlight = 0;
  #scheduled = false;

  constructor(options: {
    readonly send: (items: readonly Item[]) => Promise<readonly Result[]>;
    readonly bytesOf: (item: Item) => number;
    readonly maxBytes: number;
    readonly maxInFlight: number;
  }) {
    this.#send = options.send;
    this.#bytesOf = options.bytesOf;
    this.#maxBytes = options.maxBytes;
    this.#maxInFlight = options.maxInFlight;
  }

  /** Throws RangeError for an item that fits no command. */
  async add(item: Item): Promise<Result> {
    return new Promise<Result>((resolve, reject) => this.enqueue(item, resolve, reject));
  }

  /** `add` for callers that make the promise themselves; calls back, or throws RangeError for an item that fits no command. */
  enqueue(item: Item, resolve: (result: Result) => void, reject: (error: unknown) => void): void {
    const bytes = this.#bytesOf(item);
    if (bytes > this.#maxBytes) throw new RangeError(`${bytes} bytes do not fit an HSM command`);
    this.#queue.push({ item, bytes, resolve, reject });
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0 || this.#inFlight >= this.#maxInFlight) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      while (this.#queue.length > 0 && this.#inFlight < this.#maxInFlight) void this.#sendBatch();
    });
  }

  async #sendBatch(): Promise<void> {
    const batch = this.#takeBatch();
    this.#inFlight += 1;
    try {
      const results = await this.#send(batch.map(({ item }) => item));
      batch.forEach((queued, index) => queued.resolve(results[index] as Result));
    } catch (error) {
      for (const queued of batch) queued.reject(error);
    } finally {
      this.#inFlight -= 1;
      this.#schedule();
    }
  }

  #takeBatch(): Queued<Item, Result>[] {
    let bytes = 0;
    let count = 0;
    for (const queued of this.#queue) {
      if (count === MAX_BULK_ITEMS || bytes + queued.bytes > this.#maxBytes) break;
      bytes += queued.bytes;
      count += 1;
    }
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    return batch;
  }
}
