/**
 * Key components of the demo city. They are published on purpose: anybody can compute every key of the demo, and nobody
 * may use them for anything else. A real city brings components that exist on three custodians' envelopes only.
 */
import { createHash } from 'node:crypto';

/** Component 1, 2 or 3 of a key of the demo: 16 bytes. */
export function publishedComponent(key: string, number: 1 | 2 | 3): Buffer {
  return createHash('sha256').update(`city card demo component ${number} of ${key}`, 'ascii').digest().subarray(0, 16);
}

/** The key that the three published components form: their XOR. */
export function publishedKey(key: string): Buffer {
  const formed = Buffer.alloc(16);
  for (const number of [1, 2, 3] as const) {
    publishedComponent(key, number).forEach((byte, at) => (formed[at] = (formed[at] ?? 0) ^ byte));
  }
  return formed;
}
