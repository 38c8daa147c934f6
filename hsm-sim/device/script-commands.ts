import { randomInt } from 'node:crypto';
import { encipherBlocks, type BlockCipher } from '../cipher/block-cipher.ts';
import { CommandRefused } from '../errors.ts';
import { checkValue } from '../keys/check-value.ts';
import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import type { KeyRing, OpenKey } from '../keys/key-ring.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { putWord } from '../cipher/triple-des.ts';
import { authenticationCryptogram, FACTOR_LENGTH, secureMessagingCryptogram } from '../purse/card-key.ts';
import { kernelOf } from '../purse/kernel.ts';
import { FieldReader } from '../wire/field-reader.ts';
import { cardBulk } from './bulk.ts';
import {
  itemResult,
  MAX_FACTORS,
  readAlgorithm,
  readCount,
  readDerivedKey,
  type Command,
  type ItemResult,
} from './command.ts';
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
    const { message } = fields;
    let keys = 0;
    let names: CardKeyNames | undefined;
    for (let item = 0; item < count; item++) {
      const transportAt = fields.position;
      fields.skip(fields.uint16());
      const algorithm = readAlgorithm(fields);
      const factorCount = fields.byte();
      const factorsAt = fields.skip(factorCount * FACTOR_LENGTH);
      // The cards of an order name the same keys: they are looked up once for all that follow one another.
      const rootsAt = fields.position;
      if (names && isNamedAgain(names, message, transportAt, algorithm, factorCount, rootsAt))
        fields.skip(names.rootsLength);
      else names = readCardKeyNames(ring, fields, transportAt, algorithm, factorCount);
      keys += names.rootCount;
      if (keys > MAX_WRAPPED_KEYS || factorCount < 1 || factorCount > MAX_FACTORS) throw new CommandRefused('15');
      if (item === 0) note.subject = names.subject;
      const wrapped = Buffer.alloc(KEY_LENGTH * names.rootCount);
      if (names.keys.code === '00')
        wrapKeysOfCard(names.keys.value, algorithm, message, factorsAt, factorCount, wrapped);
      answer.ascii(names.keys.code).bytes(wrapped);
    }
    note.count = keys;
    fields.end();
  },
};

interface CardKeys {
  readonly transport: BlockCipher;
  readonly roots: readonly OpenKey[];
}

/** The keys an item of PM names, and where it does. */
interface CardKeyNames {
  readonly transportAt: number;
  /** Of length 2 ‖ transport. */
  readonly transportLength: number;
  readonly algorithm: CardAlgorithm;
  readonly factorCount: number;
  readonly rootsAt: number;
  /** Of root count 1 ‖ roots. */
  readonly rootsLength: number;
  readonly rootCount: number;
  readonly keys: ItemResult<CardKeys>;
  /** For the audit log. */
  readonly subject: string;
}

/** Reads root count 1 ‖ roots and looks all keys up; a key that is refused refuses the item. */
function readCardKeyNames(
  ring: KeyRing,
  fields: FieldReader,
  transportAt: number,
  algorithm: CardAlgorithm,
  factorCount: number,
): CardKeyNames {
  const rootsAt = fields.position;
  const transportReference = new FieldReader(fields.message, transportAt).longText();
  const rootCount = fields.byte();
  if (rootCount < 1) throw new CommandRefused('15');
  const references: string[] = [];
  for (let index = 0; index < rootCount; index++) references.push(fields.longText());
  const keys = itemResult(() => {
    const transport = ring.resolve(transportReference, ['chip-transport']).cipher;
    const roots = references.map((reference) => {
      const root = ring.resolve(reference, CARD_ROOTS, algorithm);
      if (root.levels !== factorCount) throw new CommandRefused('35');
      return root;
    });
    return { transport, roots };
  });
  return {
    transportAt,
    transportLength: 2 + transportReference.length,
    algorithm,
    factorCount,
    rootsAt,
    rootsLength: fields.position - rootsAt,
    rootCount,
    keys,
    subject: `${ring.describe(references[0] ?? '')} and others under ${ring.describe(transportReference)}`,
  };
}

/** Whether an item of the same message names, byte by byte, the keys that were read before. */
function isNamedAgain(
  names: CardKeyNames,
  message: Buffer,
  transportAt: number,
  algorithm: CardAlgorithm,
  factorCount: number,
  rootsAt: number,
): boolean {
  return (
    names.algorithm === algorithm &&
    names.factorCount === factorCount &&
    isRepeated(message, names.transportAt, transportAt, names.transportLength) &&
    isRepeated(message, names.rootsAt, rootsAt, names.rootsLength)
  );
}

function isRepeated(message: Buffer, first: number, second: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (message[first + i] !== message[second + i]) return false;
  return true;
}

/** Writes every key of the card to `wrapped`, enciphered under the transport key. */
function wrapKeysOfCard(
  { transport, roots }: CardKeys,
  algorithm: CardAlgorithm,
  message: Buffer,
  factorsAt: number,
  factorCount: number,
  wrapped: Buffer,
): void {
  const kernel = kernelOf(algorithm);
  const last = factorsAt + (factorCount - 1) * FACTOR_LENGTH;
  let to = 0;
  for (const root of roots) {
    kernel.derive(root.parentAt(message, factorsAt, last), message, last);
    kernel.copyKey(wrapped, to);
    for (const end = to + KEY_LENGTH; to < end; to += transport.blockLength)
      transport.encipher(wrapped, to, wrapped, to);
  }
}

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
