import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeGb18030, encodeGb18030 } from './gb18030.ts';

it.each([
  ['水费', 'cbaeb7d1'],
  ['2026年3月', '32303236c4ea33d4c2'],
  ['€', 'a2e3'],
  ['\u{20000}', '95328236'],
  ['ß', '81308938'],
])('writes %s as the standard does', (text, hex) => {
  expect(encodeGb18030(text)?.toString('hex')).toBe(hex);
  expect(decodeGb18030(Buffer.from(hex, 'hex'))).toBe(text);
});

it('reads back whatever it writes', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0x10ffff)), (points) => {
      const text = String.fromCodePoint(...points);
      const bytes = encodeGb18030(text);
      if (bytes !== undefined) expect(decodeGb18030(bytes)).toBe(text);
      else expect(/\p{Surrogate}/u.test(text)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('refuses bytes that are no text, and half a character', () => {
  expect(decodeGb18030(Buffer.from('ff', 'hex'))).toBeUndefined();
  expect(decodeGb18030(Buffer.from('cb', 'hex'))).toBeUndefined();
  // 80 begins no code, although decoders let it pass.
  expect(decodeGb18030(Buffer.from('80', 'hex'))).toBeUndefined();
  expect(encodeGb18030('a\ud800')).toBeUndefined();
});
