import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { cardScript, managementData, publicApplicationData, samScript, type ScriptStep } from './script.ts';

const card = {
  applicationSerial: '03104580010000000012',
  cityCode: '4580',
  validFrom: '20260504',
  validTo: '20340503',
  mainType: 1,
  subType: 0,
  algorithm: '3des',
} as const;

test('file 15h and file 17h, byte for byte (terminal interface, section 5)', () => {
  expect(publicApplicationData(card).toString('hex').toUpperCase()).toBe(
    ['0000458000000000', '01', '01', '03104580010000000012', '20260504', '20340503', '01', '00'].join(''),
  );
  expect(managementData(card).toString('hex').toUpperCase()).toBe(
    ['00000156', '3700', '4580', '0001', '01', '00'.repeat(49)].join(''),
  );
});

test('the digits of the card must be digits', () => {
  for (const wrong of [{ validTo: '2034050X' }, { applicationSerial: '03104580010000000012F' }])
    expect(() => publicApplicationData({ ...card, ...wrong })).toThrow();
});

/** The rows of a script in the reference: number, command and its bytes, with what is filled in as `[…]`. */
async function referenceScript(title: string): Promise<string[]> {
  const page = await readFile(new URL('../../docs/reference/card-personalisation.md', import.meta.url), 'utf8');
  const section = page.split(`## ${title}`)[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \|$/gm)];
  return rows.filter(([, number]) => Number(number) >= 3).map(([, , bytes = '']) => bytes.replaceAll(/[`\s]/g, ''));
}

/** What the reference fixes, to the byte; `[ET(key)]` comes from the HSM later, other brackets are data of one card or key. */
function asPattern(row: string): RegExp {
  return new RegExp(`^${row.replace('[ET(key)]', '').replaceAll(/\[[^\]]+\]/g, '([0-9A-F]{2})+')}$`);
}

test('the scripts are those of the reference, step by step', async () => {
  for (const [title, script] of [
    ['Script of a card', cardScript(card)],
    ['Script of a SAM', samScript('458001000001')],
  ] as const) {
    const reference = await referenceScript(title);
    expect(reference.length).toBe(script.length);
    for (const [index, step] of script.entries()) {
      const row = reference[index] ?? '';
      const sent = (step.kind === 'key' ? step.header : step.apdu).toString('hex').toUpperCase();
      expect(sent).toMatch(asPattern(row));
    }
  }
});

test('the algorithm of the product stands in every key of the application, not in the card master key', () => {
  const attributes = (algorithm: '3des' | 'sm4') =>
    cardScript({ ...card, algorithm }).flatMap((step) =>
      step.kind === 'key' ? [step.header.subarray(-2).toString('hex')] : [],
    );
  expect(attributes('3des')).toEqual(['0133', ...Array.from({ length: 8 }, () => '0100')]);
  expect(attributes('sm4')).toEqual(['0133', ...Array.from({ length: 8 }, () => '0104')]);
});

test('a SAM gets the root purchase key itself, a card keys derived for it', () => {
  const keys = (script: ScriptStep[]) =>
    script.flatMap((step) => (step.kind === 'key' ? [[step.root, step.derived]] : []));
  expect(keys(samScript('458001000001'))).toEqual([['DPK', false]]);
  expect(keys(cardScript(card)).every(([, derived]) => derived === true)).toBe(true);
});
