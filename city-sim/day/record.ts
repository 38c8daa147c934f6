import type { LoadFault } from './plan.ts';

/**
 * Where a record comes from. `tap` and `bill` are what cards did; `torn` is a gray record; `duplicate` is a record that went
 * up before; `forged` is no card's; `passed` is a tap after the loss of the card was in force at the terminal, `locked` the
 * report of a terminal that took the card out of use.
 */
export type RecordOrigin = 'tap' | 'bill' | 'recovered' | 'torn' | 'duplicate' | 'forged' | 'passed' | 'locked';

/** A purchase record that was handed to the product, every time it was. */
export interface UploadedRecord {
  readonly origin: RecordOrigin;
  readonly way: '0320' | '0220' | 'ccpf' | 'ccip';
  readonly cardNo: string;
  readonly issuerCity: string;
  /** Who handed it in: a participant number. */
  readonly participantNo: string;
  readonly amountFen: number;
  readonly counter: number;
  readonly samNo: string;
  readonly transaction: number;
  /** Whether the card's balance went down by the amount for this record. */
  readonly cardPaid: boolean;
  /** The 64 bytes. */
  readonly hex: string;
  /** The biller took no payment for it, or gave it back; the amount came back to the card. */
  readonly billRefused?: true;
  /** Whom it was collected for, when that is somebody else. */
  readonly owedTo?: string;
  /** What a fund paid beside it. */
  readonly fundFen?: number;
}

/** One INITIALIZE FOR LOAD that reached the host, and what came of it on the card. */
export interface LoadAttempt {
  readonly cardNo: string;
  readonly from: 'cash' | 'bound-account';
  readonly participantNo: string;
  readonly amountFen: number;
  readonly counterBefore: number;
  readonly credited: boolean;
  readonly fault?: LoadFault;
}

/** What a card says of itself at the end of the day. */
export interface CardState {
  readonly cardNo: string;
  readonly balanceFen: number;
  readonly onlineCounter: number;
  readonly offlineCounter: number;
}

/** Everything that happened outside the product, for whoever wants to compute what the product must say. */
export class DayRecord {
  readonly records: UploadedRecord[] = [];
  readonly loads: LoadAttempt[] = [];
  /** Times a fault of the line was played, by its name. */
  readonly lineFaults: Record<string, number> = {};

  countFault(name: string): void {
    this.lineFaults[name] = (this.lineFaults[name] ?? 0) + 1;
  }
}
