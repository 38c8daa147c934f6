import { createHash } from 'node:crypto';
import type { CardAlgorithm } from '../cryptography/block-cipher.ts';
import { CARD_KEY_USAGES, cardNumber, deriveCardKeys, type CardIdentity, type CardKeySet } from './default-product.ts';
import { type CardExtras, personaliseCard } from './issue.ts';
import { VirtualCard } from './virtual-card.ts';

/** A transport key made for tests. */
export const TEST_TRANSPORT_KEY = Buffer.from('544553542D5452414E53504F52542D31', 'hex');

/** Root keys made for tests from their names. */
export const TEST_ROOTS = Object.fromEntries(
  CARD_KEY_USAGES.map((usage) => [usage, createHash('sha256').update(`test root ${usage}`).digest().subarray(0, 16)]),
) as CardKeySet;

/** Identity of the n-th test card of Weifang. */
export function testIdentity(sequence: number, cityCode = '4580'): CardIdentity {
  return { cardNo: cardNumber(cityCode, '00', sequence), cityCode, start: '20080901', expiry: '20280831' };
}

/** A finished card of the test city. */
export function testCard(
  sequence: number,
  options: {
    algorithm?: CardAlgorithm;
    keys?: Partial<CardKeySet>;
    random?: (length: number) => Buffer;
    extras?: CardExtras;
  } = {},
): VirtualCard {
  const { algorithm = '3des', keys, random, extras } = options;
  const card = new VirtualCard({ transportKey: TEST_TRANSPORT_KEY, algorithm, ...(random && { random }) });
  const identity = testIdentity(sequence);
  const derived = deriveCardKeys(TEST_ROOTS, identity, algorithm);
  personaliseCard(card, TEST_TRANSPORT_KEY, identity, { ...derived, ...keys }, extras);
  card.powerOn();
  return card;
}

/** Answers the given random numbers in turn, then fails. */
export function fixedRandom(...values: readonly string[]): (length: number) => Buffer {
  const left = values.map((value) => Buffer.from(value, 'hex'));
  return (length) => {
    const next = left.shift();
    if (next?.length !== length) throw new RangeError(`no fixed random number of ${length} bytes is left`);
    return next;
  };
}

/** Sends a command in hex and answers data and status word in hex. */
export function send(chip: { transmit(apdu: Buffer): Buffer }, apduHex: string): string {
  return chip.transmit(Buffer.from(apduHex, 'hex')).toString('hex').toUpperCase();
}

/** SELECT of the purse application. */
export const SELECT_PURSE = '00A4040008A000000632010105';
