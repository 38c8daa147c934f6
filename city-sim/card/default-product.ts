import { packDigits } from '../bytes/bcd.ts';
import { KEY_ID } from '../chip/keys.ts';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { cardFactor, cityFactor, deriveThrough } from '../cryptography/purse.ts';

/** Name of the purse application, as public transport-card readers know it. */
export const PURSE_AID = Buffer.from('A000000632010105', 'hex');

/** Which key is which: the usages of the default product. */
export type CardKeyUsage = Exclude<keyof typeof KEY_ID, 'pin' | 'unload'>;

/** One 16-byte key per usage: root keys of a city, or the keys of one card. */
export type CardKeySet = Readonly<Record<CardKeyUsage, Buffer>>;

/** All usages in the order of the personalisation script. */
export const CARD_KEY_USAGES: readonly CardKeyUsage[] = [
  'cardMaster',
  'purchase',
  'load',
  'tac',
  'maintenance',
  'pinUnblock',
  'pinReload',
  'applicationBlock',
  'applicationUnblock',
];

/** What is printed on a card and written to its public files. */
export interface CardIdentity {
  /** 19 digits. */
  readonly cardNo: string;
  /** Inter-city code, 4 digits. */
  readonly cityCode: string;
  /** YYYYMMDD */
  readonly start: string;
  /** YYYYMMDD */
  readonly expiry: string;
  readonly mainType?: number;
  readonly subType?: number;
}

/** The keys of one card, derived root → city → card (interface page, section 5). */
export function deriveCardKeys(
  roots: CardKeySet,
  card: { cityCode: string; cardNo: string },
  algorithm: CardAlgorithm = '3des',
): CardKeySet {
  const factors = [cityFactor(card.cityCode), cardFactor(card.cardNo)];
  const keys = CARD_KEY_USAGES.map((usage) => [usage, deriveThrough(algorithm, roots[usage], factors)]);
  return Object.fromEntries(keys) as CardKeySet;
}

/** Card number of the default product: 310 ‖ city 4 ‖ issuer 2 ‖ sequence 9 ‖ Luhn digit. */
export function cardNumber(cityCode: string, issuer: string, sequence: number): string {
  const body = `310${cityCode}${issuer}${String(sequence).padStart(9, '0')}`;
  if (!/^[0-9]{18}$/.test(body)) throw new RangeError(`not the parts of a card number: ${body}`);
  return body + luhnDigit(body);
}

/** Luhn check digit over a body of digits. */
export function luhnDigit(body: string): string {
  let sum = 0;
  for (let index = 0; index < body.length; index += 1) {
    const digit = Number(body[body.length - 1 - index]);
    const doubled = digit * 2;
    sum += index % 2 === 1 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Application serial, 10 bytes: 0 ‖ card number. */
export function applicationSerial(cardNo: string): Buffer {
  return packDigits(`0${cardNo}`);
}

/** The three public data files of a card. Name and document number of 16h stay blank, the default of the product. */
export function cardFiles(card: CardIdentity): { file15: Buffer; file16: Buffer; file17: Buffer } {
  const issuerId = Buffer.from(`${card.cityCode}000000000000`, 'hex');
  const file15 = Buffer.concat([
    issuerId,
    Buffer.from([0x01, 0x01]),
    applicationSerial(card.cardNo),
    packDigits(card.start + card.expiry),
    Buffer.from([card.mainType ?? 0x01, card.subType ?? 0x00]),
  ]);
  const file17 = Buffer.alloc(60);
  packDigits(`000001560370${card.cityCode}0001`).copy(file17);
  file17[10] = card.mainType ?? 0x01;
  return { file15, file16: Buffer.alloc(55), file17 };
}
