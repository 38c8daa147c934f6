import { randomInt } from 'node:crypto';
import { encipherBlocks } from '../cipher/block-cipher.ts';
import { CommandRefused } from '../errors.ts';
import { checkValue } from '../keys/check-value.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { putWord } from '../cipher/triple-des.ts';
import { authenticationCryptogram, FACTOR_LENGTH, secureMessagingCryptogram } from '../purse/card-key.ts';
import { kernelOf } from '../purse/kernel.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { cardBulk } from './bulk.ts';
import { itemResult, MAX_FACTORS, readAlgorithm, readCount, readDerivedKey, type Command } from './command.ts';
import { skipChallenge } from './purse-commands.ts';

const CARD_ROOTS: readonly KeyUsage[] = [
  'purchase', 'load', 'tac', 'maintenance', 'pin-unblock', 'pin-reload', 'card-master',
  'application-block', 'application-unblock', 'unload', 'overdraft',
]; // prettier-ignore
const MESSAGING_KEYS: readonly KeyUsage[] = [
  'maintenance', 'pin-unblock', 'card-master', 'application-block', 'application-unblock', 'chip-transport',
]; // prettier-ignore
const AUTHENTICATION_KEYS: readonly KeyUsage[] = ['maintenance', 'card-master', 'chip-transport'];

/** P4: content short challenge 4 or 8 ‖ long data → MAC 4. */
const cardCommandMac = cardBulk({
  code: 'P4',
  name: 'cardCommandMac',
  usages: MESSAGING_KEYS,
  valueLength: 4,
  skip: (fields) => {
    skipChallenge(fields);
    fields.skip(fields.uint16());
  },
  run: (kernel, message, at, out) => {
    const challengeLength = message[at] as number;
    const dataAt = at + 1 + challengeLength + 2;
    putWord(
      kernel.messagingMac(
        message,
        at + 1,
        challengeLength,
        dataAt,
        ((message[dataAt - 2] as number) << 8) | (message[dataAt - 1] as number),
      ),
      out,
      0,
    );
    return true;
  },
});

/** P6: key ‖ algorithm ‖ factors ‖ challenge → cryptogram 8. */
const externalAuthenticate: Command = {
  code: 'P6',
  name: 'externalAuthenticate',
  run({ ring }, fields, answer, note) {
    const { reference, algorithm, factors } = readDerivedKey(fields);
    const challenge = readChallenge(fields);
    fields.end();
    const root = ring.resolve(reference, AUTHENTICATION_KEYS, algorithm);
    note.subject = ring.describe(reference);
    answer.bytes(authenticationCryptogram(algorithm, root.derive(factors), challenge));
  },
};

/**
 * P8: root ‖ algorithm ‖ factors ‖ transport → enciphered key 16 ‖ check value 6.
 *
 * A root itself (no factors) leaves only for a SAM: a purchase key that its ceremony made exportable.
 */
const wrapCardKey: Command = {
  code: 'P8',
  name: 'wrapCardKey',
  run({ ring }, fields, answer, note) {
    const { reference, algorithm, factors } = readDerivedKey(fields);
    const transportReference = fields.longText();
    fields.end();
    const root = ring.resolve(reference, factors.length === 0 ? ['purchase'] : CARD_ROOTS, algorithm);
    const transport = ring.resolve(transportReference, ['chip-transport']);
    note.subject = `${ring.describe(reference)} under ${ring.describe(transportReference)}`;
    if (factors.length === 0 && !root.exportable) throw new CommandRefused('29');
    const key = factors.length === 0 ? root.bytes : root.derive(factors);
    answer.bytes(encipherBlocks(transport.cipher, key)).ascii(checkValue(algorithm, key));
  },
};

/** Keys of one command: the answer stays a message. */
const MAX_WRAPPED_KEYS = 2000;
const KEY_LENGTH = 16;

/**
 * PM: count 2 ‖ items (transport ‖ algorithm ‖ factors ‖ root count 1 ‖ roots) → per item error 2 ‖ its enciphered keys,
 * 16 bytes each (zeros when refused). All keys of a card in one item; never a root itself.
 */
