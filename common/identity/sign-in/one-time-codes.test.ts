import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base32, codeAt, fromBase32, otpauthUri, stepAt, stepOf, usableCode } from './one-time-codes.ts';
import { pauseAfter } from './pauses.ts';
import { passwordComplaint, passwordHalf } from './passwords.ts';
import type { SignInRules } from './rules.ts';

describe('codes', () => {
  /** RFC 6238 appendix B, SHA-1; its eight digits end in our six. */
  const secret = Buffer.from('12345678901234567890');
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of the standard at %i', (seconds, code) => {
    expect(codeAt(secret, stepAt(new Date(seconds * 1000)))).toBe(code);
  });

  test('are taken of this interval and one beside it, never one that is used or older', () => {
    const now = new Date('2026-03-01T08:00:10Z');
    const step = stepAt(now);
    const of = (beside: bigint, used = 0n) => stepOf(secret, codeAt(secret, step + beside), now, used);
    expect([of(-2n), of(-1n), of(0n), of(1n), of(2n)]).toEqual([undefined, step - 1n, step, step + 1n, undefined]);
    expect(of(0n, step)).toBeUndefined();
    expect(of(-1n, step)).toBeUndefined();
    expect(of(1n, step)).toBe(step + 1n);
    for (const nonsense of ['', '12345', '1234567', '      ', '１２３４５６'])
      expect(stepOf(secret, nonsense, now, 0n)).toBeUndefined();
  });

  test('of a demo are given out as long as there is one', () => {
    const now = new Date('2026-03-01T08:00:10Z');
    const step = stepAt(now);
    expect(usableCode(secret, now, 0n)).toEqual({ code: codeAt(secret, step) });
    expect(usableCode(secret, now, step)).toEqual({ code: codeAt(secret, step + 1n) });
    expect(usableCode(secret, now, step + 1n)).toEqual({ waitSeconds: 20 });
  });

  test('have secrets that an app can read', () => {
    expect(base32(Buffer.from('foobar'))).toBe('MZXW6YTBOI');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(fromBase32(base32(Buffer.from(bytes)))).toEqual(Buffer.from(bytes));
      }),
    );
    expect(otpauthUri(Buffer.from('foobar'), 'Resident Card', 'a&b')).toBe(
      'otpauth://totp/Resident%20Card:a%26b?secret=MZXW6YTBOI&issuer=Resident%20Card',
    );
  });
});

test('pauses grow to their end and begin after what is free', () => {
  const rules = { 'first-pause-seconds': 30, 'longest-pause-seconds': 900 } as SignInRules;
  expect([4, 5, 6, 7, 9, 10, 1_000].map((failures) => pauseAfter(failures, 5, rules))).toEqual([
    0, 30, 60, 120, 480, 900, 900,
  ]);
});

test('a password is long, is no run, and says nothing of its owner', () => {
  const about = { id: 'clerk-1', name: '测试甲', shortest: 12 };
  for (const bad of [
    'short',
    'a'.repeat(30),
    '123456789012',
    'zyxwvutsrqpo',
    'I am CLERK-1 myself',
    '我叫测试甲今天天气很好呀',
    'x1y2z3'.repeat(40),
  ])
    expect([bad, passwordComplaint(bad, about)]).toEqual([bad, expect.any(String)]);
  for (const good of ['horses and clouds', '三个不相干的词语连在一起就很好', 'Tr0ub4dor&3-again'])
    expect([good, passwordComplaint(good, about)]).toEqual([good, undefined]);
  expect(passwordHalf()).toMatch(/^[a-hjkmnp-z2-9]{8}$/);
});
