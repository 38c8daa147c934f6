import { addDays, businessDate, cityDate, type Principal, type Transaction } from '@citycard/common';
import { endInBooks, endOnCards } from '../concessions/on-card.ts';
import { freezeAfterMerge } from '../population/legal/freeze.ts';
import type { ResidentHook } from '../residents/index.ts';
import { onDeath, onDeathCorrected } from './blocks.ts';

/** What becomes of a resident's cards and concessions when the resident dies, moves away or was two records. */
export const cardsOfResidents: ResidentHook = {
  onDeath: async (tx, actor, residentId, died) => {
    await endConcession(tx, actor, residentId, 'death of the holder recorded');
    // Nobody is paid for rides after the death, however late it became known.
    if (died !== undefined) await endInBooks(tx, residentId, addDays(businessDate(died), 1));
    await onDeath(tx, actor, residentId);
  },
  onDeathCorrected,
  // The card of somebody who moves away goes on working: what it holds is the holder's. The reduced fare was the city's.
  onMovedOut: (tx, actor, residentId) => endConcession(tx, actor, residentId, 'moved away'),
  onMerge: async (tx, actor, merged, survivor) => {
    const both = await tx.query(
      `select from issuer.concession where resident_id = $1 and ended_on is null
          and exists (select from issuer.concession s where s.resident_id = $2 and s.ended_on is null)`,
      [merged, survivor],
    );
    if (both.rowCount !== 0) await endConcession(tx, actor, merged, 'merged with another record');
    await tx.query('update issuer.card set resident_id = $2 where resident_id = $1', [merged, survivor]);
    await tx.query('update issuer.concession set resident_id = $2 where resident_id = $1', [merged, survivor]);
    await freezeAfterMerge(tx, actor, survivor);
  },
};

async function endConcession(tx: Transaction, actor: Principal, residentId: bigint, why: string): Promise<void> {
  const today = cityDate(new Date());
  const ended = await tx.query(
    'update issuer.concession set ended_on = $2, end_reason = $3 where resident_id = $1 and ended_on is null',
    [residentId, today, why],
  );
  if (ended.rowCount !== 0) await endOnCards(tx, residentId, today, actor.id, why);
}
