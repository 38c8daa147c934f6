import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideGroup } from './decide-group.ts';
import { openDuck } from './duckdb.ts';
import { matchFiles } from './engine.ts';
import { explain } from './explain.ts';
import { readRows } from './result-rows.ts';
import type { MatchPass, MatchTerms } from './terms.ts';

let folder: string;
let runs = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citycard-matching-'));
});
afterAll(() => rm(folder, { recursive: true }));

const byReference: MatchPass = { name: 'reference', on: ['reference'], cardinality: '1-1', certain: true };
const terms = (...passes: MatchPass[]): MatchTerms => ({ passes, toleranceFen: 1, daysBefore: 1, daysAfter: 2 });

async function match(ours: string, theirs: string, how: MatchTerms) {
  const directory = await mkdtemp(join(folder, `${(runs += 1)}-`));
  const files = { ours: join(directory, 'ours.csv'), theirs: join(directory, 'theirs.csv') };
  await writeFile(files.ours, ours);
  await writeFile(files.theirs, theirs);
  const summary = await matchFiles(files, how, directory, { memoryMiB: 256 });
  const duck = await openDuck({ directory, memoryMiB: 256, threads: 1 });
  try {
    const rows = await readRows(duck.connection, summary.files, { offset: 0, limit: 1000 });
    return { summary, rows, told: rows.map((row) => explain(how, row)) };
  } finally {
    duck.close();
  }
}
const short = (rows: Awaited<ReturnType<typeof match>>['rows']) =>
  rows.map(({ state, ourLine = 0, theirLine = 0 }) => `${state} ${ourLine}-${theirLine}`);
const csv = (header: string, ...lines: string[]) => [header, ...lines, ''].join('\n');

describe('by one certain key', () => {
  const header = 'reference,amountFen,day,doubt';
  const ours = csv(
    header,
    'equal,500,2026-11-20,',
    'tolerated,500,2026-11-20,',
    'amount,500,2026-11-20,',
    'late,500,2026-11-20,',
    'gray,500,2026-11-20,true',
    'gray alone,500,2026-11-20,true',
    'only ours,500,2026-11-20,',
    'twice here,500,2026-11-20,',
    'twice here,500,2026-11-20,',
    ',500,2026-11-20,',
  );
  const theirs = csv(
    header,
    'twice there,700,2026-11-20,',
    'equal,500,2026-11-22,',
    'tolerated,501,2026-11-20,',
    'amount,502,2026-11-20,',
    'late,500,2026-11-23,',
    'gray,500,2026-11-20,',
    'only theirs,500,2026-11-20,',
    'twice here,500,2026-11-20,',
  );

  it('every line gets its state and a reason', async () => {
    const { rows, told, summary } = await match(ours, theirs, terms(byReference));
    expect(short(rows)).toEqual([
      'equal 1-2',
      'equal 2-3',
      'amount 3-4',
      'late 4-5',
      'in-doubt 5-6',
      'in-doubt 6-0',
      'only-ours 7-0',
      'equal 8-8',
      'duplicate 9-0',
      'only-ours 10-0',
      'only-theirs 0-1',
      'only-theirs 0-7',
    ]);
    expect(told[1]).toBe(
      'By reference (same reference): line 2 of ours and line 3 of theirs; 500 fen against 501 fen, within the 1 fen allowed; both on 2026-11-20.',
    );
    expect(told[3]).toContain('2026-11-20 and 2026-11-23, outside the window of 1 days before to 2 days after');
    expect(told[8]).toContain('line 9 of ours is there once more than its key is among theirs');
    expect(summary.states.equal).toMatchObject({ results: 3, oursFen: 1500n, theirsFen: 1501n });
  });
});

it('what the join decides is what deciding key by key decides', async () => {
  let seed = 20_261_120;
  const random = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const side = () =>
    Array.from({ length: 400 }, () => ({
      key: `k${Math.floor(random() * 250)}`,
      amount: 500 + Math.floor(random() * 4),
      day: 20 + Math.floor(random() * 5),
      doubt: random() < 0.05,
    }));
  const [ours, theirs] = [side(), side()];
  const text = (lines: typeof ours) =>
    csv(
      'reference,amountFen,day,doubt',
      ...lines.map(({ key, amount, day, doubt }) => `${key},${amount},2026-11-${day},${doubt}`),
    );
  const how = terms(byReference);
  const { summary } = await match(text(ours), text(theirs), how);
  const expected: Record<string, number> = {};
  const linesOf = (lines: typeof ours, wanted: string) =>
    lines.flatMap(({ key, amount, day, doubt }, at) =>
      key === wanted ? [{ line: at + 1, amount: BigInt(amount), day, doubt, records: 0 }] : [],
    );
  for (const key of new Set([...ours, ...theirs].map((line) => line.key))) {
    const decided = decideGroup(how, byReference, linesOf(ours, key), linesOf(theirs, key));
    for (const { state } of decided.decisions) expected[state] = (expected[state] ?? 0) + 1;
    for (const [left, only] of [
      [decided.leftOurs, 'only-ours'],
      [decided.leftTheirs, 'only-theirs'],
    ] as const)
      for (const { doubt } of left) {
        const state = doubt ? 'in-doubt' : only;
        expected[state] = (expected[state] ?? 0) + 1;
      }
  }
  const found = Object.fromEntries(Object.entries(summary.states).map(([state, { results }]) => [state, results]));
  expect(found).toEqual(expected);
  expect(Object.keys(found).toSorted()).toEqual([
    'amount',
    'duplicate',
    'equal',
    'in-doubt',
    'late',
    'only-ours',
    'only-theirs',
  ]);
});

