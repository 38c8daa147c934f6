export * from './errors.ts';
export { SimulatedBank } from './bank/bank.ts';
export { bankAttemptsWith, type BankMistake, bankMistakeWith } from './bank/mistakes.ts';
export type { BulkDay, BulkOperator } from './bulk/day.ts';
export { type BulkFiles, type BulkOutcomes, type BulkTarget, writeBulkFiles } from './bulk/write-files.ts';
export { type Biller, openBiller, type OpenBill } from './biller/biller.ts';
export { momentBytes, momentFromBytes, momentOf, type Moment } from './bytes/moment.ts';
export { type CardAlgorithm, decryptEcb } from './cryptography/block-cipher.ts';
export {
  cardFactor,
  cityFactor,
  commandMac,
  deriveKey,
  deriveThrough,
  loadSessionKey,
  purchaseSessionKey,
  transactionAuthenticationCode,
  transactionMac,
} from './cryptography/purse.ts';
export { command, decodeResponse, type Response } from './chip/apdu.ts';
export type { BlankChip, ChipState } from './chip/chip.ts';
export { KEY_ID } from './chip/keys.ts';
export { SW } from './chip/status-words.ts';
export {
  applicationSerial,
  CARD_KEY_USAGES,
  cardFiles,
  cardNumber,
  deriveCardKeys,
  luhnDigit,
  PURSE_AID,
  type CardIdentity,
  type CardKeySet,
  type CardKeyUsage,
} from './card/default-product.ts';
export { personaliseCard } from './card/issue.ts';
export { loadByIssuer, type IssuerLoad } from './card/issuer-load.ts';
export { VirtualCard } from './card/virtual-card.ts';
export { personaliseSam, type SamIdentity } from './sam/issue.ts';
export { VirtualSam } from './sam/virtual-sam.ts';
export { CounterReader } from './reader/counter-reader.ts';
export { RemoteReader, type InsertableChip } from './reader/remote-reader.ts';
export { decodeFrame, encodeFrame, FrameSplitter, type Frame } from './iso8583/frame.ts';
export { messageMac, type MacAlgorithm } from './iso8583/mac.ts';
export {
  bytesOf,
  decodeMessage,
  encodeMessage,
  message,
  textOf,
  type FieldValue,
  type Message,
} from './iso8583/message.ts';
export { readCardFace, type CardFace } from './purchase/card-face.ts';
export { readFile, writeFile, type FileHeader, type FileMagic } from './purchase/file-header.ts';
export {
  readInterCityAnswer,
  readInterCityPurchases,
  writeInterCityAnswer,
  writeInterCityPurchases,
  type AnswerRow,
  type InterCityFile,
} from './purchase/inter-city-file.ts';
export { totalOf, writePurchaseFile, type NamedFile, type PurchaseFile } from './purchase/purchase-file.ts';
export { busData, decodeRecord, encodeRecord, INDUSTRY, RECORD_FLAG, type PurchaseRecord } from './purchase/record.ts';
export { createCertificateRequest, signDetached, type Signer } from './purchase/signature.ts';
export { type CentreMember, type CentreTroubles, SettlementCentre } from './centre/centre.ts';
export { Office } from './day/office.ts';
export { notifyOfWire } from './day/prefund.ts';
export { clearDay } from './day/clear.ts';
export { nothingReceived } from './day/exchange.ts';
export { PartnerCity, type PartnerCitySettings } from './partner-city/partner-city.ts';
export { type Attempt, attemptsWith, type CityMistake, mistakeWith } from './partner-city/mistakes.ts';
export { verifyDetached } from './partner-city/signed-file.ts';
export type { CarriedConcession, ConcessionFares, Fare } from './purchase/fare.ts';
export { TapReader, type HeldHotlist, type TapReaderSettings, type TapResult } from './purchase/tap.ts';
export { readReceipt, type Bill, type BillDue, type Forwarded } from './terminal/forwarding.ts';
export type { HostAddress } from './terminal/link.ts';
export type { Answer, TerminalSettings } from './terminal/line.ts';
export type { LoadOrder, LoadOutcome } from './terminal/load.ts';
export {
  freshTerminalMemory,
  totalsOf,
  type BatchTotals,
  type OpenLoad,
  type StoredMessage,
  type TerminalMemory,
} from './terminal/memory.ts';
export { Terminal } from './terminal/terminal.ts';
export { Department, type DepartmentSettings, type Mistake } from './population/department.ts';
export {
  type AcknowledgedRow,
  type PersonChange,
  type PopulationFile,
  readAcknowledgement,
  readDelta,
} from './population/delta-file.ts';
export { IdentityResponder, type ResponderMood } from './population/identity-responder.ts';
