import { expect, it } from 'vitest';
import { partsMessages } from '../parts/messages.ts';
import type { Face, Messages } from './face.ts';
import { faces } from './faces.ts';
import { shellMessages } from './shell/messages.ts';

const keysOf = (words: Messages, path = ''): string[] =>
  Object.entries(words).flatMap(([key, word]) =>
    typeof word === 'string' ? [`${path}${key}`] : keysOf(word, `${path}${key}.`),
  );

const said: [string, Face['messages']][] = [
  ['parts', partsMessages],
  ['shell', shellMessages],
  ...faces.map((face): [string, Face['messages']] => [face.name, face.messages]),
];

it.each(said)('%s says everything in both languages', (_name, { zh, en }) => {
  expect(keysOf(en).toSorted()).toEqual(keysOf(zh).toSorted());
  expect(keysOf(zh).length).toBeGreaterThan(0);
});
