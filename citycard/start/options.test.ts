import { expect, test } from 'vitest';
import { readStartOptions } from './options.ts';

test('the defaults play a small day and go on serving', () => {
  expect(readStartOptions([])).toEqual({
    once: false,
    fresh: false,
    json: false,
    help: false,
    cards: 100,
    purchases: 1000,
    seed: 1,
  });
});

test('every option, and both ends of every range', () => {
  const words = '--once --json --cards 300 --purchases 3000 --seed 7'.split(' ');
  expect(readStartOptions(words)).toMatchObject({ once: true, json: true, cards: 300, purchases: 3000, seed: 7 });
  for (const [name, least, most] of [
    ['cards', 10, 20_000],
    ['purchases', 10, 500_000],
    ['seed', 0, 4_294_967_295],
  ] as const) {
    for (const value of [least, most])
      expect(readStartOptions([`--${name}`, String(value)])).toMatchObject({ [name]: value });
    for (const value of [least - 1, most + 1])
      expect(() => readStartOptions([`--${name}`, String(value)])).toThrow(
        `--${name} takes a whole number from ${least} to ${most}, not "${value}"`,
      );
  }
});

test.each([
  [['--cards', 'abc']],
  [['--cards', '']],
  [['--cards', '1e2']],
  [['--cards', '0x20']],
  [['--cards', ' 20']],
  [['--cards', '20.0']],
  [['--cards']],
  [['--seed', '99999999999999999999']],
  [['--seed=-1']],
  [['--once=yes']],
  [['--unheard-of']],
  [['now']],
])('%j is refused in one line', (words) => {
  const refusal = expect.objectContaining({
    code: 'citycard.bad-option',
    message: expect.stringMatching(/^[^\n]+$/) as string,
  }) as Error;
  expect(() => readStartOptions(words)).toThrow(refusal);
});
