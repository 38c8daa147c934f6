import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aesCipher } from '../keys/tr31-ciphers.ts';
import { decipherIso4, encipherIso4 } from './iso-4.ts';
import { pinBlock, pinFormats, pinOf, type PinFormat } from './pin-block.ts';

interface Vector {
  readonly id: string;
  readonly [field: string]: unknown;
}
const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const vector = (id: string) => vectors.find((candidate) => candidate.id === id)!;
const hex = (text: unknown) => Buffer.from(String(text), 'hex');
const twelve = (account: string) => account.slice(0, -1).slice(-12);
const formats = Object.values(pinFormats);
const ACCOUNT = '550000025321';

describe('PIN blocks under triple DES', () => {
  it('PIN-ISO0', () => {
    for (const { pin, pan, block } of vector('PIN-ISO0')['rows'] as Record<string, string>[]) {
      expect(pinBlock('ISO-0', pin!, twelve(pan!))).toEqual(hex(block));
      expect(pinOf('ISO-0', hex(block), twelve(pan!))).toBe(pin);
    }
  });

  it('PIN-ISO2', () => {
    const { pin, block } = vector('PIN-ISO2');
    expect(pinBlock('ISO-2', String(pin), ACCOUNT)).toEqual(hex(block));
    expect(pinOf('ISO-2', hex(block), ACCOUNT)).toBe(pin);
  });

  it.each(formats)('%s: every length, there and back', (format: PinFormat) => {
    for (let length = 4; length <= 12; length++) {
      const pin = Array.from({ length }, () => randomInt(10)).join('');
      expect(pinOf(format, pinBlock(format, pin, ACCOUNT), ACCOUNT)).toBe(pin);
    }
  });

  it('ISO-1 and ISO-3 are filled anew each time, ISO-3 with A to F only', () => {
    for (const format of ['ISO-1', 'ISO-3'] as const) {
      const blocks = Array.from({ length: 50 }, () => pinBlock(format, '1234', ACCOUNT).toString('hex'));
      expect(new Set(blocks).size).toBeGreaterThan(40);
    }
    const clear = pinBlock('ISO-3', '1234', '000000000000').toString('hex');
    expect(clear).toMatch(/^341234[a-f]{10}$/);
  });

  it('a block of another format, account or make holds no PIN', () => {
    expect(pinOf('ISO-0', pinBlock('ISO-0', '1234', ACCOUNT), '550000025322')).toBeUndefined();
    expect(pinOf('ISO-3', pinBlock('ISO-0', '1234', ACCOUNT), ACCOUNT)).toBeUndefined();
    expect(pinOf('ISO-2', hex('031234FFFFFFFFFF'), ACCOUNT)).toBeUndefined();
    expect(pinOf('ISO-2', hex('23123FFFFFFFFFFF'), ACCOUNT)).toBeUndefined();
    expect(pinOf('ISO-2', hex('2D12345678901234'), ACCOUNT)).toBeUndefined();
    expect(pinOf('ISO-2', hex('24123AFFFFFFFFFF'), ACCOUNT)).toBeUndefined();
    expect(pinOf('ISO-2', hex('241234FFFFFFFFF0'), ACCOUNT)).toBeUndefined();
    expect(pinOf('Diebold', hex('123FFFFFFFFFFFFF'), ACCOUNT)).toBeUndefined();
    expect(pinOf('Diebold', hex('1234FFFF1FFFFFFF'), ACCOUNT)).toBeUndefined();
    expect(pinOf('Diebold', hex('1234567890123FFF'), ACCOUNT)).toBeUndefined();
    expect(pinOf('ISO-1', hex('0412345678901234'), ACCOUNT)).toBeUndefined();
  });
});

describe('ISO-4', () => {
  const key = hex('00112233445566778899AABBCCDDEEFF');
  const cipher = aesCipher(key);

  it('every length, there and back, never the same block twice', () => {
    for (let length = 4; length <= 12; length++) {
      const pin = '1234567890123'.slice(0, length);
      const block = encipherIso4(cipher, pin, '5500000253217');
      expect(decipherIso4(cipher, block, '5500000253217')).toBe(pin);
      expect(encipherIso4(cipher, pin, '5500000253217')).not.toEqual(block);
    }
  });

  it('is two encipherments around the account field', () => {
    const block = encipherIso4(cipher, '1234', '432198765432109870');
    const step = Buffer.from(block);
    cipher.decipher(step, 0, step, 0);
    const account = hex('64321987654321098700000000000000');
    account.forEach((byte, index) => (step[index]! ^= byte));
    cipher.decipher(step, 0, step, 0);
    expect(step.toString('hex').slice(0, 16)).toBe('441234aaaaaaaaaa');
  });

  it('opens for no other account, key or changed byte', () => {
    const block = encipherIso4(cipher, '123456', '5500000253217');
    expect(decipherIso4(cipher, block, '5500000253225')).toBeUndefined();
    expect(decipherIso4(aesCipher(Buffer.alloc(16, 1)), block, '5500000253217')).toBeUndefined();
    for (let at = 0; at < block.length; at++) {
      const changed = Buffer.from(block);
      changed[at]! ^= 0x10;
      expect(decipherIso4(cipher, changed, '5500000253217')).toBeUndefined();
    }
  });
});
