import type { Principal, Transaction } from '@citycard/common';
import { blockCard, unblockCard } from '../../cards/blocks.ts';
import { wouldBeSecond } from '../../cards/one-card.ts';
import { populationErrors } from '../errors.ts';
import { freezesInForce, holdResident, isInForce } from './in-force.ts';

/** States in which a card can be frozen: somebody holds it, or money may still come back to it. */
const FREEZABLE = ['issued', 'active', 'lost-reported', 'lost-confirmed', 'blocked', 'expired'];

const SECOND_CARD = 'the holder has another card of this product; return one of them';

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
  const holder = await holdResident(tx, residentId, 'update');
  const { rows } = await tx.query<{ card_no: string }>(
    'select card_no from issuer.card where resident_id = $1 and state = any($2) order by card_no',
    [holder, FREEZABLE],
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

/**
 * Two records were one person: what an authority holds of one of them it holds of the person, so every order in force
 * closes all cards, whichever record they came with. Called once the cards are the survivor's.
 */
export async function freezeAfterMerge(tx: Transaction, registrar: Principal, survivor: bigint): Promise<void> {
  for (const { orderId, authority, documentNo } of await freezesInForce(tx, survivor))
    await freeze(tx, registrar, { orderId, residentId: survivor, reason: `${authority} ${documentNo}` });
}

/**
 * Lifts one order: a card that no other order holds is what it was before, unless its holder has another one of its product
 * in use, then it stays closed for the company's reason.
 *
 * @throws card-issuer.population.nothing-frozen
 */
export async function unfreeze(
  tx: Transaction,
  registrar: Principal,
  { orderId, residentId, lifts, reason }: { orderId: bigint; residentId: bigint; lifts: bigint; reason: string },
): Promise<number> {
  // A merge that is under way freezes the survivor's cards under the orders in force: it sees this one, or is seen here.
  await holdResident(tx, residentId, 'update');
  if (!(await isInForce(tx, lifts))) throw populationErrors.nothingFrozen({ orderId: lifts });
  const { rows } = await tx.query<{ card_no: string }>(
    `update issuer.legal_freeze set lifted_by = $1, lifted_at = now()
      where order_id = $2 and lifted_at is null returning card_no`,
    [orderId, lifts],
  );
  for (const { card_no: cardNo } of [...rows].sort((a, b) => (a.card_no < b.card_no ? -1 : 1))) {
    const others = await tx.query('select from issuer.legal_freeze where card_no = $1 and lifted_at is null', [cardNo]);
    if (others.rowCount !== 0) continue;
    // Records that were merged may have brought a card each. The order is lifted all the same; the counter settles the card.
    if (await wouldBeSecond(tx, cardNo))
      await blockCard(tx, registrar, { cardNo, kind: 'company', reason: SECOND_CARD });
    await unblockCard(tx, registrar, { cardNo, kind: 'legal-freeze', reason });
  }
  return rows.length;
}
