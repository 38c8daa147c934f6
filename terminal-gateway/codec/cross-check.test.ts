import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValues } from './field-table.ts';
import { anyFields, requestFrame, vectorBytes } from './frames.test-data.ts';
import { MTI_OFFSET } from './message.ts';

/**
 * Two codecs by other hands. jspos knows packed decimal and is given the dialect as a packager; iso_8583 knows ASCII
 * fields only, so it checks the bitmap and those. Neither is asked about broken input: both swallow it without a word.
 */
const require = createRequire(import.meta.url);

interface JsposMessage {
  setMTI(mti: string): void;
  /** Bytes are given in hex. */
  setField(field: number, value: string): void;
  pack(): number[];
}
interface Jspos {
  ISOBasePackager: new () => { setFieldPackager(fields: unknown[]): void; createISOMsg(): JsposMessage };
  packer: Record<string, new (length: number, description: string, padLeft?: boolean) => unknown>;
}
const jspos = require('jspos') as Jspos;

/** The dialect for jspos. Field 36 (LLL track) and the right-aligned field 23 it cannot express left out. */
const jsposFormats: Record<number, [kind: string, length: number, padLeft?: boolean]> = {
  0: ['IFB_NUMERIC', 4, true],
  1: ['IFB_BITMAP', 8],
  2: ['IFB_LLNUM', 19, false],
  3: ['IFB_NUMERIC', 6, false],
  4: ['IFB_NUMERIC', 12, false],
  11: ['IFB_NUMERIC', 6, false],
  12: ['IFB_NUMERIC', 6, false],
  13: ['IFB_NUMERIC', 4, false],
  14: ['IFB_NUMERIC', 4, false],
  15: ['IFB_NUMERIC', 4, false],
  22: ['IFB_NUMERIC', 3, false],
  25: ['IFB_NUMERIC', 2, false],
  26: ['IFB_NUMERIC', 2, false],
  32: ['IFB_LLNUM', 11, false],
  37: ['IF_CHAR', 12],
  38: ['IF_CHAR', 6],
  39: ['IF_CHAR', 2],
  41: ['IF_CHAR', 8],
  42: ['IF_CHAR', 15],
  44: ['IFB_LLCHAR', 25],
  48: ['IFB_LLLBINARY', 999],
  49: ['IF_CHAR', 3],
  52: ['IFB_BINARY', 8],
  53: ['IFB_NUMERIC', 16, false],
  54: ['IFB_LLLCHAR', 40],
  55: ['IFB_LLLBINARY', 255],
  58: ['IFB_LLLBINARY', 999],
  59: ['IFB_LLLBINARY', 999],
  60: ['IFB_LLLNUM', 999, false],
  61: ['IFB_LLLNUM', 29, false],
  62: ['IFB_LLLBINARY', 999],
  63: ['IFB_LLLBINARY', 163],
};

function jsposPack(mti: string, fields: FieldValues): Buffer {
  const packager = new jspos.ISOBasePackager();
  packager.setFieldPackager(
    Array.from({ length: 65 }, (_, field) => {
      const [kind, length, padLeft] = jsposFormats[field] ?? ['IFB_BINARY', 8];
      return new jspos.packer[kind]!(length, `field ${field}`, padLeft);
    }),
  );
  const message = packager.createISOMsg();
  message.setMTI(mti);
  for (const [field, value] of Object.entries(fields as Record<string, string | Buffer>)) {
    message.setField(Number(field), typeof value === 'string' ? value : value.toString('hex'));
  }
  return Buffer.from(message.pack());
}

function only(fields: FieldValues, wanted: (field: number, value: string | Buffer) => boolean): FieldValues {
  const given = Object.entries(fields as Record<string, string | Buffer>);
  return Object.fromEntries(given.filter(([field, value]) => wanted(Number(field), value)));
}

describe('jspos', () => {
  it('packs the published sign-on as we do', () => {
    const fields = {
      11: '000027',
      41: '88888888',
      42: '100000000000001',
      60: '00000001003',
      62: Buffer.from('Sequence No153135320-017-687'),
      63: Buffer.from('01 '),
    };
    const published = vectorBytes('FRAME-0800-A', 'hex').subarray(MTI_OFFSET);
    expect(jsposPack('0800', fields)).toEqual(published);
    expect(requestFrame('0800', fields).subarray(MTI_OFFSET)).toEqual(published);
  });

  it('packs whatever it can express byte for byte as we do', () => {
    fc.assert(
      fc.property(anyFields, (all) => {
        const fields = only(all, (field, value) => field in jsposFormats && value.length > 0);
        fc.pre(Object.keys(fields).length > 0); // It writes no bitmap at all when there is nothing to announce.
        expect(jsposPack('0200', fields).toString('hex')).toBe(
          requestFrame('0200', fields).toString('hex', MTI_OFFSET),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('iso_8583', () => {
  const Iso8583 = require('iso_8583') as new (
    message: Record<number, string>,
    formats: Record<number, object>,
  ) => { getRawMessage(): Buffer };
  const fixedText = { 37: 12, 38: 6, 39: 2, 41: 8, 42: 15, 49: 3 };

  /** Its "ans" stops short of some punctuation. */
  const plainText = fc.record(
    Object.fromEntries(
      Object.entries(fixedText).map(([field, length]) => [
        field,
        fc.string({ unit: fc.constantFrom(...'AZaz09'), minLength: length, maxLength: length }),
      ]),
    ),
    { requiredKeys: [] },
  );

  it('packs bitmap and ASCII fields as we do', () => {
    const formats = Object.fromEntries(
      Object.entries(fixedText).map(([field, length]) => [
        field,
        { ContentType: 'ans', Label: `field ${field}`, LenType: 'fixed', MaxLen: length },
      ]),
    );
    fc.assert(
      fc.property(plainText, (fields) => {
        fc.pre(Object.keys(fields).length > 0);
        const theirs = new Iso8583({ 0: '0200', ...(fields as Record<number, string>) }, formats).getRawMessage();
        expect(Buffer.isBuffer(theirs)).toBe(true);
        // Its MTI is 4 letters; ours is packed into 2 bytes. It always sends a second bitmap: bit 1, and 8 bytes more.
        const ours = requestFrame('0200', fields).subarray(MTI_OFFSET + 2);
        const bitmap = Buffer.from(theirs.subarray(4, 12));
        bitmap[0]! &= 0x7f;
        expect(bitmap).toEqual(ours.subarray(0, 8));
        expect(theirs.subarray(-(ours.length - 8))).toEqual(ours.subarray(8));
      }),
      { numRuns: 100 },
    );
  });
});
