import { HsmRefused } from '../errors.ts';
import { algorithmCodes } from '../keys/key-algorithm.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { COMMAND_PREFIX, MAX_MESSAGE_BYTES } from '../wire/frame.ts';
import { MAX_BULK_ITEMS } from './bulk-message.ts';
import { derivationSize } from './fields.ts';
import type { CardKeysToWrap } from './hsm-client.ts';
import type { LinkPool } from './link-pool.ts';

const KEY_BYTES = 16;
/** Error 2 before the keys of an item. */
const ERROR_BYTES = 2;
/** Keys of one command, as the HSM limits them: the answer stays a message. */
const MAX_KEYS = 2000;
/** The item count stands before the items. */
const MAX_BYTES = MAX_MESSAGE_BYTES - COMMAND_PREFIX - 2;

/**
 * The keys of any number of cards, cut into whole messages, `inFlight` of them on their way at a time. Throws RangeError
 * for a card that fits no command, HsmRefused for one the HSM refuses.
 */
export async function wrapAllCardKeys(
  pool: LinkPool,
  inFlight: number,
  cards: readonly CardKeysToWrap[],
): Promise<Buffer[][]> {
  const results = new Array<Buffer[]>(cards.length);
  let next = 0;
  const worker = async () => {
    const fields = new FieldWriter();
    while (next < cards.length) {
      const start = next;
      const end = endOfMessage(cards, start);
      next = end;
      fields.clear().uint16(end - start);
      for (let index = start; index < end; index += 1) writeCard(cards[index] as CardKeysToWrap, fields);
      const request = { command: 'PM', fields: fields.toBuffer(), pure: true };
      await pool.call(request, (answer) => {
        for (let index = start; index < end; index += 1) {
          const code = answer.ascii(ERROR_BYTES);
          const { length } = (cards[index] as CardKeysToWrap).roots;
          // A view of the answer of this message, which holds nothing but keys.
          const keys = answer.bytes(KEY_BYTES * length);
          if (code !== '00') throw new HsmRefused(code, 'PM');
          results[index] = keysOf(keys, length);
        }
      });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return results;
}

/** Item of PM: transport ‖ algorithm 1 ‖ factors ‖ root count 1 ‖ roots. */
export function writeCard({ roots, transport, algorithm, factors }: CardKeysToWrap, fields: FieldWriter): FieldWriter {
  fields.longText(transport).ascii(algorithmCodes[algorithm]).byte(factors.length);
  for (const factor of factors) fields.bytes(factor);
  fields.byte(roots.length);
  for (const root of roots) fields.longText(root);
  return fields;
}

/** Bytes of `writeCard`. Throws RangeError for factors of a wrong length. */
export function cardSize(card: CardKeysToWrap): number {
  let size = 2 + card.transport.length + derivationSize(card) + 1;
  for (const root of card.roots) size += 2 + root.length;
  return size;
}

/** The enciphered keys one by one, in the order of the roots. */
export function keysOf(keys: Buffer, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => keys.subarray(KEY_BYTES * index, KEY_BYTES * (index + 1)));
}

/** Where the cards end that go into one message from `start` on. */
function endOfMessage(cards: readonly CardKeysToWrap[], start: number): number {
  let bytes = 0;
  let keys = 0;
  let end = start;
  for (; end < cards.length && end - start < MAX_BULK_ITEMS; end += 1) {
    const card = cards[end] as CardKeysToWrap;
    bytes += cardSize(card);
    keys += card.roots.length;
    if (bytes > MAX_BYTES || keys > MAX_KEYS) break;
  }
  if (end === start) throw new RangeError('a card does not fit an HSM command');
  return end;
}
