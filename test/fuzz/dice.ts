/** Random numbers that come again with the same seed (sfc32): a failing case is told by its seed and played once more. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** The dice of one case of a run: the same two numbers throw the same. */
  constructor(seed: number, index: number) {
    this.#a = seed | 0;
    this.#b = index | 0;
    this.#c = 0x9e3779b9;
    for (let round = 0; round < 12; round += 1) this.next();
  }

  /** 32 random bits. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 … limit − 1 */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  /** least … most */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in so many throws. */
  oneIn(many: number): boolean {
    return this.below(many) === 0;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count);
    for (let index = 0; index < count; index += 1) bytes[index] = this.next() >>> 24;
    return bytes;
  }

  digits(count: number): string {
    let text = '';
    for (let index = 0; index < count; index += 1) text += String.fromCharCode(0x30 + this.below(10));
    return text;
  }

  /** An unsigned integer, often one at the edge of its range. */
  integer(bytes: 1 | 2 | 4): Buffer {
    const value = Buffer.alloc(bytes);
    const edge = this.below(6);
    if (edge === 0) return value;
    if (edge === 1) return value.fill(0xff);
    return edge < 4 ? this.bytes(bytes) : (value.writeUIntBE(this.below(200), 0, bytes), value);
  }
}
