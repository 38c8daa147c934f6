import type { BlockCipher } from '../cipher/block-cipher.ts';
import { desCbcPadded } from '../cipher/des-cbc.ts';
import { DES_SCHEDULE_WORDS, desBlock, scheduleDes, tripleDesBlock } from '../cipher/des.ts';
import { putWord, TripleDes, wordAt } from '../cipher/triple-des.ts';
import type { PurseKernel } from './purse-kernel.ts';

/** The triple-DES profile on words. */
export class DesKernel implements PurseKernel {
  readonly #key = new Int32Array(4);
  readonly #block = new Int32Array(2);
  readonly #left = new Int32Array(DES_SCHEDULE_WORDS);
  readonly #right = new Int32Array(DES_SCHEDULE_WORDS);
  readonly #macSchedule = new Int32Array(DES_SCHEDULE_WORDS);

  derive(parent: BlockCipher, message: Uint8Array, factorAt: number): void {
    if (!(parent instanceof TripleDes)) throw new TypeError('a triple-DES key is derived under triple DES');
    const key = this.#key;
    const block = this.#block;
    const left = wordAt(message, factorAt);
    const right = wordAt(message, factorAt + 4);
    block[0] = left;
    block[1] = right;
    tripleDesBlock(parent.first, parent.second, block, false);
    key[0] = block[0];
    key[1] = block[1];
    block[0] = ~left;
    block[1] = ~right;
    tripleDesBlock(parent.first, parent.second, block, false);
    key[2] = block[0];
    key[3] = block[1];
  }

  setKey(key: Uint8Array): void {
    for (let word = 0; word < 4; word++) this.#key[word] = wordAt(key, 4 * word);
  }

  copyKey(to: Uint8Array, at: number): void {
    for (let word = 0; word < 4; word++) putWord(this.#key[word] as number, to, at + 4 * word);
  }

  useTacKey(): void {
    const key = this.#key;
    scheduleDes((key[0] as number) ^ (key[2] as number), (key[1] as number) ^ (key[3] as number), this.#macSchedule);
  }

  useSessionKey(random: number, counterAndSuffix: number): void {
    const block = this.#block;
    this.#scheduleHalves();
    block[0] = random;
    block[1] = counterAndSuffix;
    tripleDesBlock(this.#left, this.#right, block, false);
    scheduleDes(block[0], block[1], this.#macSchedule);
  }

  mac(bytes: Uint8Array, at: number, length: number): number {
    const block = this.#block;
    block[0] = 0;
    block[1] = 0;
    desCbcPadded(this.#macSchedule, block, bytes, at, length);
    return block[0];
  }

  messagingMac(bytes: Uint8Array, challengeAt: number, challengeLength: number, at: number, length: number): number {
    const block = this.#block;
    this.#scheduleHalves();
    block[0] = wordAt(bytes, challengeAt);
    block[1] = challengeLength === 8 ? wordAt(bytes, challengeAt + 4) : 0;
    desCbcPadded(this.#left, block, bytes, at, length);
    desBlock(this.#right, block, true);
    desBlock(this.#left, block, false);
    return block[0];
  }

  #scheduleHalves(): void {
    const key = this.#key;
    scheduleDes(key[0] as number, key[1] as number, this.#left);
    scheduleDes(key[2] as number, key[3] as number, this.#right);
  }
}
