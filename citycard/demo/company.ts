import { chinaCalendar, type WorkingCalendar } from '@citycard/common';

/** The custody account of the demo company: where payments go out from. */
export const demoCustody = {
  accountNo: '6217000000000000001',
  bankLineNo: '313458000011',
  accountName: 'Resident Card Company, card holders funds (demo)',
} as const;

/** Bank accounts of the demo company as ledger accounts, by kind. */
export const bankAccounts = [
  `bank-custody:${demoCustody.accountNo}`,
  'bank-card-deposits:6217000000000000002',
  'bank-own-funds:6217000000000000003',
] as const;

/** Accounts of the company that are no bank's. */
export const companyAccounts = [
  'fee-income:main',
  'rounding:main',
  'suspense:main',
  'write-off:main',
  'unclaimed-refund:main',
] as const;

/** Blank chips of every kind the first products are made of, in the bureau: nobody should have to count them for a demo. */
export const openingStock = {
  chipKinds: ['fmcos-3des', 'fmcos-sm4'],
  quantity: 1_000_000,
  location: 'bureau',
} as const;

/** The published holidays, and for the years after them a provisional calendar: a demo must run in any year. */
export function demoCalendar(): WorkingCalendar {
  return chinaCalendar({ provisionalThrough: new Date().getUTCFullYear() + 1 });
}
