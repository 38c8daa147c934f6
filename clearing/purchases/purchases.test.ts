import { businessDate, fen } from '@citycard/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeCcirRow,
  decodeFileHeader,
  encodeCcirRow,
  encodeFileHeader,
  fileNameOf,
  parseFileName,
  type PurchaseFileHeader,
} from './purchase-file.ts';
import {
  cardNoOfSerial,
  decodePurchaseRecord,
  encodePurchaseRecord,
  purchaseContentSha256,
  serialOfCardNo,
  tacInput,
} from './purchase-record.ts';

/** Laid out by hand from the table of terminal-interface.md §3. */
const RECORD = Buffer.from(
  '01' + // version
    '82' + // test card, recovered
    '4520' +
    '03104520990000000017' +
    '01' +
    '05' +
    '09' +
    '02' +
    '03' +
    '04' +
    '0102' + // counter
    '00002710' + // balance before
    '000000c8' + // amount
    '990000000001' +
    '00000007' + // transaction number
    '20261122' +
    '235959' +
    'a1b2c3d4' + // TAC
    '00000033' + // hotlist version
    '01' +
    '0012000034010064',
  'hex',
);

describe('the purchase record', () => {
  it('is read field by field', () => {
    expect(decodePurchaseRecord(RECORD)).toEqual({
      version: 1,
      flag: 2,
      testCard: true,
      undefinedFlags: false,
      issuerCity: '4520',
      applicationSerial: '03104520990000000017',
      cardNo: '3104520990000000017',
      mainType: 1,
      subType: 5,
      transactionType: 9,
      keyIndex: 2,
      keyVersion: 3,
      algorithm: 4,
      offlineCounter: 258,
      balanceBeforeFen: 10_000n,
      amountFen: 200n,
      samNo: '990000000001',
      samTransactionNo: 7,
      tappedAt: new Date('2026-11-22T15:59:59Z'),
      tappedText: '20261122T235959+08',
      tac: Buffer.from('a1b2c3d4', 'hex'),
      hotlistVersion: 51,
      industry: 1,
      industryData: Buffer.from('0012000034010064', 'hex'),
    });
  });

  it('is written as it is read', () => {
    const { tappedAt = new Date(0), ...fields } = decodePurchaseRecord(RECORD);
    expect(encodePurchaseRecord({ ...fields, tappedAt })).toEqual(RECORD);
  });

  it('is refused when a field does not fit', () => {
    const { tappedAt = new Date(0), ...fields } = decodePurchaseRecord(RECORD);
    expect(() => encodePurchaseRecord({ ...fields, tappedAt, samNo: '1234' })).toThrow(RangeError);
    expect(() => encodePurchaseRecord({ ...fields, tappedAt, amountFen: fen(2n ** 32n) })).toThrow(RangeError);
    expect(() => encodePurchaseRecord({ ...fields, tappedAt, tac: Buffer.alloc(3) })).toThrow(RangeError);
  });

  it('is read whatever the bytes are, and however few', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const record = decodePurchaseRecord(Buffer.from(bytes));
        expect(record.applicationSerial).toHaveLength(20);
      }),
    );
  });

  it('has its TAC over amount, type, SAM, transaction number, date and time', () => {
    expect(tacInput(RECORD).toString('hex')).toBe('000000c809' + '990000000001' + '00000007' + '20261122235959');
  });

  it('is the same purchase when bytes 2 to 13, 16 and 20 to 46 are the same, and only then', () => {
    const same = new Set([0, 1, 14, 15, 17, 18, 19, ...Array.from({ length: 17 }, (_, index) => 47 + index)]);
    for (let offset = 0; offset < 64; offset += 1) {
      const other = Buffer.from(RECORD);
      other[offset] = (other[offset] ?? 0) ^ 0xff;
      expect(purchaseContentSha256(other).equals(purchaseContentSha256(RECORD)), `byte ${offset}`).toBe(
        same.has(offset),
      );
    }
  });
});

describe('the card number of a serial', () => {
  it.each([
    ['03104580990000000017', '3104580990000000017'],
    ['13104580990000000017', '13104580990000000017'],
    ['0310458099000000001a', '0310458099000000001a'],
    ['00000000000000000000', '00000000000000000000'],
  ])('of %s is %s, and back', (serial, cardNo) => {
    expect(cardNoOfSerial(serial)).toBe(cardNo);
    expect(serialOfCardNo(cardNo)).toBe(serial);
  });
});

