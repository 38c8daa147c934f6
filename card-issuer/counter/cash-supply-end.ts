import type { Transaction } from '@citycard/common';
import { cashSupplyErrors } from './cash-supply-errors.ts';

/**
 * Before a shift is closed: cash on its way must have been taken or sent back; orders nobody approved lapse.
 *
 * @throws card-issuer.cash-supply.under-way
 */
export async function endCashSupplies(tx: Transaction, shiftId: bigint): Promise<void> {
  const { rows } = await tx.query<{ supply_id: bigint; state: string }>(
    `select supply_id, state from issuer.cash_supply where shift_id = $1 and state in ('proposed', 'approved')
      order by supply_id for update`,
    [shiftId],
  );
  const underWay = rows.find(({ state }) => state === 'approved');
  if (underWay !== undefined) throw cashSupplyErrors.underWay({ supplyId: underWay.supply_id });
  await tx.query(
    `update issuer.cash_supply set state = 'lapsed', ended_at = clock_timestamp() where shift_id = $1 and state = 'proposed'`,
    [shiftId],
  );
}
