import { CommandRefused } from '../errors.ts';
import type { OpenKey } from '../keys/key-ring.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import { FACTOR_LENGTH } from '../purse/card-key.ts';
import { kernelOf } from '../purse/kernel.ts';
import type { PurseKernel } from '../purse/purse-kernel.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { itemResult, MAX_FACTORS, readCount, type Command, type ItemResult } from './command.ts';
import type { CardAlgorithm } from '../keys/key-algorithm.ts';
import type { Device } from './command.ts';

/** A bulk command over cards: key count 1 ‖ keys ‖ count 2 ‖ items (key index 1 ‖ algorithm 1 ‖ factors ‖ content). */
export interface CardBulk {
  readonly code: string;
  readonly name: string;
  readonly usages: readonly KeyUsage[];
  /** Bytes each item is answered with behind its error; zeros unless the error is 00. */
  readonly valueLength: number;
  /** Steps over the content of an item; it may refuse the whole command for content that cannot be read. */
  skip(fields: FieldReader): void;
  /** Computes the item whose content stands at `at`; false answers 01. The kernel holds the card key. */
  run(kernel: PurseKernel, message: Uint8Array, at: number, out: Uint8Array): boolean;
}

/** Keys the audit log names one by one. */
const NAMES_IN_LOG = 8;
const TRIPLE_DES = 0x54;
const SM4 = 0x34;

export function cardBulk(form: CardBulk): Command {
  const { code, name, usages, valueLength } = form;
  const recordLength = 2 + valueLength;
  return {
    code,
    name,
    run({ ring }, fields, answer, note) {
      const keys = readKeyTable(ring, fields, usages, note);
      const count = readCount(fields);
      note.count = count;
      const { message } = fields;
      const records = Buffer.alloc(count * recordLength, 0);
      for (let item = 0; item < count; item++) {
        const key = keys[fields.byte()];
        if (!key) throw new CommandRefused('15');
        const algorithm = algorithmOf(fields.byte());
        const factorCount = fields.byte();
        if (factorCount > MAX_FACTORS) throw new CommandRefused('15');
        const factorsAt = fields.skip(factorCount * FACTOR_LENGTH);
        const contentAt = fields.position;
        form.skip(fields);
        const to = item * recordLength;
        const out = records.subarray(to + 2, to + recordLength);
        const error =
          key.code === '00'
            ? runItem(form, key.value, algorithm, message, factorsAt, factorCount, contentAt, out)
            : key.code;
        records[to] = error.charCodeAt(0);
        records[to + 1] = error.charCodeAt(1);
      }
      fields.end();
      answer.bytes(records);
    },
  };
}

function runItem(
  form: CardBulk,
  key: OpenKey,
  algorithm: CardAlgorithm,
  message: Buffer,
  factorsAt: number,
  factorCount: number,
  contentAt: number,
  out: Uint8Array,
): string {
  if (key.algorithm !== algorithm) return '27';
  if (key.levels !== factorCount) return '35';
  const kernel = kernelOf(algorithm);
  if (factorCount === 0) kernel.setKey(key.bytes);
  else {
    const last = factorsAt + (factorCount - 1) * FACTOR_LENGTH;
    kernel.derive(key.parentAt(message, factorsAt, last), message, last);
  }
  return form.run(kernel, message, contentAt, out) ? '00' : '01';
}

/** The keys of a bulk command, resolved once for all its items; a key that is refused refuses its items only. */
export function readKeyTable(
  ring: Device['ring'],
  fields: FieldReader,
  usages: readonly KeyUsage[],
  note: { subject?: string },
): ItemResult<OpenKey>[] {
  const count = fields.byte();
  const names: string[] = [];
  const keys: ItemResult<OpenKey>[] = [];
  for (let index = 0; index < count; index++) {
    const reference = fields.longText();
    keys.push(itemResult(() => ring.resolve(reference, usages)));
    names.push(ring.describe(reference));
  }
  const more = names.length - NAMES_IN_LOG;
  note.subject = names.slice(0, NAMES_IN_LOG).join(' ') + (more > 0 ? ` and ${more} more` : '');
  return keys;
}

function algorithmOf(code: number): CardAlgorithm {
  if (code === TRIPLE_DES) return '3des';
  if (code === SM4) return 'sm4';
  throw new CommandRefused('15');
}
