import { timingSafeEqual } from 'node:crypto';
import type { BlockCipher } from '../cipher/block-cipher.ts';
import { SingleDes } from '../cipher/triple-des.ts';
import { cmac } from '../keys/tr31-cmac.ts';
import { encipherChained } from '../keys/tr31-ciphers.ts';
import { padBlocks } from '../mac/padding.ts';
import { HostRefused } from './errors.ts';
import { hostCommand, type HostCall } from './host-command.ts';
import { hostCipher, type HostKey } from './host-key.ts';
import { readLmkId } from './key-attributes.ts';
import { BLOCK_TYPE, keyType } from './key-types.ts';
import { readData } from './message-data.ts';

/** Which part of a message the command brings. */
const parts = { '0': 'only', '1': 'first', '2': 'middle', '3': 'last' } as const;
type Part = (typeof parts)[keyof typeof parts];

/** 1: CBC-MAC (X9.9, ISO 9797-1 algorithm 1); 3: retail MAC (X9.19, algorithm 3); 5: CMAC. */
type Algorithm = '1' | '3' | '5';
const USAGES: Readonly<Record<Algorithm, readonly string[]>> = {
  '1': ['M0', 'M1'],
  '3': ['M3'],
  '5': ['M5', 'M6'],
};
const TYPES = ['003', '008'];
/** Bytes of a MAC by the size field. */
const SIZES: Readonly<Record<string, number>> = { '0': 4, '1': 8 };

interface MacRequest {
  readonly part: Part;
  readonly algorithm: Algorithm;
  readonly padding: 0 | 1 | 2 | 3;
  readonly size: number;
  readonly key: HostKey;
  readonly scheme: string;
  readonly iv: Buffer;
  readonly data: Buffer;
}

/**
 * M6: mode 1 (0 only, 1 first, 2 middle, 3 last block) ‖ input format 1 (0 binary, 1 hexadecimal, 2 text) ‖ MAC size 1
 * (0: 8 digits, 1: 16) ‖ algorithm 1 (1, 3, 5) ‖ padding 1 (0 none, 1, 2, 3) ‖ key type 3 (003, 008, FFF) ‖ key [IV:
 * modes 2 and 3, 16 digits, 32 for AES] ‖ length 4 hexadecimal ‖ data [`%` LMK id 2] → MAC; modes 1 and 2: IV for the
 * next command.
 */
const generateMac = hostCommand({
  code: 'M6',
  name: 'hostGenerateMac',
  binary: true,
  run(call) {
    const request = readRequest(call, 'CGN');
    end(call, request);
    return finish(request).toString('hex').toUpperCase();
  },
});

/** M8: as M6, the MAC behind the data in modes 0 and 3; 01 when it does not match. Modes 1 and 2 answer the IV. */
const verifyMac = hostCommand({
  code: 'M8',
  name: 'hostVerifyMac',
  binary: true,
  run(call) {
    const request = readRequest(call, 'CVN');
    const stated = isLast(request.part) ? call.fields.hex(2 * request.size) : undefined;
    end(call, request);
    const result = finish(request);
    if (!stated) return result.toString('hex').toUpperCase();
    if (!timingSafeEqual(result, stated)) throw new HostRefused('01');
    return '';
  },
});

function readRequest({ fields, keys }: HostCall, modes: string): MacRequest {
  const part = parts[fields.matching(1, /^[0-3]$/) as keyof typeof parts];
  const format = fields.matching(1, /^[012]$/);
  const size = SIZES[fields.matching(1, /^[01]$/)] ?? 0;
  const algorithm = fields.matching(1, /^[135]$/) as Algorithm;
  const padding = Number(fields.matching(1, /^[0-3]$/)) as 0 | 1 | 2 | 3;
  // CMAC pads by itself; method 3 states a length that only a message in one piece has.
  if (algorithm === '5' ? padding !== 0 : padding === 3 && part !== 'only') throw new HostRefused('15');
  const code = fields.text(3);
  if (code !== BLOCK_TYPE && !TYPES.includes(keyType(code).code)) throw new HostRefused('28');
  const text = fields.key();
  if (code === BLOCK_TYPE && text.kind !== 'block') throw new HostRefused('04');
  const type = keyType(code === BLOCK_TYPE ? '003' : code);
  const key = keys.open(text, type, { usages: USAGES[algorithm], modes }, '10');
  if (key.algorithm === 'A' ? algorithm !== '5' : algorithm === '3' && key.bytes.length !== 16)
    throw new HostRefused('27');
  const blockLength = key.algorithm === 'A' ? 16 : 8;
  const continues = part === 'middle' || part === 'last';
  const iv = continues ? fields.hex(2 * blockLength) : Buffer.alloc(blockLength);
  const data = readData(fields, format);
  return { part, algorithm, padding, size, key, scheme: text.scheme, iv, data };
}

function end({ fields }: HostCall, { scheme }: MacRequest): void {
  readLmkId(fields, scheme);
  fields.end();
}

function isLast(part: Part): boolean {
  return part === 'only' || part === 'last';
}

interface Halves {
  readonly left: SingleDes;
  readonly right: SingleDes;
}
const halves = new WeakMap<HostKey, Halves>();

/** The halves of a double-length key as the retail MAC uses them, scheduled once. */
function halvesOf(key: HostKey): Halves {
  const known = halves.get(key);
  if (known) return known;
  const made = { left: new SingleDes(key.bytes.subarray(0, 8)), right: new SingleDes(key.bytes.subarray(8, 16)) };
  halves.set(key, made);
  return made;
}

/** The MAC cut to its size, or after a first or middle part the whole chaining value. */
function finish(request: MacRequest): Buffer {
  const { part, algorithm, padding, size, key, iv, data } = request;
  const retail = algorithm === '3' ? halvesOf(key) : undefined;
  const cipher = retail?.left ?? hostCipher(key);
  if (!isLast(part)) return chain(cipher, iv, wholeBlocks(data, cipher));
  // CMAC masks the last block of data: behind earlier parts there must be one.
  if (algorithm === '5' && part === 'last' && data.length === 0) throw new HostRefused('80');
  if (algorithm === '5') return cmac(cipher, data, iv).subarray(0, size);
  const padded = padding === 0 ? wholeBlocks(data, cipher) : padBlocks(data, padding, cipher.blockLength);
  const mac = chain(cipher, iv, padded);
  if (retail) {
    retail.right.decipher(mac, 0, mac, 0);
    retail.left.encipher(mac, 0, mac, 0);
  }
  return mac.subarray(0, size);
}

function chain(cipher: BlockCipher, iv: Buffer, data: Buffer): Buffer {
  return Buffer.from(encipherChained(cipher, iv, data).subarray(-cipher.blockLength));
}

function wholeBlocks(data: Buffer, { blockLength }: BlockCipher): Buffer {
  if (data.length === 0 || data.length % blockLength !== 0) throw new HostRefused('80');
  return data;
}

export const macCommands = [generateMac, verifyMac];
