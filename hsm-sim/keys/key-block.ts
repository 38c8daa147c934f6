import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { aesCmac } from './aes-cmac.ts';

/**
 * X9.143 (TR-31) key blocks, version D: AES-CBC under an AES-256 key block protection key, IV = MAC, MAC = AES-CMAC
 * over header and plaintext. Everything the header says is therefore bound to the key (domain.md D.3).
 *
 * Header, 16 characters: version 1 ‖ length 4 ‖ usage 2 ‖ algorithm 1 ‖ mode of use 1 ‖ key version 2 ‖ exportability 1 ‖
 * number of optional blocks 2 ‖ reserved 2; optional blocks; body and MAC in hexadecimal.
 */
export interface KeyBlockHeader {
  readonly usage: string;
  readonly algorithm: string;
  readonly mode: string;
  readonly exportability: string;
  /** Optional block LB: whose key this is, so that two keys of one usage cannot change places in the store. */
  readonly label?: string;
  /** Optional block 10 (numbers are the maker's): how many derivation factors the key must be used with. */
  readonly levels?: number;
}

export interface OpenedKeyBlock {
  readonly header: KeyBlockHeader;
  readonly key: Buffer;
}

const BLOCK = 16;
const MAC_CHARACTERS = 32;
const HEADER_CHARACTERS = 16;
/** The length field has 4 digits. */
const MAX_CHARACTERS = 9999;
const LEVELS = '10';
const LABEL_PATTERN = /^[\x20-\x7e]{1,200}$/;

/** Closes a key under the protection key; text of the block. Throws RangeError for labels and keys it cannot hold. */
export function closeKeyBlock(protectionKey: Uint8Array, header: KeyBlockHeader, key: Uint8Array): string {
  const optional = optionalBlocks(header);
  const bodyLength = Math.ceil((2 + key.length) / BLOCK) * BLOCK;
  const body = randomBytes(bodyLength);
  body.writeUInt16BE(key.length * 8, 0);
  body.set(key, 2);
  const length = HEADER_CHARACTERS + optional.text.length + 2 * bodyLength + MAC_CHARACTERS;
  if (length > MAX_CHARACTERS) throw new RangeError(`a key of ${key.length} bytes does not fit a key block`);
  const head =
    `D${String(length).padStart(4, '0')}${header.usage}${header.algorithm}${header.mode}00${header.exportability}` +
    `${String(optional.count).padStart(2, '0')}00${optional.text}`;
  const { enciphering, authenticating } = blockKeys(protectionKey);
  const mac = aesCmac(authenticating, Buffer.concat([Buffer.from(head, 'ascii'), body]));
  const cipher = createCipheriv('aes-256-cbc', enciphering, mac).setAutoPadding(false);
  return head + (cipher.update(body).toString('hex') + mac.toString('hex')).toUpperCase();
}

/** The key of a block, or undefined when text, MAC or length are not as `closeKeyBlock` makes them. */
export function openKeyBlock(protectionKey: Uint8Array, text: string): OpenedKeyBlock | undefined {
  const parsed = parse(text);
  if (!parsed) return undefined;
  const { enciphering, authenticating } = blockKeys(protectionKey);
  const decipher = createDecipheriv('aes-256-cbc', enciphering, parsed.mac).setAutoPadding(false);
  const body = decipher.update(parsed.body);
  const mac = aesCmac(authenticating, Buffer.concat([Buffer.from(parsed.head, 'ascii'), body]));
  if (!timingSafeEqual(mac, parsed.mac)) return undefined;
  const bits = body.readUInt16BE(0);
  if (bits % 8 !== 0 || 2 + bits / 8 > body.length) return undefined;
  return { header: parsed.header, key: Buffer.from(body.subarray(2, 2 + bits / 8)) };
}

interface ParsedKeyBlock {
  readonly header: KeyBlockHeader;
  /** All characters before the body. */
  readonly head: string;
  readonly body: Buffer;
  readonly mac: Buffer;
}

function parse(text: string): ParsedKeyBlock | undefined {
  const fixed = /^D(\d{4})([0-9A-Z]{2})([0-9A-Z])([A-Z])[0-9A-Z]{2}([ENS])(\d{2})00/.exec(text);
  if (!fixed || Number(fixed[1]) !== text.length || text.length > MAX_CHARACTERS) return undefined;
  const [, , usage = '', algorithm = '', mode = '', exportability = '', count = ''] = fixed;
  let at = HEADER_CHARACTERS;
  let label: string | undefined;
  let levels: number | undefined;
  for (let block = 0; block < Number(count); block++) {
    const length = Number.parseInt(text.slice(at + 2, at + 4), 16);
    if (!(length >= 4) || at + length > text.length) return undefined;
    const content = text.slice(at + 4, at + length);
    if (text.startsWith('LB', at)) label = content;
    if (text.startsWith(LEVELS, at)) {
      if (!/^\d$/.test(content)) return undefined;
      levels = Number(content);
    }
    at += length;
  }
  const sealed = text.slice(at);
  if (!/^[0-9A-F]+$/.test(sealed) || sealed.length < 2 * BLOCK + MAC_CHARACTERS) return undefined;
  if ((sealed.length - MAC_CHARACTERS) % (2 * BLOCK) !== 0) return undefined;
  const header = { usage, algorithm, mode, exportability };
  return {
    header: { ...header, ...(label === undefined ? {} : { label }), ...(levels === undefined ? {} : { levels }) },
    head: text.slice(0, at),
    body: Buffer.from(sealed.slice(0, -MAC_CHARACTERS), 'hex'),
    mac: Buffer.from(sealed.slice(-MAC_CHARACTERS), 'hex'),
  };
}

/** Label and levels, and the padding block that fills the optional blocks to whole cipher blocks. */
function optionalBlocks({ label, levels }: KeyBlockHeader): { text: string; count: number } {
  if (label !== undefined && !LABEL_PATTERN.test(label))
    throw new RangeError('a key label has 1 to 200 printable ASCII characters');
  if (levels !== undefined && !(Number.isInteger(levels) && levels >= 0 && levels <= 9))
    throw new RangeError('a key is bound to 0 to 9 derivation levels');
  const blocks: string[] = [];
  if (label !== undefined) blocks.push(optionalBlock('LB', label));
  if (levels !== undefined) blocks.push(optionalBlock(LEVELS, String(levels)));
  const text = blocks.join('');
  const missing = (BLOCK - (text.length % BLOCK)) % BLOCK;
  if (missing === 0) return { text, count: blocks.length };
  const padding = missing < 4 ? missing + BLOCK : missing;
  return { text: text + optionalBlock('PB', '0'.repeat(padding - 4)), count: blocks.length + 1 };
}

/** Identifier 2 ‖ length 2 hexadecimal, itself and the identifier included ‖ data. */
function optionalBlock(identifier: string, data: string): string {
  return `${identifier}${(data.length + 4).toString(16).toUpperCase().padStart(2, '0')}${data}`;
}

/**
 * Encipherment and MAC key, each two CMACs over counter 1 ‖ usage 2 ‖ 00 ‖ algorithm 2 ‖ bits 2; usage 0000 and 0001,
 * algorithm 0004 = AES-256.
 */
function blockKeys(protectionKey: Uint8Array): { enciphering: Buffer; authenticating: Buffer } {
  const derive = (usage: number) =>
    Buffer.concat([1, 2].map((counter) => aesCmac(protectionKey, Buffer.from([counter, 0, usage, 0, 0, 4, 1, 0]))));
  return { enciphering: derive(0), authenticating: derive(1) };
}
