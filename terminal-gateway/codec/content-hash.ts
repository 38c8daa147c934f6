import { createHash } from 'node:crypto';
import type { FieldNumber } from './field-table.ts';
import type { Message } from './message.ts';

/** A repeat may carry another clock and another PIN block, and has another MAC; all else is its content. */
const NOT_CONTENT: ReadonlySet<FieldNumber> = new Set([12, 13, 52, 53, 64] as const);

/**
 * SHA-256 over the content of a request: fields 2–63 without 12, 13, 52, 53 (terminal interface, section 3, Repeats).
 *
 * Each field goes in as its number and its encoded bytes; every value has one encoding, so equal content means equal
 * hash. Only for messages without a `problem`.
 */
export function contentHash(message: Message): Buffer {
  const hash = createHash('sha256');
  for (const field of message.fields()) {
    if (NOT_CONTENT.has(field)) continue;
    hash.update(Buffer.of(field));
    hash.update(message.encoded(field) ?? Buffer.alloc(0));
  }
  return hash.digest();
}
