import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeltaRow, fileStem, readDelta, readManifest, writeLines, writeManifest } from './format.ts';

const about = {
  format: 'citycard-population/1',
  department: 'public-security',
  direction: 'to-city',
  sequence: 12,
  periodFrom: '2026-03-01',
  periodTo: '2026-03-02',
  createdAt: '2026-03-02T20:00:00Z',
} as const;
const rows: DeltaRow[] = [
  {
    row: 1,
    change: 'change',
    idNumber: '370799199003010016',
    items: { nation: { value: '01', at: '2026-03-01T09:00:00+08:00' } },
  },
  { row: 2, change: 'cancel', idNumber: '370799199003010024', reason: 'died', items: {} },
];
const content = writeLines(rows);
const manifest = writeManifest(about, 2, content);

describe('a population file', () => {
  it('has the bytes of the published example', () => {
    expect(content.toString()).toBe(
      '{"change":"change","idNumber":"370799199003010016","items":{"nation":{"at":"2026-03-01T09:00:00+08:00","value":"01"}},"row":1}\n' +
        '{"change":"cancel","idNumber":"370799199003010024","items":{},"reason":"died","row":2}\n',
    );
    expect(manifest.toString()).toBe(
      '{"bytes":214,"createdAt":"2026-03-02T20:00:00Z","department":"public-security","direction":"to-city",' +
        '"format":"citycard-population/1","periodFrom":"2026-03-01","periodTo":"2026-03-02","rows":2,"sequence":12,' +
        '"sha256":"564ad441de1bdad10eb6917504203f24a6a3575ba91d9dfc466e3ba558b9a8a9"}\n',
    );
    expect(fileStem(about)).toBe('public-security-to-city-00000012');
  });

  it('reads back as it was written, in any layout of its JSON', () => {
    expect(readDelta(readManifest(manifest), content)).toEqual(rows);
    const spaced = Buffer.from(JSON.stringify(JSON.parse(manifest.toString()), null, 2));
    expect(readDelta(readManifest(spaced), content)).toEqual(rows);
  });

  it('is not read when any byte is another or missing', () => {
    fc.assert(
      fc.property(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(content);
        changed[at]! ^= flip;
        expect(() => readDelta(readManifest(manifest), changed)).toThrow('SHA-256');
        expect(() => readDelta(readManifest(manifest), content.subarray(0, at))).toThrow('bytes instead of');
      }),
    );
  });

  const line = (more: object) => `${JSON.stringify({ ...rows[0], ...more })}\n`;
  it.each([
    ['a line without its end', '{}', 'has no end'],
    ['something that is no JSON', 'id;name\n', 'line 1, cannot be read: it is not JSON'],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0x0a]), 'not JSON in UTF-8'],
    ['a field nobody knows', line({ remark: 1 }), 'line 1'],
    ['a number of another row', line({ row: 2 }), 'line 1 calls itself 2'],
    ['a change of nothing', line({ items: {} }), 'changes no item'],
    ['a cancel without a reason', line({ change: 'cancel', items: {} }), 'without a reason'],
    ['a time that is none', line({ items: { nation: { value: '01', at: '2026-13-41T09:00:00Z' } } }), 'time of nation'],
    ['more rows than promised', `${line({})}${line({ row: 2 })}`, '2 rows instead of 1'],
  ])('is refused with %s, and nothing of it is repeated', (_, text, complaint) => {
    const bytes = Buffer.from(text);
    const promise = readManifest(writeManifest(about, 1, bytes));
    expect(() => readDelta(promise, bytes)).toThrow(complaint);
    expect(() => readDelta(promise, bytes)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('3707') }),
    );
  });

  it.each([
    [{ department: 'Public Security' }],
    [{ sequence: 0 }],
    [{ direction: 'sideways' }],
    [{ periodFrom: '2026-02-30' }],
    [{ periodFrom: '2026-03-03' }],
    [{ format: 'citycard-population/2' }],
    [{ extra: true }],
    [{ rows: 20_001 }],
    [{ sha256: 'AB' }],
  ])('has no manifest like %o', (wrong) => {
    const bytes = Buffer.from(JSON.stringify({ ...(JSON.parse(manifest.toString()) as object), ...wrong }));
    expect(() => readManifest(bytes)).toThrow(
      expect.objectContaining({ code: 'card-issuer.population.file-unreadable' }),
    );
  });
});
