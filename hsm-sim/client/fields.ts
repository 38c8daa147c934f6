import { algorithmCodes } from '../keys/key-algorithm.ts';
import { FieldWriter } from '../wire/field-writer.ts';
import { exactly } from './checks.ts';
import type { DerivedKeyRef, KeyRef } from './hsm-client.ts';

const FACTOR_BYTES = 8;

/** Key reference ‖ algorithm 1 ‖ factor count 1 ‖ factors: how every derived key begins its command. */
export function derivedKey(reference: KeyRef, { algorithm, factors }: DerivedKeyRef): FieldWriter {
  const fields = new FieldWriter().longText(reference).ascii(algorithmCodes[algorithm]).byte(factors.length);
  for (const factor of factors) fields.bytes(exactly(factor, FACTOR_BYTES, 'a derivation factor'));
  return fields;
}
