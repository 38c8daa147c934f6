import { expect, test } from 'vitest';
import { chooseReader } from './reader-choice.ts';

const plugged = (...names: string[]) => new Map(names.map((name) => [name, 'empty' as const]));

test('the reader is the only one, the one named, or the only one whose name contains what was said', () => {
  expect(chooseReader(plugged('Test reader 00 00'), undefined)).toBe('Test reader 00 00');
  expect(chooseReader(plugged('Test reader 00 00', 'Test reader 00 01'), '00 01')).toBe('Test reader 00 01');
  expect(chooseReader(plugged('Test reader 1', 'Test reader 11'), 'Test reader 1')).toBe('Test reader 1');
});

test.each([
  [[], undefined, 'citycard.reader-not-plugged-in', 'there is: none'],
  [['one', 'two'], 'three', 'citycard.reader-not-plugged-in', 'there is: "one", "two"'],
  [['one', 'two'], undefined, 'citycard.reader-to-choose', '"one", "two"'],
  [['reader 1', 'reader 2'], 'reader', 'citycard.reader-to-choose', '"reader 1", "reader 2"'],
])('of %j it cannot be %j: %s', (names, said, code, text) => {
  const choose = () => chooseReader(plugged(...names), said);
  expect(choose).toThrow(expect.objectContaining({ code }));
  expect(choose).toThrow(text);
});
