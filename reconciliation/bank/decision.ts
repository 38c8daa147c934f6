import type { BankEntry, EntryPart } from './camt.ts';
import type { RecognitionRule } from './reference-rules.ts';

/** A bank account of ours: its ledger account, and of what kind it is. */
export interface BankAccount {
  readonly code: string;
  readonly kind: string;
}

/** One payment inside an entry, numbered from 1. */
export interface Part extends EntryPart {
  readonly entry: BankEntry;
  readonly no: number;
}

/** What became of a part; what is unmatched is an open item for a person. */
export type Decision =
  | {
      readonly state: 'recognised';
      readonly rule: RecognitionRule;
      readonly postingKey: string;
      readonly ruleNo?: bigint;
    }
  | { readonly state: 'matched'; readonly rule: 'payment' }
  /** A payment of ours came back. */
  | { readonly state: 'matched'; readonly rule: 'return'; readonly postingKey: string }
  /** Cash for a till, which left our books when it was approved. */
  | { readonly state: 'matched'; readonly rule: 'cash-supply'; readonly postingKey: string }
  /** Two people have booked it by hand before. */
  | { readonly state: 'matched'; readonly rule: 'former-issuer'; readonly postingKey: string }
  | { readonly state: 'unmatched'; readonly reason: string };
