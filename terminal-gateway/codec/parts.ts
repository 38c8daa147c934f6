import { fen, type Fen } from '@citycard/common';
import { decodeGb18030, encodeGb18030 } from './gb18030.ts';
import { EncodingError } from './problem.ts';

/**
 * A piece of a binary payload: how its bytes become a value and back.
 *
 * `decode` gets exactly the bytes that are its own and gives a `Misfit` when they are not what the format says.
 */
export interface Part<T> {
  /** Bytes it always takes; undefined for a part that takes all that is left. */
  readonly size: number | undefined;
  /** What it is, for people: `BCD`, `fen, binary`. */
  readonly format: string;
  /** What it is made of, in the order of the bytes. */
  readonly parts?: readonly NamedPart[];
  decode(bytes: Buffer): T | Misfit;
  encode(value: T, path: string): Buffer;
}

/** A part with the name that paths and people call it by. */
export interface NamedPart {
  readonly name: string;
  readonly part: Part<unknown>;
}

export type ValueOf<P> = P extends Part<infer T> ? T : never;

/** What is wrong with a part, and which of its own parts (outermost first) is at fault. */
export class Misfit {
  readonly reason: string;
  readonly steps: readonly string[];

  constructor(reason: string, steps: readonly string[] = []) {
    this.reason = reason;
    this.steps = steps;
  }

  inside(step: string): Misfit {
    return new Misfit(this.reason, [step, ...this.steps]);
  }
}

/** An unsigned integer of 1, 2 or 4 bytes, big-endian; with `allowed`, one of these values only. */
export function uint<const V extends number = number>(size: 1 | 2 | 4, allowed?: readonly V[]): Part<V> {
  return {
    format: allowed === undefined ? 'binary' : `binary, ${allowed.join(' or ')}`,
    size,
    decode(bytes) {
      const value = bytes.readUIntBE(0, size);
      return isAllowed(value, allowed) ? value : new Misfit(`${value} is not ${allowed?.join(', ')}`);
    },
    encode(value, path) {
      if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size) || !isAllowed(value, allowed)) {
        throw new EncodingError(path, `${value} does not fit`);
      }
      const bytes = Buffer.alloc(size);
      bytes.writeUIntBE(value, 0, size);
      return bytes;
    },
  };
}

function isAllowed<V extends number>(value: number, allowed: readonly V[] | undefined): value is V {
  return allowed === undefined || allowed.some((one) => one === value);
}

/** An amount: unsigned fen in 4 or 8 bytes, big-endian. */
export function fenBinary(size: 4 | 8): Part<Fen> {
  const limit = size === 4 ? 2n ** 32n - 1n : 2n ** 62n;
  return {
    format: 'fen, binary',
    size,
    decode(bytes) {
      const value = size === 4 ? BigInt(bytes.readUInt32BE()) : bytes.readBigUInt64BE();
      return value <= limit ? fen(value) : new Misfit(`${value} fen is no amount`);
    },
    encode(value, path) {
      if (value < 0n || value > limit) throw new EncodingError(path, `${value} fen does not fit ${size} bytes`);
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(value);
      return bytes.subarray(8 - size);
    },
  };
}

/** Packed decimal of whole bytes, as its digits. */
export function bcd(size: number): Part<string> {
  return {
    format: 'BCD',
    size,
    decode(bytes) {
      const digits = bytes.toString('hex');
      return /[a-f]/.test(digits) ? new Misfit('is not packed decimal') : digits;
    },
    encode(value, path) {
      if (value.length !== 2 * size || !/^\d*$/.test(value)) throw new EncodingError(path, `is not ${2 * size} digits`);
      return Buffer.from(value, 'hex');
    },
  };
}

/** Bytes as they are: exactly `size` of them, or all that is left. */
export function opaque(size?: number): Part<Buffer> {
  return {
    format: 'bytes',
    size,
    decode: (bytes) => bytes,
    encode(value, path) {
      if (size !== undefined && value.length !== size) throw new EncodingError(path, `is not ${size} bytes`);
      return value;
    },
  };
}

/** Digits in ASCII ("n12"); `orBlank` also takes all blanks, which read as no text at all. */
export function asciiDigits(size: number, orBlank: 'or blank' | 'always' = 'always'): Part<string> {
  return {
    format: orBlank === 'or blank' ? 'digits, ASCII, or blanks' : 'digits, ASCII',
    size,
    decode(bytes) {
      const text = bytes.toString('latin1');
      if (orBlank === 'or blank' && text.trimEnd() === '') return '';
      return /^\d*$/.test(text) ? text : new Misfit(`is not ${size} digits`);
    },
    encode(value, path) {
      if (orBlank === 'or blank' && value.trim() === '') return Buffer.alloc(size, ' ');
      if (value.length !== size || !/^\d*$/.test(value)) throw new EncodingError(path, `is not ${size} digits`);
      return Buffer.from(value, 'latin1');
    },
  };
}

