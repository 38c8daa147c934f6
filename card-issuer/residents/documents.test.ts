import { residentIdCheck } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { areaEverExisted } from './area-codes.ts';
import { readDocumentNumber } from './documents.ts';
import { readIdentityNumber } from './identity-number.ts';
import { checkItem } from './item-values.ts';

describe('areas', () => {
  it.each([
    '370702',
    '370786',
    '370721',
    '370722',
    '370799',
    '370771',
    '372822',
    '371203',
    '110105',
    '440524',
    '659001',
    '810000',
  ])('%s existed', (code) => expect(areaEverExisted(code)).toBe(true));
  it.each([
    '370750',
    '370765',
    '371299'.replace('99', '50'),
    '371901',
    '373501',
    '379960',
    '119905',
    '010101',
    '810105',
    '3707',
    'abcdef',
  ])('%s never existed', (code) => expect(areaEverExisted(code)).toBe(false));
});

describe('identity numbers', () => {
  const numbered = (body: string) => body + residentIdCheck(body);
  it('of both generations are read, small x included', () => {
    expect(readIdentityNumber('11010519491231002x')).toMatchObject({
      ok: true,
      number: '11010519491231002X',
      birthDate: '1949-12-31',
      sex: 'female',
    });
    expect(readIdentityNumber('110105491231002')).toMatchObject({ number: '11010519491231002X' });
    expect(readIdentityNumber('440524188001010014')).toEqual({
      ok: false,
      reason: expect.stringContaining('130 years'),
    });
  });
  it.each([
    ['an area that never was', numbered('37075019900301001'), 'no area'],
    ['29 February 1900', numbered('37070219000229001'), 'does not exist'],
    ['tomorrow year', numbered('37070220990101001'), 'future'],
    ['a wrong check', '110105194912310021', 'check character'],
  ])('with %s cannot exist, and the reason does not repeat it', (_, number, why) => {
    const read = readIdentityNumber(number);
    expect(read).toEqual({ ok: false, reason: expect.stringContaining(why) });
    expect(JSON.stringify(read)).not.toContain(number.slice(6, 14));
  });
});

describe('other documents', () => {
  it.each([
    ['passport', ' e1234567 8', 'E12345678'],
    ['passport', 'ＥＡ１２３４５６７', 'EA1234567'],
    ['hk-macao-permit', 'h12345678', 'H12345678'],
    ['hk-macao-permit', 'M1234567801', 'M1234567801'],
    ['taiwan-permit', '12345678', '12345678'],
    ['taiwan-permit', '1234567890（B）', '1234567890(B)'],
    ['military-id', '测字第123456号', '测字第123456号'],
    ['household-book', '370799001', '370799001'],
    ['residence-permit', 'test-permit-1', 'TEST-PERMIT-1'],
    ['temporary-residence-permit', '370799000001', '370799000001'],
  ] as const)('%s %s is kept as %s', (kind, text, number) => {
    expect(readDocumentNumber(kind, text)).toEqual({ ok: true, number });
  });
  it.each([
    ['passport', 'ABCDEF'],
    ['passport', 'E1'],
    ['hk-macao-permit', 'X12345678'],
    ['taiwan-permit', '123456789'],
    ['military-id', '123456'],
    ['household-book', '12-34'],
    ['residence-permit', '!'],
  ] as const)('a %s cannot be %s', (kind, text) => {
    expect(readDocumentNumber(kind, text)).toMatchObject({ ok: false });
  });
});

describe('items', () => {
  it.each([
    ['name', '  测试 甲 ', '测试 甲'],
    ['nation', '56', '56'],
    ['arrival-date', '2008-02-29', '2008-02-29'],
    ['house-kind', 'rented', 'rented'],
    ['landlord-phone', '0536-8000000', '0536-8000000'],
    ['stay-area', '370702001002', '370702001002'],
  ] as const)('%s may be %s', (item, text, value) => {
    expect(checkItem(item, text)).toEqual({ ok: true, value });
  });
  it.each([
    ['name', ' '],
    ['name', 'a\u0000b'],
    ['name', '长'.repeat(61)],
    ['nation', '57'],
    ['arrival-date', '2007-02-29'],
    ['arrival-date', '20080229'],
    ['house-kind', 'tent'],
    ['stay-area', '3707'],
    ['child-count', 'two'],
  ] as const)('%s cannot be %j', (item, text) => {
    expect(checkItem(item, text)).toMatchObject({ ok: false });
  });
});
