import { FieldWriter } from '../wire/field-writer.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { MAX_BULK_ITEMS } from './bulk-message.ts';
import type { HsmClient, KeyRef } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';
import { BULK_PER_LINK } from './bulk-command.ts';

const INDEX_BYTES = 16;
const DATA_KEY_BYTES = 32;
const MAX_ITEM_BYTES = 255;

type DataCalls = Pick<HsmClient, 'createDataKey' | 'openDataKey' | 'blindIndexes'>;

/** Keys for personal data: envelope encryption and the blind index. */
export function dataCalls(pool: LinkPool, connections: number): DataCalls {
  return {
    // Repeating it makes another key nobody knows of, which harms nobody.
    createDataKey: async (wrapping) =>
      pool.call({ command: 'E0', fields: new FieldWriter().longText(wrapping).toBuffer(), pure: true }, (answer) => ({
        wrapped: answer.longText(),
        clear: Buffer.from(answer.bytes(DATA_KEY_BYTES)),
      })),
    openDataKey: async (wrapping, wrapped) => {
      const fields = new FieldWriter().longText(wrapping).longText(wrapped).toBuffer();
      return pool.call({ command: 'E2', fields, pure: true }, (answer) => Buffer.from(answer.bytes(DATA_KEY_BYTES)));
    },
    blindIndexes: async (key, items) => {
      const batches = batchesOf(key, items);
      const indexes: Buffer[] = [];
      let next = 0;
      const worker = async () => {
        for (let batch = batches[next++]; batch; batch = batches[next++]) {
          const { first, count, fields } = batch;
          const answer = await pool.call({ command: 'E4', fields, pure: true }, (all) =>
            all.bytes(count * INDEX_BYTES),
          );
          for (let at = 0; at < count; at++)
            indexes[first + at] = Buffer.from(answer.subarray(at * INDEX_BYTES, (at + 1) * INDEX_BYTES));
        }
      };
      await Promise.all(Array.from({ length: connections * BULK_PER_LINK }, worker));
      return indexes;
    },
  };
}

interface IndexBatch {
  readonly first: number;
  readonly count: number;
  readonly fields: Buffer;
}

/** Cuts the items into commands. Throws RangeError for an item that is too long. */
function batchesOf(key: KeyRef, items: readonly Buffer[]): IndexBatch[] {
  const batches: IndexBatch[] = [];
  const room = MAX_MESSAGE_BYTES - COMMAND_PREFIX - (2 + key.length) - 2;
  for (let first = 0; first < items.length;) {
    const body = new FieldWriter();
    let count = 0;
    for (const item of items.slice(first, first + MAX_BULK_ITEMS)) {
      if (item.length > MAX_ITEM_BYTES)
        throw new RangeError(`an item of a blind index has at most ${MAX_ITEM_BYTES} bytes`);
      if (body.length + 1 + item.length > room) break;
      body.short(item);
      count += 1;
    }
    const head = new FieldWriter().longText(key).uint16(count);
    batches.push({ first, count, fields: Buffer.concat([head.toBuffer(), body.toBuffer()]) });
    first += count;
  }
  return batches;
}
