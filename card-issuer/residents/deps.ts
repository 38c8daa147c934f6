import type { Database, Principal, Transaction } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';

/** What every act on residents needs. */
export interface ResidentDeps {
  readonly db: Database;
  readonly protection: Protection;
  /** Others' part in a resident's fate: cards, concessions, representatives. Called in the transaction, in this order. */
  readonly hooks?: readonly ResidentHook[];
}

/** What the rest of the issuer does when a resident comes, dies, moves or turns out to be two records. A throw undoes it all. */
export interface ResidentHook {
  /**
   * These were registered, at a counter or from a file of many; those whom the department that produces names has named
   * itself are not told of.
   */
  onRegistered?(tx: Transaction, actor: Principal, residentIds: readonly bigint[]): Promise<void>;
  /** `died` is the day that was stated, YYYY-MM-DD; it is never after today. */
  onDeath?(tx: Transaction, actor: Principal, residentId: bigint, died?: string): Promise<void>;
  onDeathCorrected?(tx: Transaction, actor: Principal, residentId: bigint): Promise<void>;
  onMovedOut?(tx: Transaction, actor: Principal, residentId: bigint): Promise<void>;
  onMovedIn?(tx: Transaction, actor: Principal, residentId: bigint): Promise<void>;
  /** Everything that refers to `merged` is made to refer to `survivor`. */
  onMerge?(tx: Transaction, actor: Principal, merged: bigint, survivor: bigint): Promise<void>;
}
