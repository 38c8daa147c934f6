export {
  bookAdjustment,
  bookConversions,
  bookImportedBalances,
  type Conversion,
  openFormerIssuer,
} from './bookings.ts';
export { migratedBalanceOf, receivableOf } from './bookings.ts';
export { type Coverage, coverageOfFormerIssuers, type UncoveredPart } from './coverage.ts';
export { formerIssuerErrors } from './errors.ts';
export { type BankCredit, bookReceipt, type HandBooked, type ReceiptOutcome, transfersByHand } from './receipt.ts';
export { approveTransfer, type FormerIssuerTransfer, proposeTransfer } from './transfer.ts';
export { registerFormerIssuerRoutes } from './routes.ts';
