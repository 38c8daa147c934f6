import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RECORD_LENGTH } from '../purchases/purchase-record.ts';
import { type SortedRecord, sortedInMemory } from './sorted-records.ts';
import { SortedRuns } from './sorted-runs.ts';

/** A record of so manyth card, its place of arrival in its last bytes. */
function record(card: number, arrival: number): Buffer {
  const raw = Buffer.alloc(RECORD_LENGTH);
  // Serials that differ in their first bytes, in their last, or nowhere.
  raw.writeUIntBE(card % 3, 4, 6);
  raw.writeUInt32BE(Math.floor(card / 3), 10);
  raw.writeUInt32BE(arrival, 60);
  return raw;
}

const withoutLines = () => undefined;
const arrivals = (records: readonly SortedRecord[]) => records.map(({ arrival }) => arrival);

it('gives the order of all records sorted at once, from whatever place it is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { minLength: 1, maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 }),
      fc.array(fc.tuple(fc.nat(310), fc.nat(50)), { minLength: 1, maxLength: 8 }),
      async (cards, sizes, asked) => {
        const bytes = Buffer.concat(cards.map((card, arrival) => record(card, arrival)));
        const whole = sortedInMemory(bytes, withoutLines);
        const runs = new SortedRuns(withoutLines, () => undefined);
        try {
          for (let from = 0, n = 0; from < cards.length; n += 1) {
            const size = sizes[n % sizes.length]!;
            await runs.add(bytes.subarray(from * RECORD_LENGTH, (from + size) * RECORD_LENGTH));
            from += size;
          }
          expect(runs.length).toBe(cards.length);
          for (const [from, count] of asked) {
            const read = await runs.read(from, from + count);
            expect(arrivals(read)).toEqual(arrivals(await whole.read(from, from + count)));
            for (const { arrival, raw } of read) expect(raw.readUInt32BE(60)).toBe(arrival);
          }
        } finally {
          runs.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('goes back further than it keeps, and on from there', async () => {
  const count = 90_000;
  const bytes = Buffer.concat(Array.from({ length: count }, (_, arrival) => record((arrival * 7919) % 9_973, arrival)));
  const whole = sortedInMemory(bytes, withoutLines);
  const runs = new SortedRuns(withoutLines, () => undefined);
  try {
    for (let from = 0; from < count; from += 12_000)
      await runs.add(bytes.subarray(from * RECORD_LENGTH, Math.min(from + 12_000, count) * RECORD_LENGTH));
    for (const from of [0, 85_000, 60_000, 89_990, 10]) {
      expect(arrivals(await runs.read(from, from + 500))).toEqual(arrivals(await whole.read(from, from + 500)));
    }
  } finally {
    runs.close();
  }
});
