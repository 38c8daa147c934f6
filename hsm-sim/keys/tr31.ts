import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { BlockCipher } from '../cipher/block-cipher.ts';
import { cmac } from './tr31-cmac.ts';
import { aesCipher, decipherChained, desCipher, encipherChained } from './tr31-ciphers.ts';
import { formatHeader, parseHeader, versions, type Tr31Header, type Tr31Version } from './tr31-header.ts';

export interface Tr31Key {
  readonly header: Tr31Header;
  readonly key: Buffer;
}

/** Keys are filled to the longest of their algorithm, so that the length of a block does not tell that of its key. */
const FILLED_LENGTH = { des: 24, aes: 32 } as const;
const LENGTH_FIELD = 2;

/** Lengths in bytes that a protection key of a version may have. */
export const protectionKeyLengths: Readonly<Record<Tr31Version, readonly number[]>> = {
  A: [16, 24],
  B: [16, 24],
  C: [16, 24],
  D: [16, 24, 32],
};

/**
 * Closes a key in a TR-31 / X9.143 key block (domain.md D.3). Throws RangeError for a protection key the version does
 * not take and for headers that do not fit.
 */
export function wrapTr31(protectionKey: Uint8Array, header: Tr31Header, key: Uint8Array): string {
  const { blockLength } = versions[header.version];
  const filled = Math.max(key.length, header.algorithm === 'A' ? FILLED_LENGTH.aes : FILLED_LENGTH.des);
  const body = randomBytes(Math.ceil((LENGTH_FIELD + filled) / blockLength) * blockLength);
  body.writeUInt16BE(key.length * 8, 0);
  body.set(key, LENGTH_FIELD);
  const head = formatHeader(header, body.length * 2);
  const { enciphering, authenticating } = blockCiphers(header.version, protectionKey);
  const text = Buffer.from(head, 'latin1');
  if (isVariant(header.version)) {
    const sealed = encipherChained(enciphering, text.subarray(0, blockLength), body);
    const mac = lastBlock(authenticating, Buffer.concat([text, sealed])).subarray(0, 4);
    return head + hex(sealed) + hex(mac);
  }
  const mac = cmac(authenticating, Buffer.concat([text, body]));
  return head + hex(encipherChained(enciphering, mac, body)) + hex(mac);
}

/** The key of a block, or undefined when its text, length or MAC are not right under this protection key. */
export function unwrapTr31(protectionKey: Uint8Array, text: string): Tr31Key | undefined {
  const parsed = parseHeader(text);
  if (!parsed) return undefined;
  const { header, bodyAt } = parsed;
  const { blockLength, macCharacters } = versions[header.version];
  const sealed = text.slice(bodyAt, -macCharacters);
  const mac = text.slice(-macCharacters);
  if (text.length - bodyAt < blockLength * 2 + macCharacters || !/^[0-9A-F]+$/.test(sealed + mac)) return undefined;
  if (sealed.length % (2 * blockLength) !== 0) return undefined;
  if (!protectionKeyLengths[header.version].includes(protectionKey.length)) return undefined;
  const body = open(protectionKey, header.version, text.slice(0, bodyAt), Buffer.from(sealed, 'hex'), mac);
  if (!body) return undefined;
  const bits = body.readUInt16BE(0);
  if (bits === 0 || bits % 8 !== 0 || LENGTH_FIELD + bits / 8 > body.length) return undefined;
  return { header, key: Buffer.from(body.subarray(LENGTH_FIELD, LENGTH_FIELD + bits / 8)) };
}

function open(key: Uint8Array, version: Tr31Version, head: string, sealed: Buffer, mac: string): Buffer | undefined {
  const { enciphering, authenticating } = blockCiphers(version, key);
  const text = Buffer.from(head, 'latin1');
  const stated = Buffer.from(mac, 'hex');
  if (isVariant(version)) {
    const computed = lastBlock(authenticating, Buffer.concat([text, sealed])).subarray(0, 4);
    if (!timingSafeEqual(computed, stated)) return undefined;
    return decipherChained(enciphering, text.subarray(0, 8), sealed);
  }
  const body = decipherChained(enciphering, stated, sealed);
  return timingSafeEqual(cmac(authenticating, Buffer.concat([text, body])), stated) ? body : undefined;
}

/** Versions A and C: enciphered first with variants of the key, then authenticated. */
function isVariant(version: Tr31Version): boolean {
  return version === 'A' || version === 'C';
}

function blockCiphers(
  version: Tr31Version,
  key: Uint8Array,
): { enciphering: BlockCipher; authenticating: BlockCipher } {
  if (!protectionKeyLengths[version].includes(key.length))
    throw new RangeError(`a protection key of ${key.length} bytes does not fit version ${version}`);
  if (isVariant(version)) {
    const variant = (mask: number) => desCipher(key.map((byte) => byte ^ mask));
    return { enciphering: variant(0x45), authenticating: variant(0x4d) };
  }
  if (version === 'B') {
    const derive = (usage: number) => desCipher(derived(desCipher(key), key.length === 16 ? 0 : 1, usage, key.length));
    return { enciphering: derive(0), authenticating: derive(1) };
  }
  const derive = (usage: number) => aesCipher(derived(aesCipher(key), key.length / 8, usage, key.length));
  return { enciphering: derive(0), authenticating: derive(1) };
}

/** CMACs over counter 1 ‖ usage 2 ‖ 00 ‖ algorithm 2 ‖ length in bits 2, as many as fill `length` bytes. */
function derived(cipher: BlockCipher, algorithm: number, usage: number, length: number): Buffer {
  const input = Buffer.from([0, 0, usage, 0, 0, algorithm, (length * 8) >>> 8, (length * 8) & 0xff]);
  const parts: Buffer[] = [];
  for (let counter = 1; parts.length * cipher.blockLength < length; counter++) {
    input[0] = counter;
    parts.push(cmac(cipher, input));
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** CBC-MAC without padding: header and body are whole blocks. */
function lastBlock(cipher: BlockCipher, data: Uint8Array): Buffer {
  return encipherChained(cipher, Buffer.alloc(cipher.blockLength), data).subarray(-cipher.blockLength);
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}
