import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESIDENT_ITEMS } from '@citycard/card-issuer';
import { SUPERVISION_RULES } from '@citycard/clearing';
import type { CityCardError } from '@citycard/common';
import { beforeAll, expect, it } from 'vitest';
import { alarmWords } from '../../portal/web/parts/alarm-words.ts';
import { chinese } from '../../portal/web/parts/words-of-services/chinese.ts';
import { items } from '../../portal/web/parts/words-of-services/items.ts';
import { speakerOf } from '../../portal/web/parts/words-of-services/speaker.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVICES = ['card-issuer', 'citycard', 'clearing', 'common', 'portal', 'reconciliation', 'terminal-gateway'];
const ELSEWHERE = ['cli', 'dist', 'node_modules', 'web'];
const HAN = /\p{Script=Han}/u;
const PLACE = /\{(\w+)(?::\w+)?\}/g;
const placesOf = (sentence: string) => [...sentence.matchAll(PLACE)].map(([, name]) => name);

const sources = new Map<string, string>();
const sentences = new Map<string, string>();

function readSources(folder: string): void {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && !ELSEWHERE.includes(entry.name)) readSources(path);
    else if (/(?<!\.test|\.d)\.ts$/.test(entry.name)) sources.set(path, readFileSync(join(ROOT, path), 'utf8'));
  }
}

/** A catalogue without its values gives its sentences as they are written. */
const entriesOf = (module: Record<string, unknown>): CityCardError[] =>
  Object.values(module)
    .filter((exported) => typeof exported === 'object' && exported !== null)
    .flatMap((exported) => Object.values(exported))
    .flatMap((make: unknown) => (typeof make === 'function' && make.length <= 2 ? [make] : []))
    .flatMap((make) => {
      const made: unknown = make();
      return made instanceof Error && 'code' in made ? [made as CityCardError] : [];
    });

beforeAll(async () => {
  for (const service of SERVICES) readSources(service);
  for (const [path, source] of sources) {
    if (!/^(export )?const \w+ = errorCatalogue\(/m.test(source)) continue;
    const entries = entriesOf((await import(join(ROOT, path))) as Record<string, unknown>);
    expect(entries.length, `${path}: a catalogue is exported, so that its sentences are found`).toBeGreaterThan(0);
    for (const { code, message } of entries) sentences.set(code, message);
  }
});

/** Steps of loads and of alarms' cases are called acts too; no log has them. */
const LINES_OF_MACHINES = new Set(['request', 'result', 'reversal']);
const speaker = speakerOf(chinese);

it('the pages know every sentence of the catalogues, and no other (npx vitest run test/portal/words --update)', async () => {
  const known = Object.fromEntries([...sentences].toSorted(([one], [other]) => (one < other ? -1 : 1)));
  await expect(`${JSON.stringify(known, null, 2)}\n`).toMatchFileSnapshot('../../portal/web/api/sentences.json');
});

it('every refusal has a Chinese sentence, which names nothing the English one does not', () => {
  const missing = [...sentences.keys()].filter((code) => !HAN.test(chinese.refusals[code] ?? ''));
  expect(missing, 'without Chinese: add them in portal/web/parts/words-of-services').toEqual([]);
  const stale = Object.keys(chinese.refusals).filter((code) => !sentences.has(code) && code !== 'portal.no-answer');
  expect(stale, 'no catalogue has these any more').toEqual([]);
  for (const [code, sentence] of sentences)
    expect(placesOf(sentence), code).toEqual(expect.arrayContaining(placesOf(chinese.refusals[code] ?? '')));
});

it('every refusal that was written down in English is found again by its sentence, with its values', () => {
  for (const [code, template] of sentences) {
    const values = new Map(placesOf(template).map((name, at) => [name, `Ä${at}`]));
    const written = template.replaceAll(PLACE, (_, name: string) => values.get(name) ?? '');
    const refused = speaker.refusal(code, written, {});
    expect(speaker.text(written), code).toMatch(HAN);
    for (const name of placesOf(chinese.refusals[code] ?? '')) expect(refused, code).toContain(values.get(name));
  }
});

/** Where services write reasons: a property that says why, or an argument of what refuses, holds or ends something. */
const REASONS =
  /(?:\b(?:because|cause|detail|difference|endedReason|finding|form|problem|reason|resolution|rule|saidBy|why):|\b(?:bad|broken|duplicate|fault|held|impossible|misnamed|refuse|refused|rejected|transferFault|unfit|unmatched|unreadable|unusable|wrong)\(|new (?:Misfit|Refused)\()\s*(?:[\w.]+, )*(['`])((?:\\.|(?!\1)[^\\])*)\1/g;
/** Reasons that no page shows: those for programs alone, for the command line, and of the machinery of a start. */
const UNSEEN =
  /common\/(database|logging)|citycard\/(acceptance|installation|production|start|demo|sandbox)|resident-desk\/main|codec\/frame-writer|fixture|test-data/;

it('every reason that services give has Chinese words', () => {
  const missing: string[] = [];
  for (const [path, source] of sources) {
    if (UNSEEN.test(path)) continue;
    for (const [, , written = ''] of source.matchAll(REASONS)) {
      // What is appended to a word is there sometimes; what stands alone is a value.
      const reason = written.replaceAll(/(?<=[a-z])\$\{[^}]*\}/g, '').replaceAll(/\$\{[^}]*\}/g, '7');
      if (!/[a-z]{2,} [a-z]/.test(reason)) continue;
      if (!HAN.test(speaker.text(reason.replaceAll("\\'", "'")))) missing.push(`${path}: ${reason}`);
    }
  }
  expect(missing, 'without Chinese: add them to the sayings in portal/web/parts/words-of-services').toEqual([]);
});

it('every act of the log and of proposals has Chinese words', () => {
  const found = [...sources].flatMap(([path, source]) =>
    UNSEEN.test(path)
      ? []
      : [
          ...source.matchAll(
            /(?:\bact: |\bACT = |\b(?:APPROVE|CONTRACT|EXIT|GIVE_UP|LEAVE|RELEASE|RESUME|SET_ROLES) = )'([a-z.-]+)'/g,
          ),
        ].map(([, act = '']) => act),
  );
  const approved = [...(sources.get('citycard/installation/approvers.ts') ?? '').matchAll(/^ {2}'?([a-z.-]+)'?: \[/gm)];
  const acts = new Set([...found, ...approved.map(([, act = '']) => act)]);
  expect(acts.size).toBeGreaterThan(200);
  const missing = [...acts].filter((act) => !HAN.test(speaker.act(act)) && !LINES_OF_MACHINES.has(act));
  expect(missing, 'without Chinese: add them to portal/web/parts/words-of-services/acts.ts').toEqual([]);
});

it('every kind of alarm has words in both languages', () => {
  const raised = [...sources].flatMap(([path, source]) =>
    UNSEEN.test(path) ? [] : [...source.matchAll(/\bkind: '([a-z-]+)',\s*severity\b/g)].map(([, kind = '']) => kind),
  );
  const kinds = new Set([...raised, ...Object.keys(SUPERVISION_RULES)]);
  expect(kinds.size).toBeGreaterThan(50);
  expect([...kinds].filter((kind) => !(kind in alarmWords.zh))).toEqual([]);
  expect(Object.keys(alarmWords.en).toSorted()).toEqual(Object.keys(alarmWords.zh).toSorted());
});

it('items of residents are called what the data dictionary calls them', () => {
  for (const [item, { title }] of Object.entries(RESIDENT_ITEMS)) expect(items[item], item).toBe(title);
});
