import { decipherBlocks, encipherBlocks, type BlockCipher } from '../cipher/block-cipher.ts';
import { decipherChained, encipherChained } from '../keys/tr31-ciphers.ts';
import { HostRefused } from './errors.ts';
import { hostCommand, type HostCall } from './host-command.ts';
import { hostCipher, type HostKey } from './host-key.ts';
import { readLmkId } from './key-attributes.ts';
import { BLOCK_TYPE, dataUsages, keyType } from './key-types.ts';
import { dataText, readData } from './message-data.ts';

/** Modes of operation. */
const ECB = '00';
const CBC = '01';
const TYPES = ['00A', '00B', '30B'];

/**
 * M0: encipher. Mode 2 (00 ECB, 01 CBC) ‖ input format 1 (0 binary, 1 hexadecimal, 2 text) ‖ output format 1 (0, 1) ‖
 * key type 3 (00A, 00B, 30B, FFF) ‖ key [IV: CBC only, 16 digits for DES, 32 for AES] ‖ length 4 hexadecimal ‖ data
 * [`%` LMK id 2] → [IV of the next block, CBC only] ‖ length 4 ‖ enciphered data. Data are whole blocks.
 */
const encipher = hostCommand({
  code: 'M0',
  name: 'hostEncipherData',
  binary: true,
  run: (call) => runBlocks(call, 'encipher'),
});

/** M2: decipher; fields and answer as M0. Output format 2 gives the data as they are, like 0. */
const decipher = hostCommand({
  code: 'M2',
  name: 'hostDecipherData',
  binary: true,
  run: (call) => runBlocks(call, 'decipher'),
});

function runBlocks(call: HostCall, direction: 'encipher' | 'decipher'): Buffer {
  const { fields } = call;
  const mode = fields.matching(2, /^0[01]$/);
  const input = fields.matching(1, /^[012]$/);
  const output = fields.matching(1, direction === 'encipher' ? /^[01]$/ : /^[012]$/);
  const { key, scheme } = readDataKey(call, direction === 'encipher' ? 'BEN' : 'BDN');
  const cipher = hostCipher(key);
  const iv = mode === CBC ? fields.hex(2 * cipher.blockLength) : undefined;
  const data = readData(fields, input);
  readLmkId(fields, scheme);
  fields.end();
  if (data.length === 0 || data.length % cipher.blockLength !== 0) throw new HostRefused('80');
  const result = iv ? chained(cipher, iv, data, direction) : plain(cipher, data, direction);
  const [enciphered, next] = [direction === 'encipher' ? result : data, cipher.blockLength];
  const nextIv = mode === ECB ? '' : enciphered.subarray(-next).toString('hex').toUpperCase();
  return Buffer.concat([Buffer.from(nextIv, 'latin1'), dataText(result, output)]);
}

function readDataKey({ fields, keys }: HostCall, modes: string): { key: HostKey; scheme: string } {
  const code = fields.text(3);
  if (code !== BLOCK_TYPE && !TYPES.includes(keyType(code).code)) throw new HostRefused('28');
  const text = fields.key();
  if (code === BLOCK_TYPE && text.kind !== 'block') throw new HostRefused('04');
  const type = keyType(code === BLOCK_TYPE ? '00A' : code);
  return { key: keys.open(text, type, { usages: dataUsages, modes }, '10'), scheme: text.scheme };
}

function plain(cipher: BlockCipher, data: Buffer, direction: 'encipher' | 'decipher'): Buffer {
  return direction === 'encipher' ? encipherBlocks(cipher, data) : decipherBlocks(cipher, data);
}

function chained(cipher: BlockCipher, iv: Buffer, data: Buffer, direction: 'encipher' | 'decipher'): Buffer {
  return direction === 'encipher' ? encipherChained(cipher, iv, data) : decipherChained(cipher, iv, data);
}

export const dataBlockCommands = [encipher, decipher];