describe('the file header', () => {
  const header: PurchaseFileHeader = {
    magic: 'CCPF',
    sender: '904458041110001',
    businessDate: businessDate('2026-11-22'),
    sequence: 42,
    count: 2,
    totalFen: fen(500),
    createdAt: new Date('2026-11-22T15:00:00Z'),
  };
  const bytes = Buffer.from(
    '43435046' +
      '01' +
      '40' +
      '0000' +
      Buffer.from('904458041110001').toString('hex') +
      '00' +
      '20261122' +
      '0000002a' +
      '00000002' +
      '00000000000001f4' +
      '20261122230000' +
      '00'.repeat(13),
    'hex',
  );

  it('is written and read as laid down', () => {
    expect(encodeFileHeader(header)).toEqual(bytes);
    expect(decodeFileHeader(bytes, 'CCPF')).toEqual({ ok: true, header });
    expect(fileNameOf(header)).toBe('904458041110001-20261122-00000042.ccpf');
  });

  it.each([
    ['another magic', 0, 0x44],
    ['another version', 4, 2],
    ['another record length', 5, 0x10],
    ['bytes 6 and 7 not zero', 7, 1],
    ['a sender that is no number', 22, 0x2d],
    ['byte 23 not zero', 23, 0x20],
    ['a date that does not exist', 26, 0x13],
    ['a total beyond all money', 36, 0x80],
    ['a time that does not exist', 48, 0x24],
    ['bytes 51 to 63 not zero', 63, 1],
  ])('is refused with %s', (_, offset, value) => {
    const damaged = Buffer.from(bytes);
    damaged[offset] = value;
    expect(decodeFileHeader(damaged, 'CCPF')).toMatchObject({ ok: false, problem: expect.any(String) as string });
  });

  it('is refused when it is cut short', () => {
    expect(decodeFileHeader(bytes.subarray(0, 63), 'CCPF')).toMatchObject({ ok: false });
  });

  it('names participants with fewer characters without their padding', () => {
    const short = encodeFileHeader({ ...header, sender: 'A0001' });
    expect(short.toString('latin1', 8, 23)).toBe('A0001          ');
    expect(decodeFileHeader(short, 'CCPF')).toMatchObject({ ok: true, header: { sender: 'A0001' } });
  });

  it('of a city file names both cities, and so does the file', () => {
    const city = { ...header, magic: 'CCIP', sender: '45204580' } as const;
    const written = encodeFileHeader(city);
    expect(written.toString('latin1', 8, 23)).toBe('45204580       ');
    expect(decodeFileHeader(written, 'CCIP')).toEqual({ ok: true, header: city });
    expect(fileNameOf(city)).toBe('4520-4580-20261122-00000042.ccip');
    expect(parseFileName(fileNameOf(city), 'CCIP')).toEqual({ sender: '45204580', date: '20261122', sequence: 42 });
    expect(encodeFileHeader({ ...city, magic: 'CCIR' })[5]).toBe(0x10);
  });

  it.each([
    'A0001-20261122-42.ccpf',
    'A0001-20261122-00000042.CCPF',
    'A0001_20261122_00000042.ccpf',
    '../A0001-20261122-00000042.ccpf',
    '4520-4580-20261122-00000042.ccpf',
  ])('does not belong to a file called %s', (name) => {
    expect(parseFileName(name, 'CCPF')).toBeUndefined();
  });
});

describe('the CCIR row', () => {
  it('is sequence, index, outcome, amount accepted and three zero bytes', () => {
    const row = { ccipSequence: 42, index: 3, outcome: '0D', acceptedFen: fen(0) } as const;
    const bytes = Buffer.from('0000002a000000030d00000000000000', 'hex');
    expect(encodeCcirRow(row)).toEqual(bytes);
    expect(decodeCcirRow(bytes)).toEqual(row);
    const accepted = Buffer.from('0000002a0000000300000000c8000000', 'hex');
    expect(decodeCcirRow(accepted)).toMatchObject({ outcome: '00', acceptedFen: 200n });
  });

  it('is nothing when its code is unknown, its end not zero or its length wrong', () => {
    expect(decodeCcirRow(Buffer.from('0000002a000000031100000000000000', 'hex'))).toBeUndefined();
    expect(decodeCcirRow(Buffer.from('0000002a000000030d00000000000001', 'hex'))).toBeUndefined();
    expect(decodeCcirRow(Buffer.alloc(15))).toBeUndefined();
  });
});
