import { timingSafeEqual } from 'node:crypto';
import { TripleDes } from '../cipher/triple-des.ts';
import { encipherBlocks } from '../cipher/block-cipher.ts';
import { CommandRefused } from '../errors.ts';
import { checkValue } from '../keys/check-value.ts';
import type { OpenKey } from '../keys/key-ring.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { transactionMac } from '../mac/cbc-mac.ts';
import { authenticationCryptogram, FACTOR_LENGTH, secureMessagingMac, tacCipher } from '../purse/card-key.ts';
import { tripleDesTac } from '../purse/fast-tac.ts';
import { authoriseLoad, LOAD_FIELDS_LENGTH } from '../purse/load-authorisation.ts';
import { itemResult, readAlgorithm, readFactors, type Command } from './command.ts';
import type { FieldReader } from '../wire/field-reader.ts';

/** Items of one bulk command. */
export const MAX_ITEMS = 1000;
const TAC_LENGTH = 4;
const NO_MAC = Buffer.alloc(4);

const CARD_ROOTS: readonly KeyUsage[] = [
  'purchase', 'load', 'tac', 'maintenance', 'pin-unblock', 'pin-reload', 'card-master',
  'application-block', 'application-unblock', 'unload', 'overdraft',
]; // prettier-ignore
const MESSAGING_KEYS: readonly KeyUsage[] = [
  'maintenance', 'pin-unblock', 'card-master', 'application-block', 'application-unblock', 'chip-transport',
]; // prettier-ignore
const AUTHENTICATION_KEYS: readonly KeyUsage[] = ['maintenance', 'card-master', 'chip-transport'];

function readCount(fields: FieldReader): number {
  const count = fields.uint16();
  if (count < 1 || count > MAX_ITEMS) throw new CommandRefused('80');
  return count;
}

/** P0: count 2 ‖ items (DLK ‖ algorithm ‖ factors ‖ load fields 32) → per item error 2 ‖ MAC2 4. */
const authoriseLoads: Command = {
  code: 'P0',
  name: 'loadAuthorise',
  run({ ring }, fields, answer, note) {
    const count = readCount(fields);
    note.count = count;
    for (let item = 0; item < count; item++) {
      const reference = fields.longText();
      const algorithm = readAlgorithm(fields);
      const factors = readFactors(fields);
      const load = fields.bytes(LOAD_FIELDS_LENGTH);
      const result = itemResult(() => {
        const mac2 = authoriseLoad(algorithm, ring.resolve(reference, ['load'], algorithm).derive(factors), load);
        if (!mac2) throw new CommandRefused('01');
        return mac2;
      });
      if (item === 0) note.subject = ring.describe(reference);
      answer.ascii(result.code).bytes(result.code === '00' ? result.value : NO_MAC);
    }
    fields.end();
  },
};

/**
 * P2: key count 1 ‖ keys ‖ count 2 ‖ items (key index 1 ‖ algorithm 1 ‖ factors ‖ TAC input ‖ TAC 4)
 * → per item error 2 (00 right, 01 wrong, else refused).
 */
const verifyTacs: Command = {
  code: 'P2',
  name: 'verifyTacs',
  run({ ring }, fields, answer, note) {
    const keyCount = fields.byte();
    const references: string[] = [];
    for (let index = 0; index < keyCount; index++) references.push(fields.longText());
    const keys = references.map((reference) => itemResult(() => ring.resolve(reference, ['tac'])));
    const count = readCount(fields);
    note.count = count;
    const codes = Buffer.alloc(2 * count);
    for (let item = 0; item < count; item++) {
      const key = keys[fields.byte()];
      if (!key) throw new CommandRefused('15');
      const algorithm = readAlgorithm(fields);
      const factors = readFactors(fields);
      const dataLength = fields.byte();
      const dataAt = fields.skip(dataLength);
      const tacAt = fields.skip(TAC_LENGTH);
      let code: string = key.code;
      if (key.code === '00') {
        if (key.value.algorithm !== algorithm) code = '27';
        else if (!isRightTac(key.value, factors, fields.message, dataAt, dataLength, tacAt)) code = '01';
      }
      codes.write(code, 2 * item, 'latin1');
    }
    note.subject = references.map((reference) => ring.describe(reference)).join(' ');
    fields.end();
    answer.bytes(codes);
  },
};

function isRightTac(
  key: OpenKey,
  factors: Buffer,
  message: Buffer,
  dataAt: number,
  dataLength: number,
  tacAt: number,
): boolean {
  if (factors.length > 0) {
    const parent = key.parent(factors);
    if (parent instanceof TripleDes) {
      const factorAt = factors.byteOffset - message.byteOffset + factors.length - FACTOR_LENGTH;
      return tripleDesTac(parent, message, factorAt, dataAt, dataLength) === message.readInt32BE(tacAt);
    }
  }
  const tac = transactionMac(
    tacCipher(key.algorithm, key.derive(factors)),
    message.subarray(dataAt, dataAt + dataLength),
  );
  return timingSafeEqual(tac, message.subarray(tacAt, tacAt + TAC_LENGTH));
}

/** P4: root ‖ algorithm ‖ factors ‖ challenge ‖ data → MAC 4. */
const cardCommandMac: Command = {
  code: 'P4',
  name: 'cardCommandMac',
  run({ ring }, fields, answer, note) {
    const reference = fields.longText();
    const algorithm = readAlgorithm(fields);
    const factors = readFactors(fields);
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
    const reference = fields.longText();
    const algorithm = readAlgorithm(fields);
    const factors = readFactors(fields);
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
    const reference = fields.longText();
    const algorithm = readAlgorithm(fields);
    const factors = readFactors(fields);
    const transportReference = fields.longText();
    fields.end();
    const root = ring.resolve(reference, factors.length === 0 ? ['purchase'] : CARD_ROOTS, algorithm);
    const transport = ring.resolve(transportReference, ['chip-transport']);
    note.subject = `${ring.describe(reference)} under ${ring.describe(transportReference)}`;
    if (factors.length === 0 && !root.exportable) throw new CommandRefused('29');
    const key = root.derive(factors);
    answer.bytes(encipherBlocks(transport.cipher, key)).ascii(checkValue(algorithm, key));
  },
};

/** Length 1 ‖ challenge of 4 or 8 bytes. */
function readChallenge(fields: FieldReader): Buffer {
  const challenge = fields.short();
  if (challenge.length !== 4 && challenge.length !== 8) throw new CommandRefused('15');
  return challenge;
}

export const purseCommands: readonly Command[] = [
  authoriseLoads,
  verifyTacs,
  cardCommandMac,
  externalAuthenticate,
  wrapCardKey,
];
