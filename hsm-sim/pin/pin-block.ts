import { randomBytes } from 'node:crypto';

/** Format codes of PIN blocks under triple DES (domain.md D.4). */
export const pinFormats = { '01': 'ISO-0', '03': 'Diebold', '05': 'ISO-1', '34': 'ISO-2', '47': 'ISO-3' } as const;

export type PinFormat = (typeof pinFormats)[keyof typeof pinFormats];

export const MIN_PIN = 4;
export const MAX_PIN = 12;
/** Digits of the account number that formats 0 and 3 take: the right-most 12 without the check digit. */
export const ACCOUNT_DIGITS = 12;

const BLOCK_DIGITS = 16;
const CONTROL = { 'ISO-0': 0, 'ISO-1': 1, 'ISO-2': 2, 'ISO-3': 3 } as const;

/**
 * The clear block of a PIN, 8 bytes. Fill: F in ISO-0, ISO-2 and Diebold, random digits in ISO-1, random A–F in ISO-3.
 * @param account the 12 digits; used by ISO-0 and ISO-3 only
 */
export function pinBlock(format: PinFormat, pin: string, account: string): Buffer {
  const control = format === 'Diebold' ? '' : CONTROL[format] + pin.length.toString(16);
  const content = control + pin;
  const block = Buffer.from(content + fill(format, BLOCK_DIGITS - content.length), 'hex');
  return isBoundToAccount(format) ? xor(block, accountField(account)) : block;
}

/** The PIN of a clear block, or undefined when the block is none of this format and account. */
export function pinOf(format: PinFormat, block: Uint8Array, account: string): string | undefined {
  const clear = isBoundToAccount(format) ? xor(block, accountField(account)) : Buffer.from(block);
  const text = clear.toString('hex');
  if (format === 'Diebold') return /^(\d{4,12})f*$/.exec(text)?.[1];
  const length = Number.parseInt(text.charAt(1), 16);
  if (text.charAt(0) !== String(CONTROL[format]) || length < MIN_PIN || length > MAX_PIN) return undefined;
  const pin = text.slice(2, 2 + length);
  const rest = text.slice(2 + length);
  return /^\d+$/.test(pin) && FILL_PATTERN[format].test(rest) ? pin : undefined;
}

const FILL_PATTERN = { 'ISO-0': /^f*$/, 'ISO-1': /^.*$/, 'ISO-2': /^f*$/, 'ISO-3': /^[a-f]*$/ } as const;

function isBoundToAccount(format: PinFormat): boolean {
  return format === 'ISO-0' || format === 'ISO-3';
}

/** 0000 ‖ the 12 digits. */
function accountField(account: string): Buffer {
  return Buffer.from(`0000${account}`, 'hex');
}

function fill(format: PinFormat, digits: number): string {
  const random = [...randomBytes(digits)];
  if (format === 'ISO-1') return random.map((byte) => (byte & 15).toString(16)).join('');
  // 252 is the largest multiple of 6 in a byte: above it the six values would not be equally likely.
  if (format === 'ISO-3') return random.map((byte) => 'abcdef'.charAt(evenly(byte))).join('');
  return 'f'.repeat(digits);
}

function evenly(byte: number): number {
  let value = byte;
  while (value >= 252) value = randomBytes(1)[0] ?? 0;
  return value % 6;
}

function xor(one: Uint8Array, other: Uint8Array): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] as number)));
}
