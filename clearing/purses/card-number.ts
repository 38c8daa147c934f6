import { digitsToBcd, hasValidLuhn } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

/** 19 digits: `310` ‖ inter-city code 4 ‖ issuer 2 ‖ sequence 9 ‖ Luhn digit (terminal-interface.md §5). */
export type CardNo = string & { readonly __cardNo: unique symbol };

/** National inter-city code of Weifang, the city this system was first made for. */
const WEIFANG = '4580';

/**
 * National inter-city code of the city that runs this system: what `CITYCARD_HOME_CITY` says, else Weifang. A process speaks for
 * one city from its first moment to its last, so it is read once; an installation refuses to start with what is no code.
 */
export const HOME_CITY = /^[0-9]{4}$/.exec(process.env['CITYCARD_HOME_CITY'] ?? '')?.[0] ?? WEIFANG;

const CARD_NUMBER = /^310\d{16}$/;
const CITY = /^\d{4}$/;

/** The card number the text is, or undefined when it is none. */
export function parseCardNo(text: string): CardNo | undefined {
  return CARD_NUMBER.test(text) && hasValidLuhn(text) ? (text as CardNo) : undefined;
}

/** @throws CityCardError `clearing.card-number-malformed`. */
export function cardNo(text: string): CardNo {
  const parsed = parseCardNo(text);
  if (parsed === undefined) throw clearingErrors.cardNumberMalformed({ text: text.slice(0, 24) });
  return parsed;
}

/** The inter-city code inside a card number. */
export function issuerCity(card: CardNo): string {
  return card.slice(3, 7);
}

/** The 20 digits of the application serial: `0` ‖ card number. */
export function applicationSerial(card: CardNo): string {
  return `0${card}`;
}

/** Diversification factor of a city's keys: inter-city code BCD 2 ‖ FF ‖ 00 × 5. */
export function cityFactor(city: string): Buffer {
  if (!CITY.test(city)) throw new RangeError(`"${city}" is no inter-city code of four digits`);
  return Buffer.concat([digitsToBcd(city), Buffer.from('ff0000000000', 'hex')]);
}

/** Diversification factor of a card's keys: the last 16 digits of its number as 8 bytes BCD. */
export function cardFactor(card: CardNo): Buffer {
  return digitsToBcd(card.slice(-16));
}
