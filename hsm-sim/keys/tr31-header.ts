/** Key block versions: A and C bind by key variants, B by derivation under triple DES, D by derivation under AES. */
export type Tr31Version = 'A' | 'B' | 'C' | 'D';

/** An optional block: identifier 2 ‖ length ‖ data; its content belongs to whoever wrote it. */
export interface OptionalBlock {
  readonly id: string;
  readonly data: string;
}

/**
 * What a key block says of its key: version 1 ‖ length 4 ‖ usage 2 ‖ algorithm 1 ‖ mode of use 1 ‖ key version 2 ‖
 * exportability 1 ‖ number of optional blocks 2 ‖ reserved 2 (domain.md D.3).
 */
export interface Tr31Header {
  readonly version: Tr31Version;
  readonly usage: string;
  readonly algorithm: string;
  readonly mode: string;
  readonly keyVersion: string;
  readonly exportability: 'E' | 'N' | 'S';
  readonly optional: readonly OptionalBlock[];
}

export const FIXED_CHARACTERS = 16;
/** The length field has 4 digits. */
export const MAX_CHARACTERS = 9999;
/** Fills the optional blocks to whole cipher blocks; says nothing. */
const PADDING_BLOCK = 'PB';
/** Longest optional block with a length of two digits. */
const SHORT_LENGTH = 0xff;

/** Characters of MAC, hexadecimal, and bytes of a cipher block. */
export const versions = {
  A: { macCharacters: 8, blockLength: 8 },
  B: { macCharacters: 16, blockLength: 8 },
  C: { macCharacters: 8, blockLength: 8 },
  D: { macCharacters: 32, blockLength: 16 },
} as const;

const FIXED = /^([ABCD])(\d{4})([0-9A-Z]{2})([0-9A-Z])([0-9A-Z])([0-9A-Za-z]{2})([ENS])(\d{2})([0-9A-Z]{2})/;

/** The header of a block and where its body begins, or undefined when the text is no key block of the whole length. */
export function parseHeader(text: string): { header: Tr31Header; bodyAt: number } | undefined {
  const fixed = FIXED.exec(text);
  if (!fixed || Number(fixed[2]) !== text.length) return undefined;
  const [, version = '', , usage = '', algorithm = '', mode = '', keyVersion = '', exportability = '', count] = fixed;
  const optional: OptionalBlock[] = [];
  let at = FIXED_CHARACTERS;
  for (let left = Number(count); left > 0; left--) {
    const block = parseOptional(text, at);
    if (!block) return undefined;
    if (block.id !== PADDING_BLOCK) optional.push({ id: block.id, data: block.data });
    at = block.end;
  }
  const header = {
    version: version as Tr31Version,
    usage,
    algorithm,
    mode,
    keyVersion,
    exportability: exportability as Tr31Header['exportability'],
    optional,
  };
  return at % versions[header.version].blockLength === 0 ? { header, bodyAt: at } : undefined;
}

/** Length of a block, read from its first five characters; undefined when these are no beginning of a block. */
export function statedLength(text: string): number | undefined {
  const start = /^[ABCD](\d{4})/.exec(text);
  return start ? Number(start[1]) : undefined;
}

/** All characters before the body. Throws RangeError for a header the form cannot hold. */
export function formatHeader(header: Tr31Header, bodyCharacters: number): string {
  const { blockLength, macCharacters } = versions[header.version];
  const blocks = header.optional.map(formatOptional);
  const length = blocks.join('').length;
  // With no optional block nothing is to be filled: 16 characters are whole blocks of both ciphers.
  const missing = (blockLength - (length % blockLength)) % blockLength;
  if (missing > 0) {
    const padding = missing < 4 ? missing + blockLength : missing;
    blocks.push(formatOptional({ id: PADDING_BLOCK, data: '0'.repeat(padding - 4) }));
  }
  const total = FIXED_CHARACTERS + blocks.join('').length + bodyCharacters + macCharacters;
  if (total > MAX_CHARACTERS || blocks.length > 99) throw new RangeError('the key block would be too long');
  const { version, usage, algorithm, mode, keyVersion, exportability } = header;
  const text =
    `${version}${digits(total, 4)}${usage}${algorithm}${mode}${keyVersion}${exportability}` +
    `${digits(blocks.length, 2)}00${blocks.join('')}`;
  if (text.length !== total - bodyCharacters - macCharacters) throw new RangeError('a header field has a wrong length');
  return text;
}

/** One optional block at `at` of a text, and where the next begins; undefined when there is none. */
export function parseOptional(text: string, at: number): (OptionalBlock & { end: number }) | undefined {
  const start = /^([0-9A-Z]{2})([0-9A-F]{2})/.exec(text.slice(at, at + 4));
  if (!start) return undefined;
  let length = Number.parseInt(start[2] ?? '', 16);
  let content = at + 4;
  if (length === 0) {
    // Extended: 00 ‖ how many digits the length has, 2 ‖ length.
    const extended = /^([0-9A-F]{2})/.exec(text.slice(content, content + 2));
    const count = Number.parseInt(extended?.[1] ?? '0', 16);
    const field = text.slice(content + 2, content + 2 + count);
    if (count === 0 || count > 4 || field.length !== count || !/^[0-9A-F]+$/.test(field)) return undefined;
    length = Number.parseInt(field, 16);
    content += 2 + count;
  }
  const end = at + length;
  if (end < content || end > text.length) return undefined;
  const data = text.slice(content, end);
  return /^[\x20-\x7e]*$/.test(data) ? { id: start[1] ?? '', data, end } : undefined;
}

function formatOptional({ id, data }: OptionalBlock): string {
  if (!/^[0-9A-Z]{2}$/.test(id) || !/^[\x20-\x7e]*$/.test(data))
    throw new RangeError(`optional block ${id} is malformed`);
  const length = data.length + 4;
  if (length <= SHORT_LENGTH) return `${id}${hexadecimal(length, 2)}${data}`;
  return `${id}0004${hexadecimal(length + 6, 4)}${data}`;
}

function digits(value: number, places: number): string {
  return String(value).padStart(places, '0');
}

function hexadecimal(value: number, places: number): string {
  return value.toString(16).toUpperCase().padStart(places, '0');
}
