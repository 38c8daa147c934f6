import { HsmRefused } from '../errors.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { MAX_BULK_ITEMS } from './bulk-queue.ts';
import { exactly } from './checks.ts';
import type { TacItem } from './hsm-client.ts';

/** Keys of one command; their index is one byte. */
const MAX_KEYS = 255;
const FACTOR_BYTES = 8;
const TAC_BYTES = 4;
/** Key index 1 ‖ algorithm 1 ‖ factor count 1 ‖ data length 1. */
const ITEM_OVERHEAD = 4;
const MAX_FIELDS = MAX_MESSAGE_BYTES - COMMAND_PREFIX;

/** The fields of one P2 command, and how many items it took from the list. */
export interface TacBatch {
  readonly fields: Buffer;
  readonly count: number;
}

/** Packs as many items from `start` on as one command carries. Throws RangeError for malformed items. */
export function packTacs(items: readonly TacItem[], start: number): TacBatch {
  const references: Buffer[] = [];
  const indexes = new Map<string, number>();
  // Key count 1 and item count 2.
  let keyBytes = 3;
  const body = Buffer.allocUnsafe(MAX_FIELDS);
  let at = 0;
  let count = 0;
  for (; start + count < items.length && count < MAX_BULK_ITEMS; count++) {
    const item = items[start + count] as TacItem;
    let index = indexes.get(item.dtk);
    const newKeyBytes = index === undefined ? 2 + item.dtk.length : 0;
    const itemBytes = ITEM_OVERHEAD + FACTOR_BYTES * item.factors.length + item.data.length + TAC_BYTES;
    if (keyBytes + newKeyBytes + at + itemBytes > MAX_FIELDS) break;
    if (index === undefined) {
      if (references.length === MAX_KEYS) break;
      index = references.length;
      indexes.set(item.dtk, index);
      references.push(Buffer.from(item.dtk, 'latin1'));
      keyBytes += newKeyBytes;
    }
    at = writeItem(body, at, index, item);
  }
  if (count === 0) throw new RangeError('a TAC item does not fit an HSM command');
  const fields = Buffer.allocUnsafe(keyBytes + at);
  let to = fields.writeUInt8(references.length, 0);
  for (const reference of references) {
    to = fields.writeUInt16BE(reference.length, to);
    to += reference.copy(fields, to);
  }
  to = fields.writeUInt16BE(count, to);
  body.copy(fields, to, 0, at);
  return { fields, count };
}

function writeItem(body: Buffer, start: number, keyIndex: number, item: TacItem): number {
  let at = start;
  body[at++] = keyIndex;
  body[at++] = item.algorithm === '3des' ? 0x54 : 0x34;
  body[at++] = item.factors.length;
  for (const factor of item.factors) {
    exactly(factor, FACTOR_BYTES, 'a derivation factor');
    body.set(factor, at);
    at += FACTOR_BYTES;
  }
  if (item.data.length > 255) throw new RangeError('TAC input has at most 255 bytes');
  body[at++] = item.data.length;
  body.set(item.data, at);
  at += item.data.length;
  body.set(exactly(item.tac, TAC_BYTES, 'a TAC'), at);
  return at + TAC_BYTES;
}

/** Right or wrong; throws HsmRefused when the HSM refused the item. */
export function readVerdict(code: string, command: string): boolean {
  if (code !== '00' && code !== '01') throw new HsmRefused(code, command);
  return code === '00';
}
