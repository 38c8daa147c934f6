import { CommandRefused } from '../errors.ts';
import { wordAt } from '../cipher/triple-des.ts';
import { authoriseLoad, LOAD_FIELDS_LENGTH } from '../purse/load-authorisation.ts';
import { authoriseOverdraft, OVERDRAFT_FIELDS_LENGTH } from '../purse/overdraft.ts';
import { isPurchaseMac2, PURCHASE_FIELDS_LENGTH, purchaseMac1 } from '../purse/purchase.ts';
import { isUnloadMac3, UNLOAD_PROOF_FIELDS_LENGTH } from '../purse/unload.ts';
import type { Command } from './command.ts';
import { cardBulk } from './bulk.ts';

const MAC_LENGTH = 4;

export const purseCommands: readonly Command[] = [
  /** P0: content load fields 32 → MAC2 4. */
  cardBulk({
    code: 'P0',
    name: 'loadAuthorise',
    usages: ['load'],
    valueLength: MAC_LENGTH,
    skip: (fields) => fields.skip(LOAD_FIELDS_LENGTH),
    run: authoriseLoad,
  }),
  /** P2: content short TAC input ‖ TAC 4 → nothing but the error. */
  cardBulk({
    code: 'P2',
    name: 'verifyTacs',
    usages: ['tac'],
    valueLength: 0,
    skip: (fields) => {
      fields.skip(fields.byte());
      fields.skip(MAC_LENGTH);
    },
    run: (kernel, message, at) => {
      const length = message[at] as number;
      kernel.useTacKey();
      return kernel.mac(message, at + 1, length) === wordAt(message, at + 1 + length);
    },
  }),
  /** PA: content purchase fields 28 → MAC1 4. */
  cardBulk({
    code: 'PA',
    name: 'samPurchaseMac1',
    usages: ['purchase'],
    valueLength: MAC_LENGTH,
    skip: (fields) => fields.skip(PURCHASE_FIELDS_LENGTH),
    run: purchaseMac1,
  }),
  /** PC: content purchase fields 28 ‖ MAC2 4 → nothing but the error. */
  cardBulk({
    code: 'PC',
    name: 'samVerifyMac2',
    usages: ['purchase'],
    valueLength: 0,
    skip: (fields) => fields.skip(PURCHASE_FIELDS_LENGTH + MAC_LENGTH),
    run: isPurchaseMac2,
  }),
  /** PE: as P0; MAC1 and MAC2 of an unload are made of the same fields as those of a load. */
  cardBulk({
    code: 'PE',
    name: 'unloadAuthorise',
    usages: ['unload'],
    valueLength: MAC_LENGTH,
    skip: (fields) => fields.skip(LOAD_FIELDS_LENGTH),
    run: authoriseLoad,
  }),
  /** PK: content proof fields 28 ‖ MAC3 4 → nothing but the error. */
  cardBulk({
    code: 'PK',
    name: 'verifyUnloadMac3',
    usages: ['unload'],
    valueLength: 0,
    skip: (fields) => fields.skip(UNLOAD_PROOF_FIELDS_LENGTH + MAC_LENGTH),
    run: isUnloadMac3,
  }),
  /** PO: content overdraft fields 34 → MAC2 4. */
  cardBulk({
    code: 'PO',
    name: 'overdraftAuthorise',
    usages: ['overdraft'],
    valueLength: MAC_LENGTH,
    skip: (fields) => fields.skip(OVERDRAFT_FIELDS_LENGTH),
    run: authoriseOverdraft,
  }),
];

/** Length 1 ‖ challenge of 4 or 8 bytes, stepped over. */
export function skipChallenge(fields: { byte(): number; skip(count: number): number }): void {
  const length = fields.byte();
  if (length !== 4 && length !== 8) throw new CommandRefused('15');
  fields.skip(length);
}
