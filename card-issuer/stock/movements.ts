import { sqlState, type Transaction } from '@citycard/common';
import { stockErrors } from './errors.ts';

/** Why blanks change places; the database knows which places belong to which kind. */
export type MovementKind =
  'opening' | 'delivery' | 'hand-over' | 'receipt' | 'take-back' | 'claim' | 'put-back' | 'finish' | 'reject';

/** So many chips of one kind from one place to another: one line of the stock's double entry. */
export interface Movement {
  readonly chipKind: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: number;
  readonly kind: MovementKind;
  /** What it is done for: `transfer 12`, `batch 7`. */
  readonly reference: string;
  readonly doneBy: string;
}

const CHECK_VIOLATION = '23514';

/**
 * Books movements, all or none; balances follow in the database.
 *
 * @throws card-issuer.stock.not-enough when a place would hold less than nothing; the transaction is lost then
 */
export async function bookMovements(tx: Transaction, movements: readonly Movement[]): Promise<void> {
  if (movements.length === 0) return;
  const column = <K extends keyof Movement>(name: K) => movements.map((movement) => movement[name]);
  try {
    await tx.query(
      `insert into issuer.stock_movement (chip_kind, from_location, to_location, quantity, kind, reference, done_by)
       select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[])`,
      [
        column('chipKind'),
        column('from'),
        column('to'),
        column('quantity'),
        column('kind'),
        column('reference'),
        column('doneBy'),
      ],
    );
  } catch (error) {
    const below =
      sqlState(error) === CHECK_VIOLATION && (error as Error).message.includes('stock_balance_not_negative');
    if (!below) throw error;
    const [first] = movements;
    throw stockErrors.notEnough({ chipKind: first?.chipKind, location: first?.from }, error);
  }
}

/** Blanks that lie at a place, by kind of chip; held against other bookings until the transaction ends. */
export async function lockOnHand(tx: Transaction, location: string): Promise<Map<string, number>> {
  const { rows } = await tx.query<{ chip_kind: string; quantity: bigint }>(
    'select chip_kind, quantity from issuer.stock_balance where location = $1 order by chip_kind for update',
    [location],
  );
  return new Map(rows.map((row) => [row.chip_kind, Number(row.quantity)]));
}
