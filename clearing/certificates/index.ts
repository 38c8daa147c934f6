export { registerCertificateRoutes } from './routes.ts';
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
export { signDetachedCms } from './sign.ts';
