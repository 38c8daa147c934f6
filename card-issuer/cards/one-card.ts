import type { Transaction } from '@citycard/common';
import { cardLifeErrors } from './errors.ts';
import type { CardState } from './life-cycle.ts';

/** States in which a card is the one its holder has. A loss reported by phone may still lapse. */
const IN_USE: readonly CardState[] = ['issued', 'active', 'lost-reported'];

/** The card number as people may see it: `3104…0012`. */
export function maskedCardNo(number: string): string {
  return `${number.slice(0, 4)}…${number.slice(-4)}`;
}

interface HeldCard {
  readonly cardNo: string;
  readonly product: string;
}

/**
 * Makes sure that the resident has no other card of the product in use (R1). Held against a second clerk doing the same
 * until the transaction ends.
 *
 * @throws card-issuer.card-life.one-card-per-resident
 */
export async function requireOnlyCard(tx: Transaction, residentId: bigint, card: HeldCard): Promise<void> {
  const other = await otherCardInUse(tx, residentId, card);
  if (other !== undefined)
    throw cardLifeErrors.oneCardPerResident({ card: maskedCardNo(other.card_no), state: other.state });
}

/** Another card of the product that the resident has in use; nobody gives or takes one until the transaction ends. */
export async function otherCardInUse(
  tx: Transaction,
  residentId: bigint,
  card: HeldCard,
): Promise<{ card_no: string; state: CardState } | undefined> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('cards of resident ' || $1, 0))`, [residentId]);
  const { rows } = await tx.query<{ card_no: string; state: CardState }>(
    `select card_no, state from issuer.card
      where resident_id = $1 and product = $2 and card_no <> $3 and state = any($4) limit 1`,
    [residentId, card.product, card.cardNo, IN_USE],
  );
  return rows[0];
}

/** Whether the card, blocked just now, would be a second one in its holder's use if it were opened. */
export async function wouldBeSecond(tx: Transaction, cardNo: string): Promise<boolean> {
  const { rows } = await tx.query<{ resident_id: bigint; product: string; blocked_from: CardState }>(
    `select resident_id, product, blocked_from from issuer.card where card_no = $1 and state = 'blocked'`,
    [cardNo],
  );
  const card = rows[0];
  if (card === undefined || !IN_USE.includes(card.blocked_from)) return false;
  return (await otherCardInUse(tx, card.resident_id, { cardNo, product: card.product })) !== undefined;
}
