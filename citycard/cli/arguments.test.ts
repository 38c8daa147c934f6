import { expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

it('takes a token that begins with a dash as what it is', () => {
  for (const token of ['-Zx9', '--Zx9', '-h9', '-_-', 'plain'])
    expect(readArguments(['card', '1', '--token', token, '--json'])).toMatchObject({
      words: ['card', '1'],
      token,
      json: true,
    });
  expect(readArguments(['--token=-x', 'day'])).toMatchObject({ words: ['day'], token: '-x' });
  expect(readArguments(['answer', '--answers', '-', 'key'])).toMatchObject({ words: ['answer', 'key'], answers: '-' });
});

it('names an option that does not exist, and one that lacks its value', () => {
  const badOption = expect.objectContaining({ code: 'citycard.bad-option' }) as Error;
  for (const words of [
    ['--tokens', 'x'],
    ['day', '-x'],
    ['day', '--token'],
    ['--token', '--json', 'day'],
  ])
    expect(() => readArguments(words)).toThrow(badOption);
  expect(readArguments(['--', '--token', '-x']).words).toEqual(['--token', '-x']);
});