const wrapCardKeys: Command = {
  code: 'PM',
  name: 'wrapCardKeys',
  run({ ring }, fields, answer, note) {
    const count = readCount(fields);
    let keys = 0;
    for (let item = 0; item < count; item++) {
      const transportReference = fields.longText();
      const algorithm = readAlgorithm(fields);
      const factorCount = fields.byte();
      const factorsAt = fields.skip(factorCount * FACTOR_LENGTH);
      const rootCount = fields.byte();
      keys += rootCount;
      if (rootCount < 1 || keys > MAX_WRAPPED_KEYS || factorCount < 1 || factorCount > MAX_FACTORS)
        throw new CommandRefused('15');
      const references: string[] = [];
      for (let index = 0; index < rootCount; index++) references.push(fields.longText());
      if (item === 0)
        note.subject = `${ring.describe(references[0] ?? '')} and others under ${ring.describe(transportReference)}`;
      const wrapped = Buffer.alloc(KEY_LENGTH * rootCount);
      const result = itemResult(() => {
        const { cipher } = ring.resolve(transportReference, ['chip-transport']);
        const kernel = kernelOf(algorithm);
        const last = factorsAt + (factorCount - 1) * FACTOR_LENGTH;
        for (let index = 0; index < rootCount; index++) {
          const root = ring.resolve(references[index] ?? '', CARD_ROOTS, algorithm);
          if (root.levels !== factorCount) throw new CommandRefused('35');
          const to = KEY_LENGTH * index;
          kernel.derive(root.parentAt(fields.message, factorsAt, last), fields.message, last);
          kernel.copyKey(wrapped, to);
          for (let at = to; at < to + KEY_LENGTH; at += cipher.blockLength) cipher.encipher(wrapped, at, wrapped, at);
        }
      });
      answer.ascii(result.code).bytes(result.code === '00' ? wrapped : Buffer.alloc(wrapped.length));
    }
    note.count = keys;
    fields.end();
  },
};

/** The longest PIN a card takes: 6 bytes BCD, in a record filled with F to 8. */
const INITIAL_PIN_BYTES = 6;
const PIN_RECORD_LENGTH = 8;

/**
 * PQ: transport → enciphered PIN record 8. The digits are made here at random and kept nowhere: the holder's own PIN takes
 * their place before anybody has to know one.
 */
const wrapInitialPin: Command = {
  code: 'PQ',
  name: 'wrapInitialPin',
  run({ ring }, fields, answer, note) {
    const transportReference = fields.longText();
    fields.end();
    const transport = ring.resolve(transportReference, ['chip-transport'], '3des');
    note.subject = ring.describe(transportReference);
    const record = Buffer.alloc(PIN_RECORD_LENGTH, 0xff);
    for (let at = 0; at < INITIAL_PIN_BYTES; at += 1) record[at] = (randomInt(10) << 4) | randomInt(10);
    answer.bytes(encipherBlocks(transport.cipher, record));
    record.fill(0);
  },
};

/** Length 1 ‖ challenge of 4 or 8 bytes. */
function readChallenge(fields: FieldReader): Buffer {
  const challenge = fields.short();
  if (challenge.length !== 4 && challenge.length !== 8) throw new CommandRefused('15');
  return challenge;
}

/** Keys whose commands carry enciphered data: PIN UNBLOCK, UPDATE of protected files, key updates. */
const ENCIPHERING_KEYS: readonly KeyUsage[] = ['maintenance', 'pin-unblock', 'card-master'];

/** PG: root ‖ algorithm ‖ factors ‖ short plaintext → long cryptogram (domain.md A.5). */
const cardCommandEncrypt: Command = {
  code: 'PG',
  name: 'cardCommandEncrypt',
  run({ ring }, fields, answer, note) {
    const { reference, algorithm, factors } = readDerivedKey(fields);
    const plaintext = fields.short();
    fields.end();
    const root = ring.resolve(reference, ENCIPHERING_KEYS, algorithm);
    note.subject = ring.describe(reference);
    answer.long(secureMessagingCryptogram(algorithm, root.derive(factors), plaintext));
  },
};

const MIN_PIN_BYTES = 2;
const MAX_PIN_BYTES = 8;

/** PI: content short PIN 2 to 8 → MAC 4 (domain.md A.1). */
const pinReloadMac = cardBulk({
  code: 'PI',
  name: 'pinReloadMac',
  usages: ['pin-reload'],
  valueLength: 4,
  skip: (fields) => {
    const length = fields.byte();
    if (length < MIN_PIN_BYTES || length > MAX_PIN_BYTES) throw new CommandRefused('15');
    fields.skip(length);
  },
  run: (kernel, message, at, out) => {
    kernel.useTacKey();
    putWord(kernel.mac(message, at + 1, message[at] as number), out, 0);
    return true;
  },
});

export const scriptCommands: readonly Command[] = [
  cardCommandMac,
  externalAuthenticate,
  wrapCardKey,
  wrapCardKeys,
  wrapInitialPin,
  cardCommandEncrypt,
  pinReloadMac,
];
