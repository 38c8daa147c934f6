import type { CertificateDeps } from '@citycard/clearing';
import type { Database } from '@citycard/common';

/** The key in the HSM that signs what we send to other cities. Its certificate bears our city code. */
export const CITY_FILES_KEY = 'CITY-FILES';

export interface CityDeps {
  readonly db: Database;
  readonly hsm: CertificateDeps['hsm'];
  /** Inter-city code of this city; default {@link HOME_CITY}. */
  readonly homeCity?: string;
  /** Bearer tokens we show to other cities and the centre, by code. */
  readonly cityTokens?: ReadonlyMap<string, string>;
}

/** Purchases, answers, a centre's statement, a hotlist. */
export type CityFileKind = 'ccip' | 'ccir' | 'statement' | 'list';

export interface CityFileSummary {
  readonly name: string;
  readonly kind: CityFileKind;
  readonly records: number;
  /** CCIP: of all purchases; CCIR: of the accepted ones. */
  readonly amountFen: bigint;
}
