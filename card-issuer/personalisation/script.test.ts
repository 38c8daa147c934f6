import { readFile } from 'node:fs/promises';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { clearingMigrations } from '@citycard/clearing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardIssuerMigrations } from '../index.ts';
import type { ProductDocument } from '../products/document.ts';
import { faultsOf } from '../products/faults.ts';
import { findProductVersion } from '../products/versions.ts';
import { type CardPlan, cardScript, planCard } from './card-script.ts';
import { samScript, type ScriptStep } from './script.ts';
import { standardScript } from './standard-script.test-data.ts';

const card = { applicationSerial: '03104580010000000012', validFrom: '20260504', validTo: '20340503' };
let database: TestDatabase;
let standardDocument: ProductDocument;
let standard: CardPlan;
let sm4: CardPlan;

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]);
  standardDocument = (await findProductVersion(database.db, 'standard', 1)).document;
  standard = planCard(standardDocument);
  sm4 = planCard((await findProductVersion(database.db, 'standard-sm4', 1)).document);
});
afterAll(() => database.stop());

const bytes = (step: ScriptStep) => (step.kind === 'command' ? step.apdu : step.header).toString('hex').toUpperCase();

test('the standard product is written byte for byte as it always was', () => {
  const script = cardScript(standard, card).map((step) =>
    step.kind === 'key' ? `${bytes(step)} [${standard.roots[step.key]?.replace('name:', '')}]` : bytes(step),
  );
  expect(script).toEqual(standardScript);
});

test('a card is read back as a reader in the street reads it', () => {
  expect(
    standard.readBack.map((step) => [
      step.apdu.toString('hex').toUpperCase(),
      step.kind === 'read' ? step.content(card).toString('hex').toUpperCase() : '',
    ]),
  ).toEqual([
    ['00A4040008A000000632010105', ''],
    [
      '00B095001E',
      ['0000458000000000', '01', '01', '03104580010000000012', '20260504', '20340503', '01', '00'].join(''),
    ],
    ['00B097003C', ['00000156', '3700', '4580', '0001', '01', '00'.repeat(49)].join('')],
    ['805C000204', '00000000'],
  ]);
});

test('the digits of the card must be digits', () => {
  for (const wrong of [{ validTo: '2034050X' }, { applicationSerial: '03104580010000000012F' }])
    expect(() => cardScript(standard, { ...card, ...wrong })).toThrow();
});

/** The rows of a script in the reference: number, command and its bytes, with what is filled in as `[…]`. */
async function referenceScript(title: string): Promise<string[]> {
  const page = await readFile(new URL('../../docs/reference/card-personalisation.md', import.meta.url), 'utf8');
  const section = page.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)];
  return rows.filter(([, number]) => Number(number) >= 3).map(([, , code = '']) => code.replaceAll(/[`\s]/g, ''));
}

/** What the reference fixes, to the byte; `[ET(key)]` comes from the HSM later, other brackets are data of one card or key. */
function asPattern(row: string): RegExp {
  return new RegExp(`^${row.replace('[ET(key)]', '').replaceAll(/\[[^\]]+\]/g, '([0-9A-F]{2})+')}$`);
}

test('the scripts are those of the reference, step by step', async () => {
  for (const [title, script] of [
    ['Script of a card', cardScript(standard, card)],
    ['Script of a SAM', samScript('458001000001')],
  ] as const) {
    const reference = await referenceScript(title);
    expect(reference.length).toBe(script.length);
    for (const [index, step] of script.entries()) expect(bytes(step)).toMatch(asPattern(reference[index] ?? ''));
  }
});

test('the algorithm of the product stands in every key of the application and in the names of its roots', () => {
  const attributes = (plan: CardPlan) =>
    cardScript(plan, card).flatMap((step) => (step.kind === 'key' ? [step.header.subarray(-2).toString('hex')] : []));
  expect(attributes(standard)).toEqual(['0133', ...Array.from({ length: 8 }, () => '0100')]);
  expect(attributes(sm4)).toEqual(['0133', ...Array.from({ length: 8 }, () => '0204')]);
  expect(sm4.roots).toEqual(standard.roots.map((root) => `${root}-SM4`));
});

const withPin = (document: ProductDocument, change: object = {}): ProductDocument => ({
  ...document,
  applications: document.applications.map((purse) => ({ ...purse, pin: { opensState: 2, tries: 3 }, ...change })),
});

test('the PIN of a product that has one is written between the keys and the files, as the reference says', async () => {
  const document = withPin(standardDocument);
  expect(faultsOf(document)).toEqual([]);
  const plan = planCard(document);
  const script = cardScript(plan, card);
  const at = script.findIndex(({ kind }) => kind === 'pin');
  expect([standard.hasPin, plan.hasPin, at]).toEqual([false, true, 14]);
  const [written] = script.splice(at, 1);
  expect(script).toEqual(cardScript(standard, card));
  expect(bytes(written!)).toBe('80D4013A0D3AF0EF0233');
  const page = await readFile(new URL('../../docs/reference/card-personalisation.md', import.meta.url), 'utf8');
  expect(page).toContain('between 16 and 17, `80 D4 01 3A 0D` `3A F0 EF 02 33`');
});

test('a PIN that nobody could set is a fault of the document', () => {
  const [purse] = standardDocument.applications;
  const without = (id: string) => ({ keys: purse!.keys.filter((key) => key.id !== id) });
  expect(faultsOf(withPin(standardDocument, without('37')))).toEqual(['3F01 has a PIN and no key 37 to set it with']);
  expect(faultsOf(withPin(standardDocument, without('38')))).toEqual(['3F01 has a PIN and no key 38 to set it with']);
  const meter = { ...purse!, id: '3F02', aid: 'A0000006320101054D4554', files: [], pin: { opensState: 1, tries: 5 } };
  const keys = purse!.keys.map((key) => ({ ...key, root: `METER-${key.root}` }));
  const faulty = { ...standardDocument, applications: [purse!, { ...meter, keys }] };
  expect(faultsOf(faulty)).toEqual(['3F02 has a PIN and no purse']);
  const disguised = { keys: purse!.keys.map((key) => (key.id === '33' ? { ...key, id: '3A' } : key)) };
  expect(faultsOf({ ...standardDocument, applications: [{ ...purse!, ...disguised }] })).toEqual([
    'key 3A of 3F01 would be a PIN',
  ]);
});
