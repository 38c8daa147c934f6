import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { FieldNumber, FieldValues } from './field-table.ts';
import { packFrame, type Envelope } from './frame-writer.ts';

const { vectors } = JSON.parse(readFileSync(new URL('../../test/vectors.json', import.meta.url), 'utf8')) as {
  vectors: ({ id: string } & Record<string, unknown>)[];
};

/** A published frame by its id; `key` names the text that holds its bytes. */
export function vectorBytes(id: string, key: string): Buffer {
  const text = vectors.find((vector) => vector.id === id)?.[key];
  if (typeof text !== 'string') throw new Error(`no vector ${id} with ${key}`);
  return Buffer.from(text, 'hex');
}

export const envelope: Envelope = {
  tpdu: Buffer.from('6000030001', 'hex'),
  header: Buffer.from('622200000000', 'hex'),
  mti: '0200',
};

/** A request of a generated test terminal; without the length, as the link hands it on. */
export function requestFrame(mti: string, fields: FieldValues, mac = false): Buffer {
  return packFrame({ ...envelope, mti }, fields, mac).frame.subarray(2);
}

/** The 13-field 0200 the codec is measured with. */
export const loadFields = {
  2: '3104580010000000018',
  3: '630000',
  4: '000000010000',
  11: '000123',
  22: '051',
  25: '91',
  41: 'T0000001',
  42: 'M00000000000001',
  49: '156',
  58: Buffer.alloc(43, 7),
  60: '41000001000',
  62: Buffer.from('generated for a test'),
} satisfies FieldValues;

const digitText = (least: number, most: number, alphabet = '0123456789') =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: least, maxLength: most });
const printable = fc.constantFrom(...Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)));
const asciiText = (least: number, most: number) => fc.string({ unit: printable, minLength: least, maxLength: most });
const bytes = (least: number, most: number) =>
  fc.uint8Array({ minLength: least, maxLength: most }).map((array) => Buffer.from(array));

/** Written from the interface's field table by hand, so that a slip in ours shows. Long fields are kept short here. */
const arbitraryOf: Record<Exclude<FieldNumber, 64>, fc.Arbitrary<string | Buffer>> = {
  2: digitText(0, 19),
  3: digitText(6, 6),
  4: digitText(12, 12),
  11: digitText(6, 6),
  12: digitText(6, 6),
  13: digitText(4, 4),
  14: digitText(4, 4),
  15: digitText(4, 4),
  22: digitText(3, 3),
  23: digitText(3, 3),
  25: digitText(2, 2),
  26: digitText(2, 2),
  32: digitText(0, 11),
  35: digitText(0, 37, '0123456789D'),
  36: digitText(0, 104, '0123456789D'),
  37: asciiText(12, 12),
  38: asciiText(6, 6),
  39: asciiText(2, 2),
  41: asciiText(8, 8),
  42: asciiText(15, 15),
  44: asciiText(0, 25),
  48: bytes(0, 200),
  49: asciiText(3, 3),
  52: bytes(8, 8),
  53: digitText(16, 16),
  54: asciiText(0, 40),
  55: bytes(0, 255),
  58: bytes(0, 200),
  59: bytes(0, 200),
  60: digitText(0, 99),
  61: digitText(0, 29),
  62: bytes(0, 999),
  63: bytes(0, 163),
};

/** Any set of fields with any values the table allows. */
export const anyFields: fc.Arbitrary<FieldValues> = fc.record(arbitraryOf, {
  requiredKeys: [],
}) as fc.Arbitrary<FieldValues>;
