import { statedLength } from '../keys/tr31-header.ts';
import { HostRefused } from './errors.ts';

const TRAILER_MARK = 0x19;
const MAX_TRAILER = 32;
/** Characters a block needs before its length can be read: version 1 ‖ length 4. */
const LENGTH_PREFIX = 5;

/** A key as it stands in a command: `S`, `R`: key block; else hexadecimal under a variant scheme. */
export type KeyText =
  | { readonly kind: 'variant'; readonly scheme: 'Z' | 'U' | 'X' | 'T' | 'Y'; readonly bytes: Buffer }
  | { readonly kind: 'block'; readonly scheme: 'S' | 'R'; readonly block: string };

const HEX_DIGITS = { Z: 16, U: 32, X: 32, T: 48, Y: 48 } as const;

/**
 * Reads the text fields of a host command in order. Every method refuses with 80 when the message ends before the
 * field does.
 */
export class HostFields {
  readonly #message: Buffer;
  #at: number;
  #end: number;
  #trailer: Buffer = Buffer.alloc(0);

  /** @param binary the fields may hold any byte, so the trailer can be found only behind the last of them */
  constructor(message: Buffer, from: number, binary: boolean) {
    this.#message = message;
    this.#at = from;
    this.#end = message.length;
    const mark = binary ? -1 : message.indexOf(TRAILER_MARK, from);
    if (mark >= 0) this.#cut(mark);
  }

  /** X'19 ‖ trailer, or empty. */
  get trailer(): Buffer {
    return this.#trailer;
  }

  text(length: number): string {
    return this.bytes(length).toString('latin1');
  }

  bytes(length: number): Buffer {
    if (this.#at + length > this.#end) throw new HostRefused('80');
    const field = this.#message.subarray(this.#at, this.#at + length);
    this.#at += length;
    return field;
  }

  /** `length` characters that match, else 15. */
  matching(length: number, pattern: RegExp): string {
    const text = this.text(length);
    if (!pattern.test(text)) throw new HostRefused('15');
    return text;
  }

  digits(length: number): string {
    return this.matching(length, /^\d+$/);
  }

  /** `digits` hexadecimal characters, read as bytes. */
  hex(digits: number): Buffer {
    return Buffer.from(this.matching(digits, /^[0-9A-Fa-f]*$/), 'hex');
  }

  /** Length, 4 hexadecimal digits. */
  length(): number {
    return Number.parseInt(this.matching(4, /^[0-9A-Fa-f]{4}$/), 16);
  }

  /** The next character without taking it; empty at the end. */
  peek(): string {
    return this.#at < this.#end ? String.fromCharCode(this.#message[this.#at] as number) : '';
  }

  /** Takes `mark` when it comes next. */
  take(mark: string): boolean {
    if (this.peek() !== mark) return false;
    this.#at++;
    return true;
  }

  /** Takes a flag 0 or 1 that stands before a key with a scheme letter; a digit of a key without one it leaves. */
  flagBeforeKey(): '0' | '1' | undefined {
    const flag = this.peek();
    if (flag !== '0' && flag !== '1') return undefined;
    const next = this.#at + 1 < this.#end ? String.fromCharCode(this.#message[this.#at + 1] as number) : '';
    if (!/[ZUXTYS]/.test(next)) return undefined;
    this.#at++;
    return flag;
  }

  /** The digits before `mark`, which is taken too; undefined when it does not come within `most` digits. */
  digitsUntil(mark: string, most: number): string | undefined {
    const text = this.#message.toString('latin1', this.#at, Math.min(this.#end, this.#at + most + 1));
    const at = text.indexOf(mark);
    if (at < 0 || !/^\d*$/.test(text.slice(0, at))) return undefined;
    this.#at += at + mark.length;
    return text.slice(0, at);
  }

  /** A key of any scheme. Refuses with 12 (user storage), 26 (unknown scheme), 15 (bad hexadecimal or block). */
  key(): KeyText {
    const first = this.peek();
    if (first === '') throw new HostRefused('80');
    if (first === 'K') throw new HostRefused('12');
    if (first === 'S' || first === 'R') {
      this.#at++;
      return { kind: 'block', scheme: first, block: this.#block() };
    }
    if (/[0-9A-Fa-f]/.test(first)) return { kind: 'variant', scheme: 'Z', bytes: this.hex(HEX_DIGITS.Z) };
    if (first !== 'Z' && first !== 'U' && first !== 'X' && first !== 'T' && first !== 'Y') throw new HostRefused('26');
    this.#at++;
    return { kind: 'variant', scheme: first, bytes: this.hex(HEX_DIGITS[first]) };
  }

  /** Refuses with 80 when anything but a trailer of at most 32 characters follows. */
  end(): void {
    if (this.#at < this.#end && this.#message[this.#at] === TRAILER_MARK) this.#cut(this.#at);
    if (this.#at !== this.#end || this.#trailer.length > 1 + MAX_TRAILER) throw new HostRefused('80');
  }

  #block(): string {
    const start = this.#message.toString('latin1', this.#at, Math.min(this.#at + LENGTH_PREFIX, this.#end));
    if (start.length < LENGTH_PREFIX) throw new HostRefused('80');
    const length = statedLength(start);
    if (length === undefined) throw new HostRefused('15');
    return this.text(length);
  }

  #cut(mark: number): void {
    this.#trailer = this.#message.subarray(mark, this.#end);
    this.#end = mark;
  }
}
