export { clearingMigrations } from './migrations.ts';
export * from './ledger/accounts.ts';
export * from './ledger/posting.ts';
export * from './ledger/balances.ts';
export * from './ledger/trial-balance.ts';
export * from './ledger/business-day.ts';
export { startExpiry } from './ledger/expiry.ts';
export { verifyLedger, type LedgerVerification } from './ledger/verify.ts';
export type { LedgerFault, VerifyOptions } from './ledger/verify-terms.ts';
export * from './purses/card-number.ts';
export * from './purses/purse.ts';
export { approveCorrection, type CorrectionTerms, proposeCorrection } from './purses/correction.ts';
export { setPurseCap } from './purses/purse-cap.ts';
export { type CardMovement, cardMovements } from './ledger/card-statement.ts';
export * from './purses/purse-standing.ts';
export { type CardUse, recentUse } from './purses/recent-use.ts';
export * from './purses/move-balance.ts';
export * from './purses/concession.ts';
export { type Pass, passesForSale, type PassForSale, passesOf, sellPass } from './concessions/pass.ts';
export { giveBackPass, movePasses } from './concessions/pass-end.ts';
export { type PassOnCard, passesForCard } from './concessions/pass-on-card.ts';
export * from './purses/late-taps.ts';
export { rootKey, type RootKeyName } from './purses/root-key.ts';
export * from './hotlist/hotlist.ts';
export { type CardLock, endCardLocks, openCardLock } from './hotlist/card-locks.ts';
export { hotlistErrors } from './hotlist/errors.ts';
export * from './participants/participant.ts';
export { shareByAnswers } from './participants/shares-by-answers.ts';
export { settleThrough } from './participants/settled-through.ts';
export * from './participants/sam-assignment.ts';
export * from './alarms/alarm.ts';
export { listChannels } from './alarms/channels.ts';
export { type ChannelSecrets, sendNotice } from './alarms/send.ts';
export { registerSignedAuditRoutes } from './audit/routes.ts';
export { registerRosterRoutes } from './alarms/routes.ts';
export { floatHistory } from './float/history.ts';
export { readLiveFigures } from './float/live.ts';
export { RULES as SUPERVISION_RULES } from './supervision/rules.ts';
export { startSupervision, superviseOnce, type SupervisionDeps } from './supervision/supervise.ts';
export type { Finding, Watch, WatchContext } from './supervision/watch.ts';
export {
  findLoad,
  type Load,
  type LoadIdentity,
  type LoadKind,
  type LoadState,
  type OriginalReference,
  OWN_COUNTERS,
} from './loads/load.ts';
export {
  decideLoads,
  decideLoadsToWrite,
  type LoadAct,
  type LoadActDecision,
  loadStateForRepeat,
  lockForLoads,
  type LockedForLoads,
} from './loads/decide.ts';
export { lookUpLoads } from './loads/look-up.ts';
export { authoriseLoads, type LoadAuthorisation, type LoadDecision, type LoadRequest } from './loads/request.ts';
export { checkResults, type LoadResult, type LoadReversal, type TacVerdicts } from './loads/settle.ts';
export { decideUndecidedLoad, voidUndecidedLoad } from './loads/undecided.ts';
export {
  approveCancellation,
  beginCancellationDebit,
  dropCancellationDebit,
  type LoadOfToday,
  loadsOfToday,
  proposeCancellation,
} from './loads/cancel-load.ts';
export { approveTornDecision, proposeTornDecision } from './loads/cancel-decision.ts';
export { cancellationErrors } from './loads/cancel-errors.ts';
export { alarmTornCancellations } from './loads/torn-alarm.ts';
export { type CancellationReceipt, completeCancellation } from './loads/cancel-posting.ts';
export { cancellationMac1, cancellationProved } from './loads/cancel-proof.ts';
export {
  type Cancellation,
  type CancellationDebit,
  cancellationRefuted,
  type CancellationState,
  findCancellation,
  openCancellationDebits,
} from './loads/cancellation.ts';
export {
  type Biller,
  type BillerAdapter,
  type BillerDirectory,
  type BillAnswer,
  type BillOrder,
  type DueBill,
  findBiller,
  registerBiller,
  type StatementLine,
} from './bills/biller.ts';
export { type BillDecision, type BillDeps, type BillPurchase, payBill, withholdBill } from './bills/bill-payment.ts';
export { enquireBills } from './bills/enquiry.ts';
export { billerDirectory } from './bills/biller-directory.ts';
export { httpBiller } from './bills/http-biller.ts';
export { askBillerAgain, askBillerToCancel, billPaymentById, cancelUnasked } from './bills/make-up.ts';
export { startBillWork } from './bills/pursue.ts';
export { fetchBillStatement, type StatementDeps } from './bills/statements/fetch.ts';
export { keepStatement as keepBillStatement } from './bills/statements/statement.ts';
export { type BillRouteDeps, registerBillRoutes } from './bills/routes.ts';
export { settleBills } from './bills/settle-bills.ts';
export { type ClearingCoreDeps, registerClearingCoreRoutes } from './core-routes.ts';
export { clearingErrors } from './errors.ts';

