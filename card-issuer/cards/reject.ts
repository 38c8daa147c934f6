import { type Database, type Principal, recordAct, transact } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import { bookMovements } from '../stock/movements.ts';
import { lockBatch, prepareCards } from './batches.ts';
import { type CardState, stateAfter } from './life-cycle.ts';

/**
 * Gives a card in quarantine up, or one whose chip was lost or damaged before it was read back: its number is void for good, its chip goes to the rejects, and unless the batch is
 * cancelled a new number is prepared in its place. Rejecting it again answers the same.
 *
 * @returns the number prepared instead
 * @throws card-issuer.card-not-of-batch, card-issuer.card-not-quarantined
 */
export async function rejectCard(
  db: Database,
  officer: Principal,
  rejection: { batchId: bigint; cardNo: string; reason: string },
): Promise<{ replacement?: string }> {
  const { batchId, cardNo, reason } = rejection;
  return transact(db, async (tx) => {
    const found = await tx.query<{ state: CardState }>(
      'select state from issuer.card where card_no = $1 and batch_id = $2 for update',
      [cardNo, batchId],
    );
    const [card] = found.rows;
    if (card === undefined) throw issuerErrors.cardNotOfBatch();
    if (card.state === 'rejected') return {};
    const to = stateAfter(card.state, 'reject');
    if (to === undefined) throw issuerErrors.cardNotQuarantined({ state: card.state });
    const batch = await lockBatch(tx, batchId);
    await tx.query(
      'update issuer.card set state = $3, set_aside_reason = $2, set_aside_at = now() where card_no = $1',
      [cardNo, reason, to],
    );
    const [replacement] = batch.state === 'cancelled' ? [] : await prepareCards(tx, batchId, 1);
    if (replacement !== undefined) {
      await tx.query('update issuer.card_batch set waiting = waiting + 1 where batch_id = $1', [batchId]);
    }
    await bookMovements(tx, [
      {
        chipKind: batch.chip_kind,
        from: 'work',
        to: 'reject',
        quantity: 1,
        kind: 'reject',
        reference: `batch ${batchId}`,
        doneBy: officer.id,
      },
    ]);
    await recordAct(tx, officer, { act: 'reject-card', subject: `card ${cardNo}`, detail: { batchId, reason } });
    return replacement === undefined ? {} : { replacement };
  });
}
