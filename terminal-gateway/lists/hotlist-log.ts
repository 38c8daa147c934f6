import { hotlistEntries, hotlistHead } from '@citycard/clearing';
import { type Database, digitsToBcd } from '@citycard/common';
import { HOTLIST_ADD, HOTLIST_PAGE_ENTRIES, HOTLIST_REMOVE } from '../codec/payloads/keys-and-lists.ts';
import { Fresh } from './fresh.ts';

/** action 1 ‖ application serial 10 */
const ENTRY_BYTES = 11;
/** version 4 ‖ next index 4 ‖ more 1 ‖ count 1 */
const PAGE_HEAD = 10;
/** Entries fetched at once while a copy is made: some megabytes of rows, not the whole log. */
const FETCH = 20_000;
const FIRST_ROOM = 1024;

/**
 * A copy of the hotlist log in the bytes terminals are given, 11 per entry. The log never changes, only grows, so the copy is
 * never wrong, at most short; every page first asks how long the log is (one question for all who ask at once) and the copy
 * grows by what is new. 300 000 entries are 3.3 MB. A log shorter than the copy is another log (a restored database): the copy
 * is made anew.
 */
export class HotlistLog {
  readonly #db: Database;
  readonly #head: Fresh<number>;
  #entries = Buffer.alloc(FIRST_ROOM * ENTRY_BYTES);
  #count = 0;

  constructor(db: Database) {
    this.#db = db;
    this.#head = new Fresh(() => this.#catchUp());
  }

  /** The newest version; the copy reaches at least so far. */
  head(): Promise<number> {
    return this.#head.ask();
  }

  /**
   * Field 62 of a hotlist answer (terminal interface, section 3): the entries after position `from`, as many as a page holds.
   * `head` and `index` are what the page tells: the newest version, and the index this page begins at.
   */
  page(head: number, from: number, index: number): Buffer {
    const count = Math.max(0, Math.min(HOTLIST_PAGE_ENTRIES, head - from));
    const field = Buffer.alloc(PAGE_HEAD + count * ENTRY_BYTES);
    field.writeUInt32BE(head, 0);
    field.writeUInt32BE(index + count, 4);
    field.writeUInt8(from + count < head ? 1 : 0, 8);
    field.writeUInt8(count, 9);
    this.#entries.copy(field, PAGE_HEAD, from * ENTRY_BYTES, (from + count) * ENTRY_BYTES);
    return field;
  }

  async #catchUp(): Promise<number> {
    const head = Number(await hotlistHead(this.#db));
    if (head < this.#count) this.#count = 0;
    while (this.#count < head) {
      const to = Math.min(head, this.#count + FETCH);
      const rows = await hotlistEntries(this.#db, BigInt(this.#count), BigInt(to));
      // A hole would shift every later entry to another version.
      if (rows.length !== to - this.#count)
        throw new Error(`the hotlist has ${rows.length} entries after ${this.#count}, up to ${to}`);
      this.#makeRoom(to);
      for (const { action, applicationSerial } of rows) {
        const at = this.#count * ENTRY_BYTES;
        this.#entries.writeUInt8(action === 'add' ? HOTLIST_ADD : HOTLIST_REMOVE, at);
        digitsToBcd(applicationSerial).copy(this.#entries, at + 1);
        this.#count += 1;
      }
    }
    return head;
  }

  #makeRoom(entries: number): void {
    const room = this.#entries.length / ENTRY_BYTES;
    if (entries <= room) return;
    // Pages already cut are copies; nobody holds a view of the old bytes.
    const larger = Buffer.alloc(Math.max(entries, 2 * room) * ENTRY_BYTES);
    this.#entries.copy(larger, 0, 0, this.#count * ENTRY_BYTES);
    this.#entries = larger;
  }
}

const logs = new WeakMap<Database, HotlistLog>();

/** The one copy of a database's log in this process. */
export function hotlistLogOf(db: Database): HotlistLog {
  const known = logs.get(db);
  if (known !== undefined) return known;
  const made = new HotlistLog(db);
  logs.set(db, made);
  return made;
}
