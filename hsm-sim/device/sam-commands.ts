import { timingSafeEqual } from 'node:crypto';
import { CommandRefused } from '../errors.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { authoriseLoad, LOAD_FIELDS_LENGTH } from '../purse/load-authorisation.ts';
import { PURCHASE_FIELDS_LENGTH, purchaseMac1, purchaseMac2 } from '../purse/purchase.ts';
import { UNLOAD_PROOF_FIELDS_LENGTH, unloadMac3 } from '../purse/unload.ts';
import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import { itemResult, readCount, readDerivedKey, type Command } from './command.ts';

const MAC_LENGTH = 4;
const NO_MAC = Buffer.alloc(MAC_LENGTH);

type Compute = (algorithm: CardAlgorithm, cardKey: Buffer, fields: Buffer) => Buffer | undefined;

/** A bulk command whose items are a derived key ‖ fields of one length, each answered with error 2 ‖ MAC 4. */
function macCommand(
  code: string,
  name: string,
  { usage, length, compute }: { usage: KeyUsage; length: number; compute: Compute },
): Command {
  return {
    code,
    name,
    run({ ring }, fields, answer, note) {
      const count = readCount(fields);
      note.count = count;
      for (let item = 0; item < count; item++) {
        const { reference, algorithm, factors } = readDerivedKey(fields);
        const content = fields.bytes(length);
        const result = itemResult(() => {
          const key = ring.resolve(reference, [usage], algorithm).derive(factors);
          const mac = compute(algorithm, key, content);
          if (!mac) throw new CommandRefused('01');
          return mac;
        });
        if (item === 0) note.subject = ring.describe(reference);
        answer.ascii(result.code).bytes(result.code === '00' ? result.value : NO_MAC);
      }
      fields.end();
    },
  };
}

/** A computation of `length` bytes of fields, followed by the MAC it must equal; answers an empty MAC. */
function checking(length: number, expected: (...item: Parameters<Compute>) => Buffer): Compute {
  return (algorithm, key, fields) =>
    timingSafeEqual(expected(algorithm, key, fields.subarray(0, length)), fields.subarray(length)) ? NO_MAC : undefined;
}

export const samCommands: readonly Command[] = [
  /** PA: count 2 ‖ items (DPK ‖ algorithm ‖ factors ‖ purchase fields 28) → per item error 2 ‖ MAC1 4. */
  macCommand('PA', 'samPurchaseMac1', { usage: 'purchase', length: PURCHASE_FIELDS_LENGTH, compute: purchaseMac1 }),
  /** PC: as PA, each item followed by MAC2 4 → per item error 2 (00 right, 01 wrong) ‖ zeros 4. */
  macCommand('PC', 'samVerifyMac2', {
    usage: 'purchase',
    length: PURCHASE_FIELDS_LENGTH + MAC_LENGTH,
    compute: checking(PURCHASE_FIELDS_LENGTH, purchaseMac2),
  }),
  /** PE: as P0 under a DULK; an unload's MAC1 and MAC2 are made of the same fields as a load's. */
  macCommand('PE', 'unloadAuthorise', { usage: 'unload', length: LOAD_FIELDS_LENGTH, compute: authoriseLoad }),
  /** PK: count 2 ‖ items (DULK ‖ algorithm ‖ factors ‖ proof fields 28 ‖ MAC3 4) → per item error 2 ‖ zeros 4. */
  macCommand('PK', 'verifyUnloadMac3', {
    usage: 'unload',
    length: UNLOAD_PROOF_FIELDS_LENGTH + MAC_LENGTH,
    compute: checking(UNLOAD_PROOF_FIELDS_LENGTH, unloadMac3),
  }),
];
