import { randomBytes, timingSafeEqual } from 'node:crypto';
import { CommandRefused } from '../errors.ts';
import { isStoreName } from '../store/store-name.ts';
import type { KeyStore, StoredCustodian } from '../store/key-store.ts';

/** A custodian is locked after this many wrong PINs in a row, kept across restarts. */
export const MAX_WRONG_PINS = 3;
const PIN_PATTERN = /^\d{6,12}$/;

/** The persons who hold components and open commands. Their PINs are kept as keyed hashes. */
export class Custodians {
  readonly #store: KeyStore;

  constructor(store: KeyStore) {
    this.#store = store;
  }

  get count(): number {
    return this.#store.content.custodians.length;
  }

  /** Adds a custodian, or gives a locked one a new PIN. Refuses with 30 when the name is taken, 15 for a bad PIN. */
  create(name: string, pin: string): void {
    if (!isStoreName(name) || !PIN_PATTERN.test(pin)) throw new CommandRefused('15');
    const known = this.#find(name);
    if (known && known.wrongPins < MAX_WRONG_PINS) throw new CommandRefused('30');
    const salt = randomBytes(16);
    this.#put({ name, salt: salt.toString('hex'), pinHash: this.#hash(pin, salt).toString('hex'), wrongPins: 0 });
  }

  /** Returns when the PIN is right. Refuses with 19 (counted on disk before the answer) or 18 when locked. */
  check(name: string, pin: string): void {
    const custodian = this.#find(name);
    if (!custodian) throw new CommandRefused('19');
    if (custodian.wrongPins >= MAX_WRONG_PINS) throw new CommandRefused('18');
    const right = timingSafeEqual(
      this.#hash(pin, Buffer.from(custodian.salt, 'hex')),
      Buffer.from(custodian.pinHash, 'hex'),
    );
    if (!right) {
      this.#put({ ...custodian, wrongPins: custodian.wrongPins + 1 });
      throw new CommandRefused('19');
    }
    if (custodian.wrongPins > 0) this.#put({ ...custodian, wrongPins: 0 });
  }

  #find(name: string): StoredCustodian | undefined {
    return this.#store.content.custodians.find((custodian) => custodian.name === name);
  }

  #put(custodian: StoredCustodian): void {
    const others = this.#store.content.custodians.filter((other) => other.name !== custodian.name);
    this.#store.replace({ custodians: [...others, custodian] });
  }

  #hash(pin: string, salt: Buffer): Buffer {
    // A slow hash would add nothing: without the LMK no PIN can be tried, and whoever has the LMK needs no PIN.
    return this.#store.lmk.authenticate('custodian PIN', Buffer.concat([salt, Buffer.from(pin, 'latin1')]));
  }
}
