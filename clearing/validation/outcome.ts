import type { PurchaseState, ReasonCode } from '../purchases/reason-codes.ts';

/** What is decided about a record. Whoever is not simply accepted is told why. */
export type Outcome =
  | { readonly state: 'accepted' | 'routed'; readonly detail?: string }
  | {
      readonly state: 'duplicate' | 'suspicious' | 'rejected';
      readonly code: ReasonCode;
      readonly detail: string;
    };

/** Where a record stood before a decision; nothing is written when it stands elsewhere by then. */
export interface Standing {
  readonly state: PurchaseState;
  readonly code: string | null;
}

export const ACCEPTED: Outcome = { state: 'accepted' };
export const RECEIVED: Standing = { state: 'received', code: null };

export const rejected = (code: ReasonCode, detail: string): Outcome => ({ state: 'rejected', code, detail });
export const held = (code: ReasonCode, detail: string): Outcome => ({ state: 'suspicious', code, detail });
export const duplicate = (code: ReasonCode, detail: string): Outcome => ({ state: 'duplicate', code, detail });

export function codeOf(outcome: Outcome): ReasonCode | null {
  return 'code' in outcome ? outcome.code : null;
}
