import type { CardNo } from '../purses/card-number.ts';
import type { Purse } from '../purses/purse.ts';
import type { Load } from './load.ts';

/** Purses and loads as they were before a decision: enough to ask the HSM, not to decide. */
export interface KnownLoads {
  readonly purses: ReadonlyMap<CardNo, Purse>;
  readonly loads: ReadonlyMap<CardNo, readonly Load[]>;
}
