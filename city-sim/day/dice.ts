import { createHash } from 'node:crypto';

/** Numbers are drawn from 48 bits, so that the preference for small ones stays below 2^-16 for every range used here. */
const BYTES_PER_DRAW = 6;

/**
 * Seeded chance. Every stream of a seed is independent of all others, so drawing more from one changes nothing elsewhere,
 * and what happens first in time never matters.
 */
export class Dice {
  readonly #name: string;
  #block = 0;
  #bytes = Buffer.alloc(0);

  constructor(seed: number, stream: string) {
    this.#name = `${seed}/${stream}`;
  }

  /** A whole number from 0 up to, not including, `limit` (at most 2^32). */
  below(limit: number): number {
    return this.bytes(BYTES_PER_DRAW).readUIntBE(0, BYTES_PER_DRAW) % limit;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True so many times in a thousand. */
  perMille(share: number): boolean {
    return this.below(1000) < share;
  }

  /** One of the given values. Throws RangeError when there are none. */
  pick<T>(values: readonly T[]): T {
    const value = values[this.below(Math.max(1, values.length))];
    if (value === undefined) throw new RangeError('there is nothing to pick from');
    return value;
  }

  /** The same values in another order. */
  shuffle<T>(values: readonly T[]): T[] {
    return values
      .map((value) => ({ value, place: this.bytes(BYTES_PER_DRAW).readUIntBE(0, BYTES_PER_DRAW) }))
      .sort((a, b) => a.place - b.place)
      .map(({ value }) => value);
  }

  bytes(length: number): Buffer {
    while (this.#bytes.length < length) {
      const block = createHash('sha256').update(`${this.#name}/${this.#block}`).digest();
      this.#block += 1;
      this.#bytes = Buffer.concat([this.#bytes, block]);
    }
    const drawn = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return drawn;
  }
}
