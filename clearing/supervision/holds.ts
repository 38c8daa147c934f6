import { type Database, transact, type Transaction } from '@citycard/common';
import type { LiveFigures } from '../float/live.ts';

/** Why no fee may be withdrawn at the moment. */
type HoldCause = 'float-shortfall' | 'float-unproved';

/**
 * Sets and lifts the hold on fee withdrawals by the figures of now: no fee leaves while the float is short, or while a closed
 * day is not proved by the bank. A shortfall's hold stays until the money is there again and a supervisor has closed its case.
 */
export async function keepFeeHolds(db: Database, live: LiveFigures, aboveFen: number): Promise<void> {
  const short = live.position.unexplainedFen > BigInt(aboveFen);
  const unproved = live.proofs.length > 0;
  const held = new Set(live.feeHolds);
  if (short === held.has('float-shortfall') && unproved === held.has('float-unproved')) return;
  await transact(db, async (tx) => {
    const { unexplainedFen, owedFen } = live.position;
    if (short) await hold(tx, 'float-shortfall', { unexplainedFen, owedFen, chunkNo: live.chunkNo });
    else if (held.has('float-shortfall') && !(await hasOpenCase(tx, 'float-shortfall')))
      await lift(tx, 'float-shortfall');
    if (unproved) {
      const [oldest] = live.proofs;
      await hold(tx, 'float-unproved', { proofs: live.proofs.length, oldest });
    } else await lift(tx, 'float-unproved');
  });
}

async function hold(tx: Transaction, cause: HoldCause, evidence: unknown): Promise<void> {
  await tx.query(
    `insert into clearing.fee_hold (cause, evidence) values ($1, $2) on conflict (cause) where lifted_at is null do nothing`,
    [cause, JSON.stringify(evidence, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))],
  );
}

async function lift(tx: Transaction, cause: HoldCause): Promise<void> {
  await tx.query(
    `update clearing.fee_hold set lifted_at = clock_timestamp(), lifted_by = 'the figures' where cause = $1 and lifted_at is null`,
    [cause],
  );
}

async function hasOpenCase(tx: Transaction, kind: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from clearing.alarm_case where kind = $1 and state <> 'closed'
     union all select from clearing.alarm where kind = $1 and case_no is null limit 1`,
    [kind],
  );
  return rowCount !== 0;
}
