import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainLines } from './plain-lines.ts';

const read = async (parts: readonly Buffer[]): Promise<string> => {
  const lines: Buffer[] = [];
  for await (const piece of plainLines(parts)) lines.push(piece);
  return Buffer.concat(lines).toString('utf8');
};
/** 测试 in GB 18030. */
const GB = Buffer.from([0xb2, 0xe2, 0xca, 0xd4]);

it('GB 18030 becomes UTF-8 from the line on where it is first seen', async () => {
  const file = Buffer.concat([
    Buffer.from('reference,amountFen\nplain,1\n'),
    GB,
    Buffer.from(',2\n'),
    GB,
    Buffer.from(',3'),
  ]);
  expect(await read([file])).toBe('reference,amountFen\nplain,1\n测试,2\n测试,3');
});

it('line ends LF CR become LF; CR LF and empty lines stay', async () => {
  expect(await read([Buffer.from('a,1\n\rb,2\n\r')])).toBe('a,1\nb,2\n');
  expect(await read([Buffer.from('a,1\r\nb,2\r\n\r\n')])).toBe('a,1\r\nb,2\r\n\r\n');
});

it('what is neither encoding stays as it came, for the reader to refuse', async () => {
  const lines: Buffer[] = [];
  for await (const piece of plainLines([Buffer.from([0xff, 0x0a, 0x61, 0x0a])])) lines.push(piece);
  expect(Buffer.concat(lines)).toEqual(Buffer.from([0xff, 0x0a, 0x61, 0x0a]));
});

it('where parts are cut changes nothing', async () => {
  const file = Buffer.concat([Buffer.from('a,1\n\r'), GB, Buffer.from(',2\n\rc,3\n\r'), GB, GB, Buffer.from(',4\n\r')]);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: file.length })), async (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), file.length];
      const parts = places.slice(1).map((to, at) => file.subarray(places[at], to));
      expect(await read(parts)).toBe('a,1\n测试,2\nc,3\n测试测试,4\n');
    }),
  );
});
