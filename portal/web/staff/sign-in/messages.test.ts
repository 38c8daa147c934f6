import { expect, test } from 'vitest';
import { signInMessages } from './messages.ts';

test('both languages say the same things', () => {
  expect(Object.keys(signInMessages.zh.signIn).sort()).toEqual(Object.keys(signInMessages.en.signIn).sort());
});
