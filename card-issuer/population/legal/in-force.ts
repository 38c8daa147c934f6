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
  if ((await freezesInForce(tx, residentId)).length > 0) throw populationErrors.underFreeze();
}

/** The freeze orders about a person that are not lifted, those about records merged into the person's included. */
export async function freezesInForce(
  tx: Transaction,
  residentId: bigint,
): Promise<{ orderId: bigint; authority: string; documentNo: string }[]> {
  const { rows } = await tx.query<{ orderId: bigint; authority: string; documentNo: string }>(
    `select order_id as "orderId", authority, document_no as "documentNo" from issuer.legal_order f
      where f.resident_id = any($1::bigint[]) and f.kind = 'freeze' and f.state = 'approved' and ${NOT_LIFTED}
      order by order_id`,
    [[residentId, ...(await mergedInto(tx, residentId))]],
  );
  return rows;
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

/**
 * Cards are given to the resident, or frozen, one after the other.
 *
 * @returns who is held: of a merged record the one it was merged into, whose cards they are now
 */
export async function holdResident(tx: Transaction, residentId: bigint, as: 'share' | 'update'): Promise<bigint> {
  for (let held = residentId; ;) {
    const { rows } = await tx.query<{ merged_into: bigint | null }>(
      `select merged_into from issuer.resident where resident_id = $1 for ${as}`,
      [held],
    );
    const into = rows[0]?.merged_into ?? null;
    if (into === null) return held;
    held = into;
  }
}
