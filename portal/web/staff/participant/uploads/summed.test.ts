import { expect, it } from 'vitest';
import { summedBy } from './summed.ts';

const row = (depot: string, line: string | null, vehicle: string, records: number, lastTapAt: string) => ({
  depot,
  line,
  vehicle,
  records,
  amountFen: records * 100,
  accepted: records,
  held: 0,
  refused: 0,
  lastTapAt,
});

it('sums a day by line and by depot, and names those of which nothing came', () => {
  const heard = [
    row('East', '0012', '1', 3, '2026-03-01T01:00:00.000Z'),
    row('East', '0012', '2', 4, '2026-03-01T02:00:00.000Z'),
    row('West', '0007', '3', 5, '2026-03-01T00:00:00.000Z'),
    row('West', null, '3', 1, '2026-03-01T00:00:00.000Z'),
  ];
  const silent = [
    { depot: 'East', line: '0012' },
    { depot: 'North', line: null },
  ];
  expect(summedBy('line', heard, silent)).toMatchObject([
    { name: '—', vehicles: 1, silent: 1, records: 1 },
    { name: '0007', vehicles: 1, silent: 0, records: 5, amountFen: 500n },
    { name: '0012', vehicles: 2, silent: 1, records: 7, amountFen: 700n, lastTapAt: '2026-03-01T02:00:00.000Z' },
  ]);
  expect(summedBy('depot', heard, silent)).toMatchObject([
    { name: 'East', vehicles: 2, silent: 1, records: 7 },
    { name: 'North', vehicles: 0, silent: 1, records: 0, amountFen: 0n },
    { name: 'West', vehicles: 1, silent: 0, records: 6 },
  ]);
});
