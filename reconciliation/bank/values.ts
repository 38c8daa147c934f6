import { type BusinessDate, businessDate, cityDate, type Fen, instantOfCityDigits, parseYuan } from '@citycard/common';
import { bankErrors } from './errors.ts';
import type { XmlNode } from './xml.ts';

const CURRENCY = 'CNY';
/** ISO 20022 allows five decimals; beyond two they can only be zeros, because there is nothing below a fen. */
const AMOUNT = /^(\d{1,15})(?:\.(\d{1,2})0{0,3})?$/;

/**
 * An amount in CNY, exactly, from its decimal text; never negative.
 *
 * @throws CityCardError `bank.currency-bad`, `bank.value-bad`
 */
export function amountOf(node: XmlNode): Fen {
  const currency = node.attribute('Ccy') ?? 'no currency';
  if (currency !== CURRENCY) throw bankErrors.currencyBad({ path: node.path, currency });
  return plainAmountOf(node);
}

/** An amount whose currency stands elsewhere, as in sums of a statement. @throws CityCardError `bank.value-bad` */
export function plainAmountOf(node: XmlNode): Fen {
  const match = AMOUNT.exec(node.text);
  if (match === null) throw bad(node, 'an amount in yuan and fen');
  return parseYuan(match[2] === undefined ? `${match[1]}` : `${match[1]}.${match[2]}`);
}

/** A count or running number. @throws CityCardError `bank.value-bad` */
export function wholeNumberOf(node: XmlNode): bigint {
  if (!/^\d{1,18}$/.test(node.text)) throw bad(node, 'a whole number');
  return BigInt(node.text);
}

export type Direction = 'credit' | 'debit';

/** CRDT or DBIT, as the bank's customer sees it: a credit is money that came in. */
export function directionOf(node: XmlNode): Direction {
  if (node.text === 'CRDT') return 'credit';
  if (node.text === 'DBIT') return 'debit';
  throw bad(node, 'CRDT or DBIT');
}

export interface BookingMoment {
  readonly date: BusinessDate;
  readonly at: Date;
}

/** `Dt` or `DtTm`: the city's date, and an instant (midnight in the city when only the date is given). */
export function momentOf(node: XmlNode): BookingMoment {
  const dateTime = node.find('DtTm');
  if (dateTime !== undefined) {
    // A time without zone is city time: the bank stands in the city.
    const zoned = /(Z|[+-]\d{2}:\d{2})$/.test(dateTime.text) ? dateTime.text : `${dateTime.text}+08:00`;
    const at = new Date(zoned);
    if (Number.isNaN(at.getTime())) throw bad(dateTime, 'a date and time');
    return { date: cityDate(at), at };
  }
  const date = readDate(node.one('Dt'));
  const at = instantOfCityDigits(date.replaceAll('-', ''), '000000');
  if (at === undefined) throw bad(node, 'a date');
  return { date, at };
}

function readDate(node: XmlNode): BusinessDate {
  // A date may carry a zone (2026-11-22+08:00); the day is what counts.
  const text = /^(\d{4}-\d{2}-\d{2})(Z|[+-]\d{2}:\d{2})?$/.exec(node.text)?.[1];
  if (text === undefined) throw bad(node, 'a date');
  try {
    return businessDate(text);
  } catch (cause) {
    throw bad(node, 'a date that exists', cause);
  }
}

/** Text of 1 to `longest` characters, as identifiers of messages, entries and payments are. */
export function identifierOf(node: XmlNode, longest = 35): string {
  if (node.text === '' || node.text.length > longest) throw bad(node, `a text of 1 to ${longest} characters`);
  return node.text;
}

function bad(node: XmlNode, expected: string, cause?: unknown): Error {
  return bankErrors.valueBad({ path: node.path, value: node.text.slice(0, 80), expected }, cause);
}
