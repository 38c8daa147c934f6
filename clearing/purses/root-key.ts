import type { CardAlgorithm, KeyRef } from '@citycard/hsm-sim';

/** Behind the name of a root key of the SM4 profile; roots of the 3DES profile bear the bare name. */
const SM4_SUFFIX = '-SM4';

/** The names of the city's root keys, from which the keys of its cards are derived (domain page A.3). */
export type RootKeyName =
  'DPK' | 'DLK' | 'DTK' | 'DAMK' | 'DPUK' | 'DRPK' | 'DACK' | 'DABK' | 'DAUK' | 'DULK' | (string & {});

/**
 * The root key of a usage in the HSM: a city has one per algorithm, and the card's product says which algorithm counts.
 *
 * @example
 * rootKey('DTK', 'sm4'); // 'name:DTK-SM4'
 */
export function rootKey(name: RootKeyName, algorithm: CardAlgorithm): KeyRef {
  return `name:${name}${algorithm === 'sm4' ? SM4_SUFFIX : ''}`;
}
