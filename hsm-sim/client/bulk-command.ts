import { HsmRefused } from '../errors.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { BulkQueue, MAX_BULK_ITEMS } from './bulk-queue.ts';
import type { KeyRef } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

/** Bulk commands under way per link: one computed, one travelling. */
export const BULK_PER_LINK = 2;
/** Keys of one command; their index is one byte. */
const MAX_KEYS = 255;
/** Key count 1 and item count 2. */
const COUNT_BYTES = 3;
const MAX_FIELDS = MAX_MESSAGE_BYTES - COMMAND_PREFIX;

/** How the items of a bulk command are written and their answers read: key count 1 ‖ keys ‖ count 2 ‖ items. */
export interface BulkForm<Item, Value> {
  readonly command: string;
  keyOf(item: Item): KeyRef;
  /** Bytes behind the key index. Throws RangeError for an item no command can carry: nothing of it is sent. */
  sizeOf(item: Item): number;
  /** Writes what stands behind the key index. */
  write(item: Item, fields: FieldWriter): void;
  /** Reads what stands behind the error of an item. */
  read(answer: FieldReader): Value;
}

/** What became of an item: error 2 digits, and what the HSM answered behind it. */
export interface ItemAnswer<Value> {
  readonly code: string;
  readonly value: Value;
}

/** A bulk command: single items asked for at the same time travel together, lists are cut into whole messages. */
export class BulkCommand<Item, Value> {
  readonly #pool: LinkPool;
  readonly #form: BulkForm<Item, Value>;
  readonly #maxInFlight: number;
  readonly #queue: BulkQueue<Item, ItemAnswer<Value>>;

  constructor(pool: LinkPool, connections: number, form: BulkForm<Item, Value>) {
    this.#pool = pool;
    this.#form = form;
    this.#maxInFlight = connections * BULK_PER_LINK;
    this.#queue = new BulkQueue<Item, ItemAnswer<Value>>({
      maxInFlight: this.#maxInFlight,
      maxBytes: MAX_FIELDS - COUNT_BYTES,
      // As if every item brought its key along: never too few.
      bytesOf: (item) => 3 + form.keyOf(item).length + form.sizeOf(item),
      send: async (items) => {
        const answers: ItemAnswer<Value>[] = [];
        while (answers.length < items.length) await this.#send(items, answers.length, answers, answers.length);
        return answers;
      },
    });
  }

  /** The answer to one item. Throws RangeError for an item that fits no command. */
  async one(item: Item): Promise<ItemAnswer<Value>> {
    return new Promise((resolve, reject) => this.#queue.enqueue(item, resolve, reject));
  }

  /** The value of one item; throws HsmRefused when the HSM refused it. */
  async valueOf(item: Item): Promise<Value> {
    return new Promise((resolve, reject) =>
      this.#queue.enqueue(
        item,
        ({ code, value }) => (code === '00' ? resolve(value) : reject(new HsmRefused(code, this.#form.command))),
        reject,
      ),
    );
  }

  /** Whether one item was found right; throws HsmRefused when the HSM refused it. */
  async verdictOf(item: Item): Promise<boolean> {
    return this.readVerdict((await this.one(item)).code);
  }

  /** The answers to any number of items, in order. */
  async all(items: readonly Item[]): Promise<ItemAnswer<Value>[]> {
    const answers: ItemAnswer<Value>[] = [];
    let next = 0;
    const worker = async () => {
      while (next < items.length) {
        const start = next;
        await this.#send(items, start, answers, start, (count) => (next += count));
      }
    };
    await Promise.all(Array.from({ length: this.#maxInFlight }, worker));
    return answers;
  }

  readVerdict(code: string): boolean {
    if (code !== '00' && code !== '01') throw new HsmRefused(code, this.#form.command);
    return code === '00';
  }

  /** Sends as many items from `start` on as one message carries; their answers are put at `to` on. */
  async #send(
    items: readonly Item[],
    start: number,
    answers: ItemAnswer<Value>[],
    to: number,
    taken: (count: number) => void = () => undefined,
  ): Promise<void> {
    const { fields, count } = packItems(this.#form, items, start);
    taken(count);
    const { command } = this.#form;
    await this.#pool.call({ command, fields, pure: true }, (answer) => {
      for (let index = 0; index < count; index++) {
        const code = answer.errorCode();
        answers[to + index] = { code, value: this.#form.read(answer) };
      }
    });
  }
}

/** Where the items of a message are written while its keys are not known yet. */
const scratch = new FieldWriter(MAX_FIELDS);

/** Packs as many items from `start` on as one command carries. Throws RangeError for one that fits none. */
export function packItems<Item>(
  form: Pick<BulkForm<Item, unknown>, 'keyOf' | 'sizeOf' | 'write'>,
  items: readonly Item[],
  start: number,
): { readonly fields: Buffer; readonly count: number } {
  const indexes = new Map<KeyRef, number>();
  const body = scratch.clear();
  let keyBytes = COUNT_BYTES;
  let count = 0;
  let lastKey: KeyRef | undefined;
  let index: number | undefined;
  for (; start + count < items.length && count < MAX_BULK_ITEMS; count++) {
    const item = items[start + count] as Item;
    const key = form.keyOf(item);
    if (key !== lastKey) index = indexes.get(key);
    const newKeyBytes = index === undefined ? 2 + key.length : 0;
    if (keyBytes + newKeyBytes + body.length + 1 + form.sizeOf(item) > MAX_FIELDS) break;
    if (index === undefined) {
      if (indexes.size === MAX_KEYS) break;
      index = indexes.size;
      indexes.set(key, index);
      keyBytes += newKeyBytes;
    }
    lastKey = key;
    body.byte(index);
    form.write(item, body);
  }
  if (count === 0) throw new RangeError('an item does not fit an HSM command');
  const fields = new FieldWriter(keyBytes + body.length).byte(indexes.size);
  for (const key of indexes.keys()) fields.longText(key);
  return { fields: fields.uint16(count).bytes(body.toBuffer()).toBuffer(), count };
}
