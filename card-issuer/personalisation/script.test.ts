import { readFile } from 'node:fs/promises';
import { commonMigrations, startTestDatabase, type TestDatabase } from '@citycard/common';
import { clearingMigrations } from '@citycard/clearing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cardIssuerMigrations } from '../index.ts';
import { findProductVersion } from '../products/versions.ts';
import { type CardPlan, cardScript, planCard } from './card-script.ts';
import { samScript, type ScriptStep } from './script.ts';
import { standardScript } from './standard-script.test-data.ts';

const card = { applicationSerial: '03104580010000000012', validFrom: '20260504', validTo: '20340503' };
let database: TestDatabase;
let standard: CardPlan;
let sm4: CardPlan;

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, cardIssuerMigrations]);
  standard = planCard((await findProductVersion(database.db, 'standard', 1)).document);
  sm4 = planCard((await findProductVersion(database.db, 'standard-sm4', 1)).document);
});
afterAll(() => database.stop());

const bytes = (step: ScriptStep) => (step.kind === 'key' ? step.header : step.apdu).toString('hex').toUpperCase();

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
