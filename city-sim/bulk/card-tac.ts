import { type Cipher, createCipheriv } from 'node:crypto';
import { cityFactor, deriveKey } from '../cryptography/purse.ts';

/** Of a purchase record: amount, then type, then SAM number up to the time (domain page A.4). */
const TAC_INPUT = 22;
const PADDED = 24;
const ZERO_IV = Buffer.alloc(8);

/**
 * Makes the TACs of many cards of one city (3DES). The city's key is one cipher for all cards; each card has its own key, made
 * here from the last 16 digits of its number as the chip's maker did.
 */
export class CardTacs {
  readonly #city: Cipher;
  readonly #factors = Buffer.alloc(16);
  readonly #folded = Buffer.alloc(16);
  readonly #input = Buffer.alloc(PADDED);

  constructor(tacRoot: Buffer, cityCode: string) {
    const cityKey = deriveKey('3des', tacRoot, cityFactor(cityCode));
    this.#city = createCipheriv('des-ede-ecb', cityKey, null).setAutoPadding(false);
    this.#input[TAC_INPUT] = 0x80;
  }

  /** Writes the TAC into the 64-byte record that begins at `at`; the serial and all it covers are there already. */
  write(bytes: Buffer, at: number): void {
    // The last 16 digits of the serial are bytes 2 to 9 of its ten.
    for (let n = 0; n < 8; n += 1) {
      const byte = bytes[at + 6 + n] ?? 0;
      this.#factors[n] = byte;
      this.#factors[n + 8] = byte ^ 0xff;
    }
    const key = this.#city.update(this.#factors);
    // Single DES: both halves the same.
    for (let n = 0; n < 8; n += 1) this.#folded[n] = this.#folded[n + 8] = (key[n] ?? 0) ^ (key[n + 8] ?? 0);
    bytes.copy(this.#input, 0, at + 26, at + 30);
    bytes.copy(this.#input, 4, at + 16, at + 17);
    bytes.copy(this.#input, 5, at + 30, at + 47);
    const mac = createCipheriv('des-ede-cbc', this.#folded, ZERO_IV).setAutoPadding(false).update(this.#input);
    mac.copy(bytes, at + 47, PADDED - 8, PADDED - 4);
  }
}
