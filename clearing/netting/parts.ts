/** What is netted with what (domain.md F.4): 1 everything, 2 nothing, 3 sales and refunds, 4 sales and fees. */
export type SettlementMode = 1 | 2 | 3 | 4;

/** What a sheet is about, whatever else is netted with it. */
export type PartRole = 'main' | 'refunds' | 'fees' | 'owed' | 'owing' | 'pair';

/**
 * The number of a sheet's part: the mode and which of its sheets. 5 is for accounts that are not set off at all, 6 for what is
 * between a participant and one other, 7 for the same not set off: what it is owed and what it owes.
 */
export type PartCode = '1' | '21' | '22' | '23' | '31' | '32' | '41' | '42' | '51' | '52' | '61' | '71' | '72';

const ROLES: Readonly<Record<PartCode, PartRole>> = {
  '1': 'main',
  '21': 'main',
  '22': 'refunds',
  '23': 'fees',
  '31': 'main',
  '32': 'fees',
  '41': 'main',
  '42': 'refunds',
  '51': 'owed',
  '52': 'owing',
  '61': 'pair',
  '71': 'pair',
  '72': 'pair',
};
export const roleOfPart = (part: PartCode): PartRole => ROLES[part];

/** The parts of a mode by their role: which sheet sales, refunds and fees go to. */
export const PARTS_OF_MODE: Readonly<Record<SettlementMode, Readonly<Record<'main' | 'refunds' | 'fees', PartCode>>>> =
  {
    1: { main: '1', refunds: '1', fees: '1' },
    2: { main: '21', refunds: '22', fees: '23' },
    3: { main: '31', refunds: '31', fees: '32' },
    4: { main: '41', refunds: '42', fees: '41' },
  };