it('later passes look at what those before left over', async () => {
  const header = 'reference,card,group,amountFen,day';
  const { rows, told } = await match(
    csv(
      header,
      'r1,c1,,500,2026-11-20',
      'lost,c2,,600,2026-11-20',
      'sheet,,g1,900,2026-11-20',
      'alone,c2,,601,2026-11-20',
    ),
    csv(header, 'r1,c9,,500,2026-11-20', 'typo,c2,,600,2026-11-21', 'x1,,g1,400,2026-11-20', 'x2,,g1,500,2026-11-20'),
    terms(
      byReference,
      { name: 'card and amount', on: ['card'], cardinality: '1-1', certain: false },
      { name: 'sheet', on: ['group'], cardinality: '1-n', certain: true },
    ),
  );
  expect(short(rows)).toEqual(['equal 1-1', 'equal 2-2', 'equal 3-0', 'only-ours 4-0', 'equal 0-3', 'equal 0-4']);
  expect(told[1]).toContain('By card and amount (same card)');
  expect(told[2]).toContain('line 3 of ours in group 1 of 1 of ours and 2 of theirs; 900 fen on both sides');
});

it('keys that are there too often to pair each with each are decided line by line', async () => {
  const many = Array.from({ length: 1_500 }, (_, at) => `same,${at},2026-11-20`);
  const { summary } = await match(
    csv('reference,amountFen,day', ...many),
    csv('reference,amountFen,day', ...many.toReversed(), 'same,7,2026-11-20'),
    { ...terms(byReference), toleranceFen: 0 },
  );
  expect(summary.states.equal?.results).toBe(1_500);
  expect(summary.states.duplicate?.results).toBe(1);
});

it.each([
  ['CR LF', 'reference,amountFen,day\r\na,1,2026-11-20\r\nb,2,2026-11-20\r\n'],
  ['no end of the last line', 'reference,amountFen,day\na,1,2026-11-20\nb,2,2026-11-20'],
  ['a byte order mark', '\uFEFFreference,amountFen,day\na,1,2026-11-20\nb,2,2026-11-20\n'],
  ['quotation marks', '"reference","amountFen","day"\n"a","1","2026-11-20"\n"b",2,2026-11-20\n'],
  ['columns in another order', 'day,reference,amountFen\n2026-11-20,a,1\n2026-11-20,b,2\n'],
])('a file with %s is read', async (_, theirs) => {
  const ours = csv('reference,amountFen,day', 'a,1,2026-11-20', 'b,2,2026-11-20');
  const { rows } = await match(ours, theirs, terms(byReference));
  expect(short(rows)).toEqual(['equal 1-1', 'equal 2-2']);
});

it('a side without lines leaves the other alone', async () => {
  const { rows } = await match(
    csv('reference,amountFen,day'),
    csv('reference,amountFen,day', 'a,1,2026-11-20'),
    terms(byReference),
  );
  expect(short(rows)).toEqual(['only-theirs 0-1']);
});

it.each([
  ['reference,amount,day', 'a,1,2026-11-20', 'header-bad'],
  ['reference,amountFen,day,name', 'a,1,2026-11-20,n', 'column-unknown'],
  ['reference,amountFen,day', 'a,1.5,2026-11-20', 'unreadable'],
  ['reference,amountFen,day', 'a,1,20.11.2026', 'unreadable'],
  ['reference,amountFen,day', 'a,1,2026-02-30', 'unreadable'],
  ['reference,amountFen,day', 'a,1', 'unreadable'],
  ['reference,amountFen,day', 'a,,2026-11-20', 'unreadable'],
  ['reference,amountFen,day', `${'a'.repeat(151)},1,2026-11-20`, 'key-too-long'],
  ['reference,amountFen,day', 'a,99999999999999999999,2026-11-20', 'unreadable'],
])('a file that says %s / %s is refused with %s', async (header, line, code) => {
  const good = csv('reference,amountFen,day', 'a,1,2026-11-20');
  await expect(match(good, csv(header, line), terms(byReference))).rejects.toMatchObject({
    code: `reconciliation.matching.${code}`,
  });
});

it('a file that is not UTF-8 is refused with its line', async () => {
  const directory = await mkdtemp(join(folder, 'gb-'));
  const files = { ours: join(directory, 'ours.csv'), theirs: join(directory, 'theirs.csv') };
  await writeFile(files.ours, csv('reference,amountFen,day', 'a,1,2026-11-20'));
  await writeFile(
    files.theirs,
    Buffer.concat([
      Buffer.from('reference,amountFen,day\n'),
      Buffer.from([0xb2, 0xe2]),
      Buffer.from(',1,2026-11-20\n'),
    ]),
  );
  await expect(matchFiles(files, terms(byReference), directory, { memoryMiB: 256 })).rejects.toMatchObject({
    code: 'reconciliation.matching.unreadable',
    message: expect.stringContaining('Line 2') as string,
  });
});
