/**
 * Key components of the demo city. They are published on purpose: anybody can compute every key of the demo, and nobody
 * may use them for anything else. A real city brings components that exist on three custodians' envelopes only.
 */
import { HOME_CITY } from '@citycard/clearing';
import { createHash } from 'node:crypto';

/** Roots that all cities share: every SAM derives the purchase keys of every city's cards from them (domain page A.6). */
const SHARED_ROOTS: ReadonlySet<string> = new Set(['DPK', 'DPK-SM4']);

/** The first demo city had its components before there was another. */
const FIRST_CITY = '4580';

/** Component 1, 2 or 3 of a key of a demo city: 16 bytes. */
export function publishedComponent(key: string, number: 1 | 2 | 3, city: string = HOME_CITY): Buffer {
  const name = city === FIRST_CITY || SHARED_ROOTS.has(key) ? key : `${city} ${key}`;
  return createHash('sha256').update(`city card demo component ${number} of ${name}`, 'ascii').digest().subarray(0, 16);
}

/** The key that the three published components form: their XOR. */
export function publishedKey(key: string, city: string = HOME_CITY): Buffer {
  const formed = Buffer.alloc(16);
  for (const number of [1, 2, 3] as const) {
    publishedComponent(key, number, city).forEach((byte, at) => (formed[at] = (formed[at] ?? 0) ^ byte));
  }
  return formed;
}
