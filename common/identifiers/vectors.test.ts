import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { luhnDigit } from './luhn.ts';
import { parseResidentId } from './resident-id.ts';

interface Vectors {
  vectors: {
    id: string;
    id18?: string;
    rows?: { body: string; check: number }[];
    selfRows?: { body: string; check: number }[];
  }[];
}

const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as Vectors;
const vector = (id: string) => vectors.find((each) => each.id === id)!;

test('GB11643-1: a published identity number is possible', () => {
  const { id18 } = vector('GB11643-1');
  expect(parseResidentId(id18!)).toEqual({ ok: true, areaCode: '110105', birthDate: '1949-12-31', sex: 'female' });
});

test('LUHN-1: published check digits', () => {
  const { rows, selfRows } = vector('LUHN-1');
  const all = [...rows!, ...selfRows!];
  expect(all.map(({ body }) => Number(luhnDigit(body)))).toEqual(all.map(({ check }) => check));
});
