import { FieldWriter } from '../wire/field-writer.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import type { KeyRef } from './hsm-client.ts';

/** Items of one bulk command, as the HSM limits them. */
export const MAX_BULK_ITEMS = 1000;
/** Keys of one command; their index is one byte. */
const MAX_KEYS = 255;
/** Key count 1 and item count 2. */
const COUNT_BYTES = 3;
const MAX_FIELDS = MAX_MESSAGE_BYTES - COMMAND_PREFIX;

/** How the items of a bulk command are written: key count 1 ‖ keys ‖ count 2 ‖ items (key index 1 ‖ content). */
export interface ItemForm<Item> {
  keyOf(item: Item): KeyRef;
  /** Bytes behind the key index. Throws RangeError for an item no command can carry: nothing of it is sent. */
  sizeOf(item: Item): number;
  /** Writes what stands behind the key index. */
  write(item: Item, fields: FieldWriter): void;
}

/** The fields of one bulk command, written item by item. Memory is kept for the next command after `clear`. */
export class BulkMessage<Item> {
  readonly #form: ItemForm<Item>;
  readonly #indexes = new Map<KeyRef, number>();
  readonly #body = new FieldWriter();
  #keyBytes = COUNT_BYTES;
  #count = 0;
  #lastKey: KeyRef | undefined;
  #lastIndex = 0;

  constructor(form: ItemForm<Item>) {
    this.#form = form;
  }

  /** Items so far. */
  get count(): number {
    return this.#count;
  }

  /** Takes an item when the message has room for it. Throws RangeError for one that fits no command. */
  add(item: Item): boolean {
    const key = this.#form.keyOf(item);
    const size = 1 + this.#form.sizeOf(item);
    const index = key === this.#lastKey ? this.#lastIndex : (this.#indexes.get(key) ?? -1);
    const keyBytes = index < 0 ? 2 + key.length : 0;
    if (this.#keyBytes + keyBytes + this.#body.length + size > MAX_FIELDS) {
      if (this.#count === 0) throw new RangeError('an item does not fit an HSM command');
      return false;
    }
    if (this.#count === MAX_BULK_ITEMS || (index < 0 && this.#indexes.size === MAX_KEYS)) return false;
    this.#lastIndex = index < 0 ? this.#addKey(key) : index;
    this.#lastKey = key;
    this.#body.byte(this.#lastIndex);
    this.#form.write(item, this.#body);
    this.#count += 1;
    return true;
  }

  /** Takes as many items from `start` on as there is room for; where it stopped. */
  addAll(items: readonly Item[], start: number): number {
    let next = start;
    while (next < items.length && this.add(items[next] as Item)) next += 1;
    return next;
  }

  /** The fields of the command, in memory of their own. */
  toFields(): Buffer {
    const fields = new FieldWriter(this.#keyBytes + this.#body.length).byte(this.#indexes.size);
    for (const key of this.#indexes.keys()) fields.longText(key);
    return fields.uint16(this.#count).bytes(this.#body.toBuffer()).toBuffer();
  }

  clear(): this {
    this.#indexes.clear();
    this.#body.clear();
    this.#keyBytes = COUNT_BYTES;
    this.#count = 0;
    this.#lastKey = undefined;
    return this;
  }

  #addKey(key: KeyRef): number {
    const index = this.#indexes.size;
    this.#indexes.set(key, index);
    this.#keyBytes += 2 + key.length;
    return index;
  }
}
