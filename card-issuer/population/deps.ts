import type { CertificateDeps } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import type { ResidentDeps } from '../residents/deps.ts';

/** What population exchange, questions and legal orders need. */
export interface PopulationDeps extends ResidentDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'] & Pick<HsmClient, 'sign'>;
}
