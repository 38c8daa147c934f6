import type { Principal, Transaction } from '@citycard/common';
import { blockCard, unblockCard } from '../../cards/blocks.ts';
import { populationErrors } from '../errors.ts';
import { holdResident, isInForce } from './in-force.ts';

/** States in which a card can be frozen: somebody holds it, or money may still come back to it. */
const FREEZABLE = ['issued', 'active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired'];

/**
 * Closes every card the person has: purse and hotlist in the same transaction. A card that other orders hold stays held
 * until the last of them is lifted; as long as one is in force, the person is given no other card (in-force.ts).
 *
 * @returns how many cards
 */
export async function freeze(
  tx: Transaction,
  registrar: Principal,
  { orderId, residentId, reason }: { orderId: bigint; residentId: bigint; reason: string },
): Promise<number> {
  await holdResident(tx, residentId, 'update');
  const { rows } = await tx.query<{ card_no: string }>(
    'select card_no from issuer.card where resident_id = $1 and state = any($2) order by card_no',
    [residentId, FREEZABLE],
  );
  for (const { card_no: cardNo } of rows) {
    await blockCard(tx, registrar, { cardNo, kind: 'legal-freeze', reason });
    await tx.query('insert into issuer.legal_freeze (card_no, order_id) values ($1, $2) on conflict do nothing', [
      cardNo,
      orderId,
    ]);
  }
  return rows.length;
}

/** Lifts one order: a card that no other order holds is what it was before. @throws card-issuer.population.nothing-frozen */
export async function unfreeze(
  tx: Transaction,
  registrar: Principal,
  { orderId, lifts, reason }: { orderId: bigint; lifts: bigint; reason: string },
): Promise<number> {
  if (!(await isInForce(tx, lifts))) throw populationErrors.nothingFrozen({ orderId: lifts });
  const { rows } = await tx.query<{ card_no: string }>(
    `update issuer.legal_freeze set lifted_by = $1, lifted_at = now()
      where order_id = $2 and lifted_at is null returning card_no`,
    [orderId, lifts],
  );
  for (const { card_no: cardNo } of [...rows].sort((a, b) => (a.card_no < b.card_no ? -1 : 1))) {
    const others = await tx.query('select from issuer.legal_freeze where card_no = $1 and lifted_at is null', [cardNo]);
    if (others.rowCount === 0) await unblockCard(tx, registrar, { cardNo, kind: 'legal-freeze', reason });
  }
  return rows.length;
}