/** An amount as decimal fen in ASCII digits. */
export function fenDigits(size: number): Part<Fen> {
  const digits = asciiDigits(size);
  return {
    format: 'fen, digits, ASCII',
    size,
    decode(bytes) {
      const text = digits.decode(bytes);
      return text instanceof Misfit ? text : fen(text);
    },
    encode: (value, path) => digits.encode(value.toString().padStart(size, '0'), path),
  };
}

/** GB 18030 text padded with spaces on the right; reads without the padding. */
export function text(size: number): Part<string> {
  return {
    format: 'text, GB 18030',
    size,
    decode(bytes) {
      const value = decodeGb18030(bytes);
      if (value === undefined) return new Misfit('is not GB 18030 text');
      return hasControlCharacter(value) ? new Misfit('has a control character') : value.replace(/ +$/, '');
    },
    encode(value, path) {
      if (hasControlCharacter(value)) throw new EncodingError(path, 'has a control character');
      const bytes = encodeGb18030(value);
      if (bytes === undefined) throw new EncodingError(path, 'is not Unicode text');
      if (bytes.length > size) throw new EncodingError(path, `takes ${bytes.length} bytes, there are ${size}`);
      return Buffer.concat([bytes, Buffer.alloc(size - bytes.length, ' ')]);
    },
  };
}

function hasControlCharacter(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

/** Parts one after the other, named; the last may take all that is left. The order of the names is the order of the bytes. */
export function record<P extends Readonly<Record<string, Part<unknown>>>>(
  parts: P,
): Part<{ readonly [K in keyof P]: ValueOf<P[K]> }> {
  const rows = Object.entries(parts).map(([key, part]) => ({ key, words: words(key), part }));
  const fixed = rows.reduce((sum, row) => sum + (row.part.size ?? 0), 0);
  const open = rows.at(-1)?.part.size === undefined;
  return {
    format: 'record',
    parts: rows.map(({ words: name, part }) => ({ name, part })),
    size: open ? undefined : fixed,
    decode(bytes) {
      if (open ? bytes.length < fixed : bytes.length !== fixed) {
        return new Misfit(`has ${bytes.length} bytes, not ${open ? 'at least ' : ''}${fixed}`);
      }
      const value: Record<string, unknown> = {};
      let offset = 0;
      for (const row of rows) {
        const end = row.part.size === undefined ? bytes.length : offset + row.part.size;
        const decoded = row.part.decode(bytes.subarray(offset, end));
        if (decoded instanceof Misfit) return decoded.inside(row.words);
        value[row.key] = decoded;
        offset = end;
      }
      return value as { readonly [K in keyof P]: ValueOf<P[K]> };
    },
    encode(value, path) {
      const given: Record<string, unknown> = value;
      return Buffer.concat(rows.map((row) => row.part.encode(given[row.key], `${path} / ${row.words}`)));
    },
  };
}

/** The same part again and again, `least` to `most` times, to the end; `name` is what the path calls one of them. */
export function repeated<T>(part: Part<T>, name: string, least: number, most: number): Part<readonly T[]> {
  const size = part.size ?? 1;
  return {
    format: `${least} to ${most} times`,
    parts: [{ name, part }],
    size: undefined,
    decode(bytes) {
      const count = bytes.length / size;
      if (!Number.isInteger(count)) return new Misfit(`${bytes.length} bytes are no multiple of ${size}`);
      if (count < least || count > most) return new Misfit(`${count} of ${name} is not ${least} to ${most}`);
      const values: T[] = [];
      for (let index = 0; index < count; index++) {
        const decoded = part.decode(bytes.subarray(index * size, (index + 1) * size));
        if (decoded instanceof Misfit) return decoded.inside(`${name} ${index + 1}`);
        values.push(decoded);
      }
      return values;
    },
    encode(values, path) {
      if (values.length < least || values.length > most) {
        throw new EncodingError(path, `${values.length} of ${name} is not ${least} to ${most}`);
      }
      return Buffer.concat(values.map((value, index) => part.encode(value, `${path} / ${name} ${index + 1}`)));
    },
  };
}

/** A count of one byte, then that many of the part, to the end. */
export function counted<T>(part: Part<T>, name: string, most: number): Part<readonly T[]> {
  const list = repeated(part, name, 0, most);
  return {
    format: `count 1, then up to ${most} times`,
    parts: [{ name, part }],
    size: undefined,
    decode(bytes) {
      if (bytes.length === 0) return new Misfit('has no count');
      const values = list.decode(bytes.subarray(1));
      if (values instanceof Misfit) return values;
      return values.length === bytes[0] ? values : new Misfit(`count ${bytes[0]}, but ${values.length} of ${name}`);
    },
    encode: (values, path) => Buffer.concat([Buffer.of(values.length), list.encode(values, path)]),
  };
}

/** `balanceBefore` → `balance before`, for paths and for people. */
export function words(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
