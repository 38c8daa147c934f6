import type { PurchaseState, ReasonCode } from '../purchases/reason-codes.ts';

/** Causes of SS records: the refusal codes of domain.md B.3, first column. */
export const CAUSE = { adjusted: '00', adjustmentRefused: '09', foreignCard: '64', other: '90' } as const;

const CAUSES: Readonly<Record<ReasonCode, string>> = {
  '01': '01',
  '02': '02',
  '03': '03',
  '04': CAUSE.other,
  '05': '04',
  '06': CAUSE.other,
  '07': CAUSE.other,
  '08': '05',
  '09': '02',
  '0A': CAUSE.foreignCard,
  '0B': '07',
  '0C': '02',
  '0D': CAUSE.other,
  '0E': '06',
  '0F': CAUSE.other,
  '10': '02',
};

/** Why a record that is not accepted is answered in SS: cards of other cities wait for their city's word. */
export function causeOf(state: PurchaseState, code: ReasonCode | null): string {
  if (state === 'routed') return CAUSE.foreignCard;
  return code === null ? CAUSE.other : CAUSES[code];
}
