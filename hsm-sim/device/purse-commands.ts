import { timingSafeEqual } from 'node:crypto';
import { TripleDes } from '../cipher/triple-des.ts';
import { CommandRefused } from '../errors.ts';
import type { OpenKey } from '../keys/key-ring.ts';
import { transactionMac } from '../mac/cbc-mac.ts';
import { FACTOR_LENGTH, tacCipher } from '../purse/card-key.ts';
import { tripleDesTac } from '../purse/fast-tac.ts';
import { authoriseLoad, LOAD_FIELDS_LENGTH } from '../purse/load-authorisation.ts';
import { itemResult, readAlgorithm, readCount, readFactors, type Command } from './command.ts';

const TAC_LENGTH = 4;
const NO_MAC = Buffer.alloc(4);

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

export const purseCommands: readonly Command[] = [authoriseLoads, verifyTacs];
