import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bcdToDigits, digitsToBcd, isBcd } from './bcd.ts';

describe('BCD', () => {
  it('packs two digits to a byte and back', () => {
    expect(digitsToBcd('0123')).toEqual(Buffer.from([0x01, 0x23]));
    expect(bcdToDigits(Buffer.from([0x12, 0x3f]))).toBe('123f');
    fc.assert(
      fc.property(fc.stringMatching(/^(\d\d){0,20}$/), (digits) => {
        const bytes = digitsToBcd(digits);
        expect(bcdToDigits(bytes)).toBe(digits);
        expect(isBcd(bytes)).toBe(true);
      }),
    );
  });

  it('tells digits from other nibbles', () => {
    expect(isBcd(Buffer.from('1a', 'hex'))).toBe(false);
    expect(isBcd(Buffer.from('a1', 'hex'))).toBe(false);
    expect(() => digitsToBcd('123')).toThrow(/whole bytes/);
    expect(() => digitsToBcd('12g4')).toThrow(RangeError);
  });
});
