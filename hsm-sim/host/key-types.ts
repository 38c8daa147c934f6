import { HostRefused } from './errors.ts';

/** What a three-digit key type code stands for: variant digit ‖ number of the LMK pair among those for keys. */
export interface KeyType {
  readonly code: string;
  /** Place of its pair among the 20: 2 is pair 04–05. */
  readonly pair: number;
  readonly variant: number;
  /** Usages of key blocks that hold a key of this type. */
  readonly usages: readonly string[];
  /** Usage and mode of a key block made without attributes; none where a type covers several usages. */
  readonly attributes?: { readonly usage: string; readonly mode: string };
  /** Enciphers other keys or is a master of card keys: double length at least, and made in authorised state only. */
  readonly strong: boolean;
}

/** The key type that says: look at the key block. */
export const BLOCK_TYPE = 'FFF';

const MAC_USAGES = ['M0', 'M1', 'M3', 'M5', 'M6'];

/** Places of the LMK pairs by the last two digits of the type: 04–05, 06–07, 14–15, 16–17, 22–23, 26–27, 28–29, … */
const PAIRS: Readonly<Record<string, number>> = {
  '00': 2,
  '01': 3,
  '02': 7,
  '03': 8,
  '06': 11,
  '08': 13,
  '09': 14,
  '0A': 15,
  '0B': 16,
};

type Row = readonly [usages: readonly string[], usage?: string, mode?: string, strong?: 'strong'];

/** domain.md D.2, with the data keys 00B and 30B beside it. */
const rows: Readonly<Record<string, Row>> = {
  '000': [['K0', 'K1', '52'], 'K0', 'B', 'strong'],
  '001': [['P0', '72'], 'P0', 'B'],
  '002': [['P0', '71', 'K0', '51', 'V0', 'V1', 'V2']],
  '402': [['C0'], 'C0', 'C'],
  '003': [MAC_USAGES, 'M3', 'C'],
  '006': [['01'], '01', 'N'],
  '008': [MAC_USAGES, 'M3', 'C'],
  '009': [['B0'], 'B0', 'X', 'strong'],
  '109': [['E0'], 'E0', 'X', 'strong'],
  '209': [['E2'], 'E2', 'X', 'strong'],
  '309': [['E1'], 'E1', 'X', 'strong'],
  '409': [['E3'], 'E3', 'X', 'strong'],
  '509': [['E4'], 'E4', 'X', 'strong'],
  '609': [['B0'], 'B0', 'X', 'strong'],
  '709': [['E6'], 'E6', 'X', 'strong'],
  '809': [['B0'], 'B0', 'X', 'strong'],
  '909': [['B0'], 'B0', 'X', 'strong'],
  '00A': [['D0', '22'], 'D0', 'B'],
  '00B': [['D0', '21'], 'D0', 'B'],
  '30B': [['D0', '23'], 'D0', 'B'],
};

const types = new Map<string, KeyType>(
  Object.entries(rows).map(([code, [usages, usage, mode, strong]]) => [
    code,
    {
      code,
      pair: PAIRS[code.slice(1)] ?? 0,
      variant: Number(code.charAt(0)),
      usages,
      ...(usage !== undefined && mode !== undefined ? { attributes: { usage, mode } } : {}),
      strong: strong === 'strong',
    },
  ]),
);

export const keyTypeCodes: readonly string[] = [...types.keys()];

/** The key type of a code; refuses with 04 when there is none. */
export function keyType(code: string): KeyType {
  const type = types.get(code.toUpperCase());
  if (!type) throw new HostRefused('04');
  return type;
}

/** The modes a usage can have in a key block (X9.143), our letter for each: B both ways, E, D, C both, G, V, X, N any. */
const MODES: Readonly<Record<string, string>> = {
  K0: 'BDEN',
  K1: 'BDEN',
  '51': 'BDEN',
  '52': 'BDEN',
  P0: 'BDEN',
  '71': 'BDEN',
  '72': 'BDEN',
  D0: 'BDEN',
  '21': 'BDEN',
  '22': 'BDEN',
  '23': 'BDEN',
  M0: 'CGVN',
  M1: 'CGVN',
  M3: 'CGVN',
  M5: 'CGVN',
  M6: 'CGVN',
  V0: 'CGVN',
  V1: 'CGVN',
  V2: 'CGVN',
  C0: 'CGVN',
  B0: 'XN',
  E0: 'XN',
  E1: 'XN',
  E2: 'XN',
  E3: 'XN',
  E4: 'XN',
  E6: 'XN',
  '01': 'N',
};

/** Modes in which a key may do all that its usage is for; a key without key block may, so it can hold no others. */
const UNLIMITED = 'BCXN';

export function isUsage(usage: string, mode: string): boolean {
  return (MODES[usage] ?? '').includes(mode) && mode !== '';
}

export function isUnlimited(mode: string): boolean {
  return UNLIMITED.includes(mode);
}

/** Usages of keys that encipher keys: made and moved in authorised state, never of single length. */
export function wrapsKeys(usage: string): boolean {
  return ['K0', 'K1', '51', '52'].includes(usage);
}

/** Usages of keys that decipher whatever a caller gives them. */
export const dataUsages: readonly string[] = ['D0', '21', '22', '23'];

export function isDataUsage(usage: string): boolean {
  return dataUsages.includes(usage);
}
