import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { hasherOf, solve } from './sha256.ts';

const theirs = (text: string): Int32Array => {
  const hash = createHash('sha256').update(text).digest();
  return Int32Array.from({ length: 8 }, (_, at) => hash.readInt32BE(at * 4));
};

it('hashes texts of every length as everybody does, whatever part of them is hashed once', () => {
  for (let prefix = 0; prefix <= 130; prefix += 13)
    for (let rest = 0; rest <= 130; rest += 1) {
      const [head, tail] = ['a'.repeat(prefix), 'z1'.repeat(rest).slice(0, rest)];
      expect(hasherOf(head)(tail)).toEqual(theirs(head + tail));
    }
});

it('finds the first counter that does the work asked for', () => {
  const counter = solve('a challenge', 10);
  expect(theirs(`a challenge:${counter}`)[0] ?? -1).toSatisfy((word: number) => Math.clz32(word) >= 10);
  for (let at = 0; at < counter; at += 1) expect(Math.clz32(theirs(`a challenge:${at}`)[0] ?? 0)).toBeLessThan(10);
});
