export { clearingMigrations } from './migrations.ts';
export * from './ledger/accounts.ts';
export * from './ledger/posting.ts';
export * from './ledger/balances.ts';
export * from './ledger/trial-balance.ts';
export * from './ledger/business-day.ts';
export { verifyLedger, type LedgerFault, type LedgerVerification, type VerifyOptions } from './ledger/verify.ts';
export * from './purses/card-number.ts';

// certificates
export * from './certificates/index.ts';
