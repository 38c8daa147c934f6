import { describe, expect, it } from 'vitest';
import { byteRange } from './byte-range.ts';

describe('a range of bytes of a file of 100', () => {
  it.each([
    ['bytes=0-', { first: 0, last: 99 }],
    ['bytes=40-', { first: 40, last: 99 }],
    ['bytes=40-59', { first: 40, last: 59 }],
    ['bytes=40-4000', { first: 40, last: 99 }],
    ['bytes=-10', { first: 90, last: 99 }],
    ['bytes=-1000', { first: 0, last: 99 }],
  ])('%s is %o', (header, range) => expect(byteRange(header, 100)).toEqual(range));

  it.each(['bytes=100-', 'bytes=500-600', 'bytes=-0'])('nothing of it lies in %s', (header) =>
    expect(byteRange(header, 100)).toBe('unsatisfiable'),
  );

  it.each([undefined, '', 'bytes=-', 'bytes=5-3', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b'])(
    '%s asks for the whole file',
    (header) => expect(byteRange(header, 100)).toBeUndefined(),
  );
});
