import { randomBytes } from 'node:crypto';
import { CommandRefused } from '../errors.ts';
import type { Command } from './command.ts';

export const HSM_VERSION = 'citycard-hsm-sim 0.1.0';
export const MAX_RANDOM_BYTES = 16_384;

/** N0: count 2 → random bytes. */
const random: Command = {
  code: 'N0',
  name: 'randomBytes',
  run(_device, fields, answer) {
    const count = fields.uint16();
    fields.end();
    if (count < 1 || count > MAX_RANDOM_BYTES) throw new CommandRefused('15');
    answer.bytes(randomBytes(count));
  },
};

/** N2: → version ‖ keys 2 ‖ authorised 1 ‖ LMK check value 6. */
const status: Command = {
  code: 'N2',
  name: 'status',
  run({ store, authorised }, fields, answer) {
    fields.end();
    answer.shortText(HSM_VERSION).uint16(store.content.keys.length);
    answer.byte(authorised.active ? 1 : 0).ascii(store.lmk.check);
  },
};

export const generalCommands: readonly Command[] = [random, status];