// certificates
export * from './acceptance-reports/index.ts';
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
  intakeMessages,
  markAnswered,
  type PurchaseMessage,
  type StoredIntake,
  sumOfRecords,
} from './intake/message.ts';
export type { DeliveredFile, FileIntakeDeps, FileIntakeResult } from './intake/file.ts';
export type { FileRefusal, SignatureCheck } from './intake/file-checks.ts';
export type { TakenFile } from './intake/taken-file.ts';
export { intakeFile } from './intake/operator-file.ts';
export * from './intake/uploads/index.ts';
export { type Inbox, type InboxDeps, startInbox } from './inbox/inbox.ts';
export type { OtherFiles } from './inbox/take-other.ts';
export { listTextAnswers, readTextAnswer, type TextAnswer } from './operator-text/answers.ts';
export { nightDays, type NightDay, pastPace, type PastDay, STAGES_TO_BANK } from './day/night-facts.ts';
export { clearingFileSources, clearingWorkSources } from './intake/file-sources.ts';
export { fileOutcomes, type FileStanding, findFile, listFiles, outcomesCsv } from './intake/file-standing.ts';
export { type CcipOutcome, ccipOutcomes, intakeCcip } from './intake/city-file.ts';
export { batchTotals, type CountAndAmount } from './intake/batch-totals.ts';
export {
  approveSettleAfterEqual,
  declareEqual,
  proposeSettleAfterEqual,
  unequalSince,
} from './equality/settle-after-equal.ts';
export { claimedBatches, type ComparedBatch, recordBatchClaim } from './batches/claims.ts';
export {
  validateReceived,
  type ValidationDeps,
  type ValidationOptions,
  type ValidationPass,
} from './validation/validate.ts';
export type { ValidationRules } from './validation/rules.ts';
export { registerVerificationJobs } from './ledger/verification-runs.ts';
export { walkChains } from './validation/chain/walk.ts';
export { secondPass, type SecondPass, type SecondPassOptions } from './validation/second-pass.ts';
export { endBeyondCap, keepBeyondCap } from './validation/held/beyond-cap.ts';
export { applyCityAnswers, type CityAnswer, type CityAnswerResult } from './validation/city-answers.ts';
export * from './validation/overview.ts';
export type { RecordRef } from './validation/received-purchase.ts';
export { type ContinuousValidation, startValidation } from './validation/continuous.ts';

// receipts and report files of closed days
export { trySessionLock } from './session-lock.ts';
export { startReceipts } from './receipts/deliver.ts';
export {
  type ComplaintFigures,
  type OpenBankLine,
  registerReportJobs,
  type Cell as ReportCell,
  REPORT_COLUMNS,
  type Report,
  type ReportPeriod,
  type Table as ReportTable,
} from './report-files/index.ts';

// clearing day
export { advanceAsFarAsPossible, advanceDay } from './day/advance.ts';
export { cutOff, daysWithWork, listDays, openDay, readDay, type BusinessDay } from './day/days.ts';
export type { ClearingDayDeps } from './day/deps.ts';
export { dayErrors } from './day/errors.ts';
export { listStages, type StageRecord } from './day/evidence.ts';
export { registerClearingJobs, type ClearingJobs } from './day/jobs.ts';
export { registerClearingDayRoutes, type ClearingDayRouteDeps } from './day/routes.ts';
export { DAY_STATES, DAY_TRANSITIONS, type DayState } from './day/transitions.ts';
export { floatPosition, type FloatPosition } from './float/float-position.ts';
export { balancesAt, type BalanceLine } from './float/balances-at.ts';
export { listPositions } from './netting/net-day.ts';
export type { Position } from './netting/positions.ts';
export { SETTLEMENT, SettlementDocument } from './netting/settlement-terms.ts';
export { ConcessionDocument, CONCESSIONS } from './concessions/document.ts';
export { FEES, FeeDocument } from './pricing/fee-document.ts';
export { approveTerms, proposeTerms } from './terms/versions.ts';
export { daySummary, type DaySummary } from './reports/day-summary.ts';
export { readReports, writeReports, type DayReport } from './reports/day-reports.ts';
export { approveSettlement, proposeSettlement } from './settlement/approval.ts';
export { listMessages, messageXml, type PaymentMessage } from './settlement/instruct.ts';
export {
  rejectPayment,
  settlePayment,
  type BookedPayment,
  type RejectOutcome,
  type SettleOutcome,
} from './settlement/payment-outcome.ts';
export { type ReturnedPayment, type ReturnOutcome, returnPayment } from './settlement/payment-return.ts';
export { approveReinstruction, proposeReinstruction } from './settlement/refused-sheets.ts';
export { listSheets, sheetsSha256, type SettlementSheet } from './settlement/sheets.ts';

// industries
export * from './industries/index.ts';

// former issuers of migrated cards
export * from './legacy/index.ts';
