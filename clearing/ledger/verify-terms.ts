/** The first thing found wrong: where it is and what is wrong with it. */
export interface LedgerFault {
  readonly what: string;
  readonly chunkNo?: bigint;
  readonly position?: number;
  /** Empty for what concerns no card. */
  readonly cardNo?: string;
  readonly postingKey?: string;
  readonly leg?: number;
  /** Account code, or kind of the card's account. */
  readonly account?: string;
}

export interface VerifyOptions {
  /** Checks only the chunks after this one, and no balances: those follow from the whole history alone. */
  readonly since?: bigint;
  readonly onProgress?: (done: bigint, total: bigint) => void;
}
