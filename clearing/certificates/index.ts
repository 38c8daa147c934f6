export { registerCertificateRoutes } from './routes.ts';
export type { CertificateRouteDeps } from './route-deps.ts';
export { newKeyAndRequest, type NewKey } from './new-key.ts';
export { followTrust, type LinkTrust, type ShownCertificate } from './trust.ts';
export { certificateEnds } from './register.ts';
export { startCertificateUpkeep } from './upkeep.ts';
export {
  CITY_CA_KEY,
  type CertificateDeps,
  cityCa,
  ensureCityCa,
  ensureOwnCertificate,
  type IssuedCertificate,
  issueCertificate,
  type PartnerCertificateKind,
  revokeCertificate,
} from './city-ca.ts';
export { importCaCertificate, requestCaCertificate } from './provincial-ca.ts';
export { claimedDigest, type CmsVerdict, verifyDetachedCms } from './verify.ts';
export type { SignedContent } from './digest.ts';
export { certificateOfKey, certificateOfRequest } from './certificate-of-key.ts';
export { signDetachedCms } from './sign.ts';
export { readDetachedSignature } from './cms-structure.ts';
export {
  findPersonalCertificate,
  issuePersonalCertificate,
  listPersonalCertificates,
  type OwnCertificate,
  revokePersonalCertificates,
} from './person.ts';
