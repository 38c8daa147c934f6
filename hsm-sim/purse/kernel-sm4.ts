import type { BlockCipher } from '../cipher/block-cipher.ts';
import { Sm4, SM4_SCHEDULE_WORDS, scheduleSm4, sm4Block } from '../cipher/sm4.ts';
import { putWord, wordAt } from '../cipher/triple-des.ts';
import type { PurseKernel } from './purse-kernel.ts';

/** The SM4 profile on words: 16-byte blocks, and the whole key where triple DES folds its halves (domain.md A.13). */
export class SmKernel implements PurseKernel {
  readonly #key = new Int32Array(4);
  readonly #block = new Int32Array(4);
  readonly #keySchedule = new Int32Array(SM4_SCHEDULE_WORDS);
  readonly #macSchedule = new Int32Array(SM4_SCHEDULE_WORDS);

  derive(parent: BlockCipher, message: Uint8Array, factorAt: number): void {
    if (!(parent instanceof Sm4)) throw new TypeError('an SM4 key is derived under SM4');
    const key = this.#key;
    key[0] = wordAt(message, factorAt);
    key[1] = wordAt(message, factorAt + 4);
    key[2] = ~key[0];
    key[3] = ~key[1];
    sm4Block(parent.schedule, key);
  }

  setKey(key: Uint8Array): void {
    for (let word = 0; word < 4; word++) this.#key[word] = wordAt(key, 4 * word);
  }

  copyKey(to: Uint8Array, at: number): void {
    for (let word = 0; word < 4; word++) putWord(this.#key[word] as number, to, at + 4 * word);
  }

  useTacKey(): void {
    scheduleSm4(this.#key, this.#macSchedule);
  }

  useSessionKey(random: number, counterAndSuffix: number): void {
    const block = this.#block;
    scheduleSm4(this.#key, this.#keySchedule);
    block[0] = random;
    block[1] = counterAndSuffix;
    block[2] = 0x80000000;
    block[3] = 0;
    sm4Block(this.#keySchedule, block);
    scheduleSm4(block, this.#macSchedule);
  }

  mac(bytes: Uint8Array, at: number, length: number): number {
    this.#block.fill(0);
    return this.#chain(this.#macSchedule, bytes, at, length);
  }

  messagingMac(bytes: Uint8Array, challengeAt: number, challengeLength: number, at: number, length: number): number {
    const block = this.#block;
    scheduleSm4(this.#key, this.#keySchedule);
    block[0] = wordAt(bytes, challengeAt);
    block[1] = challengeLength === 8 ? wordAt(bytes, challengeAt + 4) : 0;
    block[2] = 0;
    block[3] = 0;
    return this.#chain(this.#keySchedule, bytes, at, length);
  }

  /** CBC over the data with padding 80 00…, from the IV in the block. */
  #chain(schedule: Int32Array, bytes: Uint8Array, at: number, length: number): number {
    const block = this.#block;
    const whole = at + (length & ~15);
    for (let from = at; from < whole; from += 16) {
      for (let word = 0; word < 4; word++) block[word] = (block[word] as number) ^ wordAt(bytes, from + 4 * word);
      sm4Block(schedule, block);
    }
    const rest = length & 15;
    for (let i = 0; i <= rest; i++) {
      const byte = i < rest ? (bytes[whole + i] as number) : 0x80;
      block[i >>> 2] = (block[i >>> 2] as number) ^ (byte << (24 - 8 * (i & 3)));
    }
    sm4Block(schedule, block);
    return block[0] as number;
  }
}
