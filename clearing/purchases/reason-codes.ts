/** Reason codes of purchase records (terminal-interface.md §3, "Inter-city files"). */
export const REASON = {
  tacWrong: '01',
  cardUnknown: '02',
  duplicate: '03',
  conflict: '04',
  gray: '05',
  hotListed: '06',
  balanceBreak: '07',
  insufficientBalance: '08',
  samUnknown: '09',
  notOurCard: '0A',
  timeImpossible: '0B',
  amountOutOfRange: '0C',
  cardExpired: '0D',
  testCard: '0E',
  heldForInspection: '0F',
  notAllowed: '10',
} as const;

export type ReasonCode = (typeof REASON)[keyof typeof REASON];

/** Outcome byte of an accepted row in a CCIR file. */
export const ACCEPTED_CODE = '00';

const KNOWN: ReadonlySet<string> = new Set(Object.values(REASON));

/** The two hexadecimal digits as a reason code; undefined when the document knows no such code. */
export function reasonCode(text: string): ReasonCode | undefined {
  const upper = text.toUpperCase();
  return KNOWN.has(upper) ? (upper as ReasonCode) : undefined;
}

export type PurchaseState = 'received' | 'routed' | 'accepted' | 'duplicate' | 'suspicious' | 'rejected';

/**
 * Which states may follow which. Accepted, duplicate and rejected are final; a held record may be held for another
 * reason. Everything that changes the state of a record keeps to this table.
 */
export const NEXT_STATES: Readonly<Record<PurchaseState, readonly PurchaseState[]>> = {
  received: ['routed', 'accepted', 'duplicate', 'suspicious', 'rejected'],
  routed: ['accepted', 'duplicate', 'suspicious', 'rejected'],
  suspicious: ['accepted', 'duplicate', 'suspicious', 'rejected'],
  accepted: [],
  duplicate: [],
  rejected: [],
};
