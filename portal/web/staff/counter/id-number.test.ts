import { expect, test } from 'vitest';
import { readIdNumber, readTyped, spaced } from './id-number.ts';

/** Made up: area of a city in Shandong, days and orders at random. */
const GOOD = '370702199003071231';
const today = new Date('2026-06-01');
const withCheck = (body: string) => {
  for (const last of '0123456789X') if (!('fault' in readIdNumber(body + last, today))) return body + last;
  throw new Error('a body has one check character');
};

test('an identity number says area, birth and sex, and only with its check character', () => {
  const number = withCheck(GOOD.slice(0, 17));
  expect(readIdNumber(number, today)).toEqual({
    number,
    areaCode: '370702',
    birthDate: '1990-03-07',
    sex: 'male',
  });
  expect(readIdNumber(withCheck('37070219900307124').toLowerCase(), today)).toMatchObject({ sex: 'female' });
  const wrong = [...'0123456789X'].filter((last) => last !== number[17]).map((last) => number.slice(0, 17) + last);
  for (const each of wrong) expect(readIdNumber(each, today)).toEqual({ fault: 'check' });
});

test.each([
  ['', 'length'],
  ['3707021990030712', 'length'],
  ['37070219900307123Y', 'signs'],
  ['37070219900X071231', 'signs'],
  ['990702199003071231', 'province'],
  ['370702199002301231', 'birth'],
  ['370702209903071231', 'birth'],
  ["'; drop table", 'signs'],
])('%j is refused for its %s', (typed, fault) => {
  expect(readIdNumber(typed, today)).toEqual({ fault });
});

test('a number of the first generation becomes one of 18 characters', () => {
  const read = readIdNumber('370702900307123', today);
  expect(read).toMatchObject({ birthDate: '1990-03-07', areaCode: '370702' });
  expect('number' in read && read.number).toHaveLength(18);
});

test('one field takes card numbers, identity numbers, phones and names', () => {
  expect(readTyped('  ')).toEqual({ kind: 'nothing' });
  expect(readTyped('3104 5800 1000 0000 019')).toEqual({ kind: 'card', cardNo: '3104580010000000019' });
  expect(readTyped(withCheck(GOOD.slice(0, 17)), today).kind).toBe('number');
  expect(readTyped('370702199003071232', today).kind).toMatch(/number/);
  expect(readTyped('13800001234')).toEqual({ kind: 'phone', phone: '13800001234' });
  expect(readTyped('0536-8123456')).toEqual({ kind: 'phone', phone: '0536-8123456' });
  expect(readTyped('测试甲')).toEqual({ kind: 'name', name: '测试甲' });
  expect(readTyped('测试甲 19900307')).toEqual({ kind: 'name', name: '测试甲', birthDate: '1990-03-07' });
  expect(readTyped('测试甲，1990-03-07')).toEqual({ kind: 'name', name: '测试甲', birthDate: '1990-03-07' });
  expect(readTyped('<script>alert(1)</script>').kind).toBe('name');
});

test('a card number is read in fours', () => {
  expect(spaced('3104580010000000019')).toBe('3104 5800 1000 0000 019');
});
