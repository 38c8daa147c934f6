export { clearingMigrations } from './migrations.ts';
export * from './ledger/accounts.ts';
export * from './ledger/posting.ts';
export * from './ledger/balances.ts';
export * from './ledger/trial-balance.ts';
export * from './ledger/business-day.ts';
export { verifyLedger, type LedgerFault, type LedgerVerification, type VerifyOptions } from './ledger/verify.ts';
export * from './purses/card-number.ts';
export * from './purses/purse.ts';
export * from './hotlist/hotlist.ts';
export * from './participants/participant.ts';
export * from './participants/sam-assignment.ts';
export * from './alarms/alarm.ts';
export type { Load, LoadIdentity, LoadKind, LoadState, OriginalReference } from './loads/load.ts';
export * from './loads/decide.ts';
export * from './loads/settle.ts';

// certificates
export * from './certificates/index.ts';

// offline purchases
export {
  cardNoOfSerial,
  decodePurchaseRecord,
  encodePurchaseRecord,
  FLAG,
  type PurchaseRecord,
  type PurchaseRecordFields,
  purchaseContentSha256,
  RECORD_LENGTH,
  serialOfCardNo,
  tacInput,
} from './purchases/purchase-record.ts';
export * from './purchases/purchase-file.ts';
export * from './purchases/reason-codes.ts';
export {
  intakeMessage,
  markAnswered,
  type PurchaseMessage,
  type StoredIntake,
  sumOfRecords,
} from './intake/message.ts';
export type {
  DeliveredFile,
  FileIntakeDeps,
  FileIntakeResult,
  FileRefusal,
  SignatureCheck,
  TakenFile,
} from './intake/file.ts';
export type { FileContent } from './intake/content.ts';
export { intakeFile } from './intake/operator-file.ts';
export { type CcipOutcome, ccipOutcomes, intakeCcip } from './intake/city-file.ts';
export { batchTotals, type CountAndAmount } from './intake/batch-totals.ts';
export {
  validateReceived,
  type ValidationDeps,
  type ValidationOptions,
  type ValidationPass,
} from './validation/validate.ts';
export { DEFAULT_RULES, type ValidationRules } from './validation/rules.ts';
export { applyCityAnswers, type CityAnswer, type CityAnswerResult } from './validation/city-answers.ts';
export * from './validation/overview.ts';
export type { RecordRef } from './validation/received-purchase.ts';
