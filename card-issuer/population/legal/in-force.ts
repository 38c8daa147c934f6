import type { Transaction } from '@citycard/common';
import { mergedInto } from '../../residents/record.ts';
import { populationErrors } from '../errors.ts';

/**
 * Nobody whose cards an authority holds is given another one: what is frozen is the person's, not the plastic. The
 * resident is held until the transaction ends, so that an order approved at the same moment finds the card or refuses it.
 *
 * @throws card-issuer.population.under-freeze
 */
export async function requireNoFreeze(tx: Transaction, residentId: bigint): Promise<void> {
  await holdResident(tx, residentId, 'share');
  const { rowCount } = await tx.query(
    `select from issuer.legal_order f
      where f.resident_id = any($1::bigint[]) and f.kind = 'freeze' and f.state = 'approved' and ${NOT_LIFTED} limit 1`,
    [[residentId, ...(await mergedInto(tx, residentId))]],
  );
  if (rowCount !== 0) throw populationErrors.underFreeze();
}

/** Whether a freeze order has been approved and not been lifted. */
export async function isInForce(tx: Transaction, orderId: bigint): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from issuer.legal_order f where f.order_id = $1 and f.state = 'approved' and ${NOT_LIFTED}`,
    [orderId],
  );
  return rowCount !== 0;
}

const NOT_LIFTED = `not exists (
  select from issuer.legal_order u where u.lifts = f.order_id and u.kind = 'unfreeze' and u.state = 'approved')`;

/** Cards are given to the resident, or frozen, one after the other. */
export async function holdResident(tx: Transaction, residentId: bigint, as: 'share' | 'update'): Promise<void> {
  await tx.query(`select from issuer.resident where resident_id = $1 for ${as}`, [residentId]);
}
