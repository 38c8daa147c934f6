import { expect, it } from 'vitest';
import { judgeStream } from './codec-judge.ts';
import { readCorpus, streamOf } from './corpus.ts';

const corpus = readCorpus();

it('the corpus is there, and each of its files says why', () => {
  expect(corpus.length).toBeGreaterThan(50);
  expect(corpus.filter((one) => one.why.length < 10 || one.blocks.length === 0)).toEqual([]);
});

it.each(corpus.map((one) => [one.name, one] as const))('the codec stands %s', (_, one) => {
  const stream = streamOf(one, () => Buffer.alloc(8, 0x41));
  const frames = judgeStream(stream, [stream], 'comparing');
  const bytes = [...stream].map((byte) => Buffer.of(byte));
  expect(judgeStream(stream, bytes, 'comparing')).toBe(frames);
  expect(frames).toBeGreaterThanOrEqual(one.answers.length);
});
