import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { casesOf, type CityOrder, runCityKit } from '@citycard/citycard';
import { cardNo } from '@citycard/clearing';
import { afterEach, expect, it } from 'vitest';
import { CandidateCity, CITY, type CityBreak } from './candidate-city.ts';

const folders: string[] = [];
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

/** Plays the kit against the simulator's partner city; answers the cases it failed. */
async function play(breaks: Readonly<Record<string, CityBreak>> = {}, change: Partial<CityOrder> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'city-kit-'));
  folders.push(folder);
  await Promise.all(['in', 'out'].map((name) => mkdir(join(folder, name))));
  const candidate = new CandidateCity(folder, breaks);
  const [first = '', second = ''] = candidate.cards;
  const report = await runCityKit({
    participantNo: 'CITY4520',
    city: CITY,
    folder,
    certificatePem: await candidate.certify(),
    cards: [cardNo(first), cardNo(second)],
    limitMs: 3_000,
    quietMs: 120,
    clockLimitMs: 60_000,
    stopping: new AbortController().signal,
    ready: () => candidate.start(),
    tell: (event) => {
      if (event.event === 'case') candidate.begin(event.id);
      if (event.event === 'ask') void candidate.act(event.id).catch(() => undefined);
    },
    ...change,
  });
  await candidate.end();
  const failed = report.cases.filter(({ outcome }) => outcome === 'failed');
  return { report, failed: failed.map(({ id, reason }) => `${id}: ${reason ?? ''}`) };
}

/** One way of being wrong for each family of cases, and what the maker is told. */
const BROKEN: Readonly<Record<string, readonly [CityBreak, RegExp]>> = {
  purchases: ['answers in another order', /row 1 is of record 1 of file \d+; record 0 of file/],
  'purchases-again': ['answers anew what comes again', /is answered 03, 00 is right/],
  'another-city': ['accepts cards of others', /is answered 00, 0A is right/],
  held: ['answers what it held twice', /what was held had its final answer/],
  'signature-of-another-file': ['does not look at signatures', /was taken, though its signature is over other content/],
  'signature-of-a-stranger': ['does not look at signatures', /was taken, though its certificate is of another CA/],
  'signature-of-another-city': ['does not look who signed', /was taken, though the CN of its certificate is 9999/],
  'total-wrong': ['does not add up', /was taken, though its header says 1 fen more/],
  'sequence-used': ['takes a sequence twice', /was taken, though its sequence was used before/],
  'their-purchases': ['says a wrong total', /the header says 1 fen, the records are 210 fen/],
  'their-answer-lost': ['delivers other content again', /came again with other content/],
  'their-next-file': ['sends records again', /has travelled before/],
  'their-held-row': ['takes any answer', /was taken, though the row it answers has its final answer/],
  'answer-signature': ['takes any answer', /was taken, though the CN/],
  'answer-never-sent': ['takes any answer', /was taken, though it answers a file that was never sent/],
};

it('a city fails the cases about what is broken in it, with the reason, and no other', async () => {
  const breaks = Object.fromEntries(Object.entries(BROKEN).map(([id, [broken]]) => [id, broken]));
  const { report, failed } = await play(breaks, { limitMs: 2_000 });
  expect(report.passed).toBe(false);
  const wanted = casesOf('city').flatMap(({ id }) => (BROKEN[id] === undefined ? [] : [{ id, says: BROKEN[id][1] }]));
  expect(failed.map((sentence) => sentence.split(':')[0])).toEqual(wanted.map(({ id }) => id));
  for (const [at, { says }] of wanted.entries()) expect(failed[at]).toMatch(says);
}, 60_000);

it('a city that is not there fails, in time', async () => {
  const { failed } = await play({}, { only: 'purchases', limitMs: 200, ready: () => undefined });
  expect(failed).toEqual([expect.stringMatching(/^purchases: .*did not come within 0\.2 s/)]);
}, 30_000);
