import { hkdfSync } from 'node:crypto';
import { isRefusedKey, withOddParity } from './key-strength.ts';
import type { LocalMasterKey } from './local-master-key.ts';

/** The published test LMK: pairs 00–01, 02–03 … 38–39 (domain.md D.2, THALES-LMK). It protects nothing. */
const PUBLISHED_PAIRS = [
  '01010101010101017902CD1FD36EF8BA',
  '20202020202020203131313131313131',
  '40404040404040405151515151515151',
  '61616161616161617070707070707070',
  '80808080808080809191919191919191',
  'A1A1A1A1A1A1A1A1B0B0B0B0B0B0B0B0',
  'C1C1010101010101D0D0010101010101',
  'E0E0010101010101F1F1010101010101',
  '1C587F1C13924FEF0101010101010101',
  '01010101010101010101010101010101',
  '02020202020202020404040404040404',
  '07070707070707071010101010101010',
  '13131313131313131515151515151515',
  '16161616161616161919191919191919',
  '1A1A1A1A1A1A1A1A1C1C1C1C1C1C1C1C',
  '23232323232323232525252525252525',
  '26262626262626262929292929292929',
  '2A2A2A2A2A2A2A2A2C2C2C2C2C2C2C2C',
  '2F2F2F2F2F2F2F2F3131313131313131',
  '01010101010101010101010101010101',
] as const;

const PAIR_BYTES = 16;
const BLOCK_KEY_BYTES = 32;

/** What keys of the host commands stand under outside the HSM. */
export interface HostLmk {
  /** 20 double-length keys; keys of a type stand under a variant of one of them. */
  readonly pairs: readonly Buffer[];
  /** AES-256, protects the key blocks of scheme S. */
  readonly block: Buffer;
}

const made = new WeakMap<LocalMasterKey, HostLmk>();

/**
 * The variant LMK and the key block LMK that belong to a local master key. The test LMK has the published pairs. Any
 * other LMK has pairs of its own, made by HKDF-SHA-256 with one label per pair, so that nothing made under the
 * published pairs opens here. The key block LMK is derived in both cases, apart from the key of our own key store:
 * a block of the one is none of the other.
 */
export function hostLmk(lmk: LocalMasterKey): HostLmk {
  const known = made.get(lmk);
  if (known) return known;
  const root = lmk.authenticate('host commands', 'LMK root');
  const pairs = PUBLISHED_PAIRS.map((pair, index) => (lmk.isTest ? Buffer.from(pair, 'hex') : strongPair(root, index)));
  const host = { pairs, block: expand(root, 'key block LMK', BLOCK_KEY_BYTES) };
  made.set(lmk, host);
  return host;
}

/** Odd parity, halves neither equal nor weak; the count in the label goes on until a pair is so. */
function strongPair(root: Buffer, index: number): Buffer {
  for (let attempt = 0; ; attempt++) {
    const pair = withOddParity(expand(root, `pair ${2 * index}-${2 * index + 1} ${attempt}`, PAIR_BYTES));
    if (!isRefusedKey(pair)) return pair;
  }
}

function expand(root: Buffer, label: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `citycard hsm-sim host ${label}`, length));
}
