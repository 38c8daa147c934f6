import { FieldWriter } from '../wire/field-writer.ts';
import { exactly } from './checks.ts';
import type { DerivedKeyRef, KeyRef } from './hsm-client.ts';
import { algorithmCodes } from '../keys/key-algorithm.ts';

const FACTOR_BYTES = 8;

/** Key reference ‖ algorithm 1 ‖ factor count 1 ‖ factors: how a single command under a derived key begins. */
export function derivedKey(reference: KeyRef, item: DerivedKeyRef): FieldWriter {
  checkFactors(item);
  return writeDerivation(item, new FieldWriter().longText(reference));
}

/** Algorithm 1 ‖ factor count 1 ‖ factors, of factors that were checked. */
export function writeDerivation({ algorithm, factors }: DerivedKeyRef, fields: FieldWriter): FieldWriter {
  fields.ascii(algorithmCodes[algorithm]).byte(factors.length);
  for (const factor of factors) fields.bytes(factor);
  return fields;
}

/** Bytes of `writeDerivation`. Throws RangeError for a factor that has not 8 bytes. */
export function derivationSize(item: DerivedKeyRef): number {
  checkFactors(item);
  return 2 + FACTOR_BYTES * item.factors.length;
}

/** Ministry, province, city, card. */
const MAX_FACTORS = 4;

function checkFactors({ factors }: DerivedKeyRef): void {
  if (factors.length > MAX_FACTORS) throw new RangeError(`a key is derived by at most ${MAX_FACTORS} factors`);
  for (const factor of factors) exactly(factor, FACTOR_BYTES, 'a derivation factor');
}
