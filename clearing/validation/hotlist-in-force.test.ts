import { expect, it } from 'vitest';
import { type HotlistEntry, wasHotListed } from './hotlist-in-force.ts';

const TAP = new Date('2026-11-22T04:00:00Z');
const HOUR_MS = 3_600_000;
const entry = (version: bigint, action: HotlistEntry['action'], hoursBeforeTap: number): HotlistEntry => ({
  version,
  action,
  publishedAt: new Date(TAP.getTime() - hoursBeforeTap * HOUR_MS),
});
const tap = (recordVersion: bigint, confirmedVersion = 0n) => ({
  tappedAt: TAP,
  recordVersion,
  confirmedVersion,
  graceMs: 24 * HOUR_MS,
});

it.each<[string, HotlistEntry[], bigint, bigint, boolean]>([
  ['never listed', [], 9n, 9n, false],
  ['listed in the version held', [entry(5n, 'add', 2)], 5n, 0n, true],
  ['listed in a version the terminal lacked', [entry(5n, 'add', 2)], 4n, 4n, false],
  ['listed in the version confirmed, which is higher', [entry(5n, 'add', 2)], 4n, 5n, true],
  ['listed more than a day ago, whatever the terminal holds', [entry(5n, 'add', 25)], 0n, 0n, true],
  ['listed exactly a day ago', [entry(5n, 'add', 24)], 0n, 0n, false],
  ['taken off in the version held', [entry(5n, 'add', 30), entry(6n, 'remove', 3)], 6n, 0n, false],
  ['taken off before the tap in a version not held', [entry(5n, 'add', 30), entry(6n, 'remove', 3)], 5n, 0n, false],
  ['taken off after the tap', [entry(5n, 'add', 30), entry(6n, 'remove', -1)], 5n, 0n, true],
  ['listed again', [entry(5n, 'add', 90), entry(6n, 'remove', 60), entry(7n, 'add', 30)], 5n, 0n, true],
  ['listed again just now', [entry(5n, 'add', 90), entry(6n, 'remove', 60), entry(7n, 'add', 1)], 6n, 0n, false],
  ['listed by a version higher than any clock', [entry(5n, 'add', -1)], 5n, 0n, true],
])('a card %s', (_, entries, recordVersion, confirmedVersion, expected) => {
  expect(wasHotListed(entries, tap(recordVersion, confirmedVersion))).toBe(expected);
});
