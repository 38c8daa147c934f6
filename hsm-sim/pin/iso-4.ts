import { randomBytes } from 'node:crypto';
import type { BlockCipher } from '../cipher/block-cipher.ts';
import { MAX_PIN, MIN_PIN } from './pin-block.ts';

/** Format code of the AES block. */
export const ISO_4 = '48';
const BLOCK = 16;
/** Control 4 ‖ length ‖ PIN ‖ A… up to here, random behind. */
const PIN_FIELD_DIGITS = 16;
/** A shorter account number is filled with zeros on its left. */
const SHORTEST_ACCOUNT = 12;

/**
 * The enciphered ISO-4 block of a PIN (ISO 9564-1, domain.md D.4): the PIN field enciphered, XORed with the field of the
 * whole account number, enciphered again.
 * @param cipher AES
 * @param account all its digits, the check digit too; at most 19
 */
export function encipherIso4(cipher: BlockCipher, pin: string, account: string): Buffer {
  const text = `4${pin.length.toString(16)}${pin}`.padEnd(PIN_FIELD_DIGITS, 'a');
  const block = Buffer.concat([Buffer.from(text, 'hex'), randomBytes(BLOCK / 2)]);
  cipher.encipher(block, 0, block, 0);
  xorInto(block, accountField(account));
  cipher.encipher(block, 0, block, 0);
  return block;
}

/** The PIN of an enciphered block, or undefined when it is none for this key and account. */
export function decipherIso4(cipher: BlockCipher, enciphered: Uint8Array, account: string): string | undefined {
  const block = Buffer.from(enciphered);
  cipher.decipher(block, 0, block, 0);
  xorInto(block, accountField(account));
  cipher.decipher(block, 0, block, 0);
  const text = block.toString('hex', 0, BLOCK / 2);
  const length = Number.parseInt(text.charAt(1), 16);
  if (text.charAt(0) !== '4' || length < MIN_PIN || length > MAX_PIN) return undefined;
  const pin = text.slice(2, 2 + length);
  return /^\d+$/.test(pin) && /^a*$/.test(text.slice(2 + length)) ? pin : undefined;
}

/** Length beyond 12, one digit ‖ account number ‖ zeros. */
function accountField(account: string): Buffer {
  const digits = account.padStart(SHORTEST_ACCOUNT, '0');
  return Buffer.from(`${digits.length - SHORTEST_ACCOUNT}${digits}`.padEnd(2 * BLOCK, '0'), 'hex');
}

function xorInto(target: Buffer, other: Buffer): void {
  other.forEach((byte, index) => (target[index] = (target[index] as number) ^ byte));
}
