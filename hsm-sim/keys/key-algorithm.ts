/** Algorithms of card keys: two-key triple DES, or SM4 (domain.md A.13). */
export type CardAlgorithm = '3des' | 'sm4';
export type KeyAlgorithm = CardAlgorithm | 'rsa';

/** Byte 7 of the key block header. X9.143 has no letter for SM4; digits are left to the maker. */
export const algorithmCodes: Readonly<Record<KeyAlgorithm, string>> = { '3des': 'T', sm4: '4', rsa: 'R' };

export function algorithmOfCode(code: string): KeyAlgorithm | undefined {
  return code === 'T' ? '3des' : code === '4' ? 'sm4' : code === 'R' ? 'rsa' : undefined;
}

export function isCardAlgorithm(text: string): text is CardAlgorithm {
  return text === '3des' || text === 'sm4';
}
