import { createHmac, randomBytes } from 'node:crypto';
import { CommandRefused } from '../errors.ts';
import { closeKeyBlock, openKeyBlock } from '../keys/key-block.ts';
import { readCount, type Command } from './command.ts';

const DATA_KEY_BYTES = 32;
const INDEX_BYTES = 16;
/** What a data key says of itself: symmetric key for data, AES, both directions, not to be exported (X9.143). */
const DATA_KEY_HEADER = { usage: 'D0', algorithm: 'A', mode: 'B', exportability: 'N' } as const;

/** E0: key (data-wrap) → long wrapped key ‖ data key 32. */
const createDataKey: Command = {
  code: 'E0',
  name: 'createDataKey',
  run({ ring }, fields, answer, note) {
    const reference = fields.longText();
    fields.end();
    const wrapping = ring.resolveData(reference, 'data-wrap');
    note.subject = ring.describe(reference);
    const key = randomBytes(DATA_KEY_BYTES);
    answer.longText(closeKeyBlock(wrapping.bytes, DATA_KEY_HEADER, key)).bytes(key);
  },
};

/** E2: key (data-wrap) ‖ long wrapped key → data key 32. */
const openDataKey: Command = {
  code: 'E2',
  name: 'openDataKey',
  run({ ring }, fields, answer, note) {
    const reference = fields.longText();
    const wrapped = fields.longText();
    fields.end();
    const wrapping = ring.resolveData(reference, 'data-wrap');
    note.subject = ring.describe(reference);
    const opened = openKeyBlock(wrapping.bytes, wrapped);
    if (opened?.header.usage !== DATA_KEY_HEADER.usage || opened.key.length !== DATA_KEY_BYTES)
      throw new CommandRefused('13');
    answer.bytes(opened.key);
  },
};

/** E4: key (blind-index) ‖ count 2 ‖ short items → indexes, 16 bytes each. */
const blindIndexes: Command = {
  code: 'E4',
  name: 'blindIndexes',
  run({ ring }, fields, answer, note) {
    const reference = fields.longText();
    const count = readCount(fields);
    const key = ring.resolveData(reference, 'blind-index');
    note.subject = ring.describe(reference);
    note.count = count;
    for (let item = 0; item < count; item++)
      answer.bytes(createHmac('sha256', key.bytes).update(fields.short()).digest().subarray(0, INDEX_BYTES));
    fields.end();
  },
};

export const dataCommands: readonly Command[] = [createDataKey, openDataKey, blindIndexes];
