import { type CityCardError, type Database, sqlState, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

/** A use of guarded money (bank accounts, cash, settlement in transit, fee income): from one kind of account to another. */
export interface PermittedMovement {
  /** Kind that receives; `*` for every kind that is not guarded. */
  readonly to: string;
  /** Kind that gives. */
  readonly from: string;
  readonly use: string;
}

/** Everything guarded money may be used for; the ledger refuses the rest, whoever posts. */
export async function permittedMovements(db: Database | Transaction): Promise<PermittedMovement[]> {
  const { rows } = await (db as Database).query<PermittedMovement>(
    'select debit_kind as to, credit_kind as from, use from clearing.permitted_movement order by 1, 2',
  );
  return rows;
}

/** What the ledger said of a movement it does not permit, as one of our errors; undefined for any other error. */
export function forbiddenMovement(error: unknown): CityCardError | undefined {
  const reason = error instanceof Error ? error.message : '';
  switch (sqlState(error)) {
    case 'CCM01':
      return clearingErrors.movementForbidden({ reason }, error);
    case 'CCM02':
      return clearingErrors.feesOnHold({ reason }, error);
    case 'CCM03':
      return clearingErrors.feesNotEarned({ reason }, error);
    default:
      return undefined;
  }
}
