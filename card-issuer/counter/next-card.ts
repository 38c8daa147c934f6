import { type BusinessDate, cityDate, type Database, transact } from '@citycard/common';
import { lockCard, requireMovable } from '../cards/blocks.ts';
import { cardLifeErrors } from '../cards/errors.ts';
import { stateAfter } from '../cards/life-cycle.ts';
import { issuerErrors } from '../errors.ts';
import { requireNearEnd } from './renew.ts';

/**
 * For whom a card is made that is to take another's place. What would refuse the replacement or renewal afterwards is refused
 * here, before a blank is spent.
 *
 * @throws card-issuer.card-unknown, .card-not-ready; card-issuer.card-life.lost-not-formal, .frozen, .holder-deceased,
 *   .not-renewable
 */
export function holderForNextCard(
  db: Database,
  number: string,
  step: 'replacement' | 'renewal',
): Promise<{ readonly residentId: bigint; readonly product: string }> {
  return transact(db, async (tx) => {
    const state = await lockCard(tx, number);
    if (step === 'replacement' && state === 'lost-reported') throw cardLifeErrors.lostNotFormal();
    const name = step === 'replacement' ? 'replace' : 'renew';
    if (stateAfter(state, name) === undefined) throw issuerErrors.cardNotReady({ state, step: name });
    await requireMovable(tx, number);
    const { rows } = await tx.query<{ residentId: bigint | null; product: string; validTo: BusinessDate }>(
      `select resident_id as "residentId", product, valid_to as "validTo" from issuer.card where card_no = $1`,
      [number],
    );
    const [card] = rows;
    if (card === undefined || card.residentId === null) throw issuerErrors.cardUnknown();
    if (step === 'renewal') await requireNearEnd(tx, card, cityDate(new Date()));
    return { residentId: card.residentId, product: card.product };
  });
}
