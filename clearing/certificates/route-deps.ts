import type { Database, Logger } from '@citycard/common';
import type { CertificateDeps } from './city-ca.ts';

export interface CertificateRouteDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'];
  readonly logger?: Logger;
  /** A new revocation list is out: listeners of this process need not wait for their next look. */
  readonly onRevocationList?: () => void;
}
