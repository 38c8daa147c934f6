import type { BusinessDate, Fen } from '@citycard/common';
import type { IndustryDocument } from '../document.ts';
import type { IndustryFacts } from '../industry-data.ts';

/** An accepted purchase as its industry looks at it. */
export interface Candidate {
  readonly cardNo: string;
  readonly businessDate: BusinessDate;
  readonly intakeId: bigint;
  readonly recordIndex: number;
  readonly industry: number;
  readonly participantNo: string;
  readonly postedDate: BusinessDate;
  readonly tappedAt: Date;
  readonly amountFen: Fen;
  readonly issuerCity: string;
  readonly samNo: string;
  readonly samTransactionNo: bigint;
  readonly version: number;
  readonly document: IndustryDocument;
  readonly facts: IndustryFacts;
}

/** What can be wrong with a purchase that the card has paid all the same. */
export type Finding =
  | 'participant-foreign'
  | 'act-unknown'
  | 'entry-not-free'
  | 'station-unknown'
  | 'vehicle-class-unknown'
  | 'fare-differs'
  | 'not-entitled'
  | 'visits-used-up'
  | 'parts-differ'
  | 'fund-short'
  | 'payment-unknown'
  | 'payment-not-made'
  | 'write-decided-before';

/** What the second look came to. */
export interface Examined {
  readonly candidate: Candidate;
  readonly expectedFen?: Fen;
  readonly fundFen?: Fen;
  readonly finding?: Finding;
}
