import type { KeyAlgorithm } from './key-algorithm.ts';

/**
 * What a key may be used for. The two-character code stands in bytes 5–6 of its key block header
 * (X9.143 names the registered ones; numeric codes are left to the maker, and ours are those).
 */
export const keyUsages = {
  purchase: { code: '10', mode: 'X', family: 'card' },
  load: { code: '11', mode: 'X', family: 'card' },
  tac: { code: '12', mode: 'X', family: 'card' },
  maintenance: { code: '13', mode: 'X', family: 'card' },
  'pin-unblock': { code: '14', mode: 'X', family: 'card' },
  'pin-reload': { code: '15', mode: 'X', family: 'card' },
  'card-master': { code: '16', mode: 'X', family: 'card' },
  'application-block': { code: '17', mode: 'X', family: 'card' },
  'application-unblock': { code: '18', mode: 'X', family: 'card' },
  unload: { code: '19', mode: 'X', family: 'card' },
  overdraft: { code: '20', mode: 'X', family: 'card' },
  'terminal-master': { code: '30', mode: 'B', family: 'terminal' },
  'terminal-pin': { code: 'P0', mode: 'B', family: 'terminal' },
  'terminal-mac': { code: '31', mode: 'C', family: 'terminal' },
  'chip-transport': { code: '40', mode: 'E', family: 'transport' },
  'key-transport': { code: 'K0', mode: 'B', family: 'transport' },
  ca: { code: 'S1', mode: 'S', family: 'signature' },
  'file-sign': { code: '60', mode: 'S', family: 'signature' },
  'report-sign': { code: '61', mode: 'S', family: 'signature' },
  'data-wrap': { code: '62', mode: 'B', family: 'data' },
  'blind-index': { code: '63', mode: 'G', family: 'data' },
  component: { code: '90', mode: 'N', family: 'component' },
} as const;

export type KeyUsage = keyof typeof keyUsages;
/** Usages of RSA key pairs. */
export type SignatureUsage = 'ca' | 'file-sign' | 'report-sign';
/** Usages a symmetric key can be generated or formed with. */
export type SymmetricUsage = Exclude<KeyUsage, SignatureUsage | 'component'>;
export type KeyFamily = (typeof keyUsages)[KeyUsage]['family'];

const byCode = new Map<string, KeyUsage>();
for (const [usage, entry] of Object.entries(keyUsages)) byCode.set(entry.code, usage as KeyUsage);

/** The usage a key block header names, or undefined when the code is none of ours. */
export function usageOfCode(code: string): KeyUsage | undefined {
  return byCode.get(code);
}

export function isKeyUsage(text: string): text is KeyUsage {
  return Object.hasOwn(keyUsages, text);
}

export function usageFamily(usage: KeyUsage): KeyFamily {
  return keyUsages[usage].family;
}

/** Factors a key of this usage is used with unless it is bound to another number: city and card under a card root. */
export function usualLevels(usage: KeyUsage): number {
  return usageFamily(usage) === 'card' ? 2 : 0;
}

/** Whether keys of this usage exist under this algorithm: a data key never is a card key, nor the other way round. */
export function usageAllows(usage: KeyUsage, algorithm: KeyAlgorithm): boolean {
  if (usage === 'data-wrap') return algorithm === 'aes';
  if (usage === 'blind-index') return algorithm === 'hmac';
  if (usageFamily(usage) === 'signature') return algorithm === 'rsa';
  return algorithm === '3des' || algorithm === 'sm4';
}
