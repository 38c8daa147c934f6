/** Algorithms of card keys: two-key triple DES, or SM4 (domain.md A.13). */
export type CardAlgorithm = '3des' | 'sm4';
/** Algorithms of all secret keys: card keys of 16 bytes, AES-256 and HMAC-SHA-256 keys of 32. */
export type SecretAlgorithm = CardAlgorithm | 'aes' | 'hmac';
export type KeyAlgorithm = SecretAlgorithm | 'rsa';

/** Byte 7 of the key block header. X9.143 has no letter for SM4; digits are left to the maker. */
export const algorithmCodes: Readonly<Record<KeyAlgorithm, string>> = {
  '3des': 'T',
  sm4: '4',
  aes: 'A',
  hmac: 'H',
  rsa: 'R',
};

const byCode = new Map<string, KeyAlgorithm>();
for (const [algorithm, code] of Object.entries(algorithmCodes)) byCode.set(code, algorithm as KeyAlgorithm);

export function algorithmOfCode(code: string): KeyAlgorithm | undefined {
  return byCode.get(code);
}

/** Bytes of a key of this algorithm. */
export function secretLength(algorithm: SecretAlgorithm): 16 | 32 {
  return isCardAlgorithm(algorithm) ? 16 : 32;
}

export function isSecretAlgorithm(text: string): text is SecretAlgorithm {
  return isCardAlgorithm(text) || text === 'aes' || text === 'hmac';
}

export function isCardAlgorithm(text: string): text is CardAlgorithm {
  return text === '3des' || text === 'sm4';
}
