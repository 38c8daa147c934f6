export type {
  Authorisation,
  CardCommand,
  DerivedKeyRef,
  HsmClient,
  HsmClientOptions,
  HsmStatus,
  KeyDescription,
  KeyRef,
  LoadAuthorisation,
  LoadTac,
  OverdraftAuthorisation,
  RequestSubject,
  SamPurchase,
  TacItem,
  TerminalMacAlgorithm,
  TerminalMacItem,
  UnloadAuthorisation,
  UnloadProof,
  WorkingKeys,
} from './client/hsm-client.ts';
export { readCallerAccess, type CallerAccess, type TlsIdentity } from './callers/access.ts';
export { readCallerSecret } from './callers/shared-secret.ts';
export { checkValue } from './keys/check-value.ts';
export { connectHsm } from './client/connect.ts';
export { startHsm, type HsmOptions, type RunningHsm } from './device/hsm.ts';
export { HsmRefused, HsmStartFailed, HsmUnavailable, hsmErrors, type HsmErrorCode } from './errors.ts';
export type { CardAlgorithm, KeyAlgorithm, SecretAlgorithm } from './keys/key-algorithm.ts';
export type { KeyUsage, SignatureUsage, SymmetricUsage } from './keys/key-usage.ts';
export type { LmkSource } from './keys/local-master-key.ts';
export { verifyAuditLog } from './audit/verify-audit-log.ts';
