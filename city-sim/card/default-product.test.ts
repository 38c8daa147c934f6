import { describe, expect, it } from 'vitest';
import { vector } from '../cryptography/vectors.test-data.ts';
import { applicationSerial, cardFiles, cardNumber, luhnDigit } from './default-product.ts';

describe('the default product', () => {
  it('LUHN-1: check digits', () => {
    type Row = { body: string; check: number };
    const { rows, selfRows } = vector<{ rows: Row[]; selfRows: Row[] }>('LUHN-1');
    for (const { body, check } of [...rows, ...selfRows]) expect(luhnDigit(body)).toBe(String(check));
  });

  it('numbers a card and fills its files', () => {
    const cardNo = cardNumber('4580', '00', 123);
    expect(cardNo).toMatch(/^310458000000000123[0-9]$/);
    expect(applicationSerial(cardNo).toString('hex')).toBe(`0${cardNo}`);
    const files = cardFiles({
      cardNo,
      cityCode: '4580',
      start: '20260101',
      expiry: '20351231',
      mainType: 1,
      subType: 2,
    });
    expect(files.file15.toString('hex')).toBe(`45800000000000000101${`0${cardNo}`}20260101203512310102`);
    expect([files.file16.length, files.file17.length]).toEqual([55, 60]);
    expect(files.file17.subarray(0, 11).toString('hex')).toBe('0000015603704580000101');
    expect(() => cardNumber('458', '00', 1)).toThrow('card number');
  });
});
