import { encipherBlocks } from '../cipher/block-cipher.ts';
import { CommandRefused } from '../errors.ts';
import { checkValue } from '../keys/check-value.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import {
  authenticationCryptogram,
  pinReloadMac,
  secureMessagingCryptogram,
  secureMessagingMac,
} from '../purse/card-key.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { itemResult, readAlgorithm, readCount, readDerivedKey, readFactors, type Command } from './command.ts';

const CARD_ROOTS: readonly KeyUsage[] = [
  'purchase', 'load', 'tac', 'maintenance', 'pin-unblock', 'pin-reload', 'card-master',
  'application-block', 'application-unblock', 'unload', 'overdraft',
]; // prettier-ignore
const MESSAGING_KEYS: readonly KeyUsage[] = [
  'maintenance', 'pin-unblock', 'card-master', 'application-block', 'application-unblock', 'chip-transport',
]; // prettier-ignore
const AUTHENTICATION_KEYS: readonly KeyUsage[] = ['maintenance', 'card-master', 'chip-transport'];

/** P4: root ‖ algorithm ‖ factors ‖ challenge ‖ data → MAC 4. */
const cardCommandMac: Command = {
  code: 'P4',
  name: 'cardCommandMac',
  run({ ring }, fields, answer, note) {
    const { reference, algorithm, factors } = readDerivedKey(fields);
    const challenge = readChallenge(fields);
    const data = fields.long();
    fields.end();
    const root = ring.resolve(reference, MESSAGING_KEYS, algorithm);
    note.subject = ring.describe(reference);
    answer.bytes(secureMessagingMac(algorithm, root.derive(factors), challenge, data));
  },
};

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
      const factors = readFactors(fields);
      const rootCount = fields.byte();
      keys += rootCount;
      if (rootCount < 1 || keys > MAX_WRAPPED_KEYS || factors.length === 0) throw new CommandRefused('15');
      const references: string[] = [];
      for (let index = 0; index < rootCount; index++) references.push(fields.longText());
      if (item === 0)
        note.subject = `${ring.describe(references[0] ?? '')} … under ${ring.describe(transportReference)}`;
      const result = itemResult(() => {
        const transport = ring.resolve(transportReference, ['chip-transport']);
        return references.map((reference) =>
          encipherBlocks(transport.cipher, ring.resolve(reference, CARD_ROOTS, algorithm).derive(factors)),
        );
      });
      answer
        .ascii(result.code)
        .bytes(result.code === '00' ? Buffer.concat(result.value) : Buffer.alloc(KEY_LENGTH * rootCount));
    }
    note.count = keys;
    fields.end();
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

/** PI: root (pin-reload) ‖ algorithm ‖ factors ‖ short PIN → MAC 4 (domain.md A.1). */
const makePinReloadMac: Command = {
  code: 'PI',
  name: 'pinReloadMac',
  run({ ring }, fields, answer, note) {
    const { reference, algorithm, factors } = readDerivedKey(fields);
    const pin = fields.short();
    fields.end();
    if (pin.length < MIN_PIN_BYTES || pin.length > MAX_PIN_BYTES) throw new CommandRefused('15');
    const root = ring.resolve(reference, ['pin-reload'], algorithm);
    note.subject = ring.describe(reference);
    answer.bytes(pinReloadMac(algorithm, root.derive(factors), pin));
  },
};

export const scriptCommands: readonly Command[] = [
  cardCommandMac,
  externalAuthenticate,
  wrapCardKey,
  wrapCardKeys,
  cardCommandEncrypt,
  makePinReloadMac,
];
