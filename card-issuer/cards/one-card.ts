import type { Transaction } from '@citycard/common';
import { cardLifeErrors } from './errors.ts';
import type { CardState } from './life-cycle.ts';

/** States in which a card is the one its holder has. A loss reported by phone may still lapse. */
const IN_USE: readonly CardState[] = ['issued', 'active', 'lost-reported'];

/** The card number as people may see it: `3104…0012`. */
export function maskedCardNo(number: string): string {
  return `${number.slice(0, 4)}…${number.slice(-4)}`;
}

/**
 * Makes sure that the resident has no other card of the product in use (R1). Held against a second clerk doing the same
 * until the transaction ends.
 *
 * @throws card-issuer.card-life.one-card-per-resident
 */
export async function requireOnlyCard(
  tx: Transaction,
  residentId: bigint,
  card: { readonly cardNo: string; readonly product: string },
): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('cards of resident ' || $1, 0))`, [residentId]);
  const { rows } = await tx.query<{ card_no: string; state: CardState }>(
    `select card_no, state from issuer.card
      where resident_id = $1 and product = $2 and card_no <> $3 and state = any($4) limit 1`,
    [residentId, card.product, card.cardNo, IN_USE],
  );
  const other = rows[0];
  if (other !== undefined)
    throw cardLifeErrors.oneCardPerResident({ card: maskedCardNo(other.card_no), state: other.state });
}
