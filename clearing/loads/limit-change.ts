import {
  approveAct,
  type BusinessDate,
  type Fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { loadErrors } from './errors.ts';
import type { LoadLimitName } from './limits.ts';

const ACT = 'set-load-limit';

/** A limit from a day on; no amount takes the limit away. */
export interface LimitChange {
  readonly limitName: LoadLimitName;
  readonly validFrom: BusinessDate;
  readonly amountFen: Fen | undefined;
}

/** What is in the books of limits, set or proposed by two people. */
export interface SetLimit extends LimitChange {
  readonly setBy: string | undefined;
  readonly approvedBy: string | undefined;
}

/** Every limit that was ever set, the newest first. */
export async function listLimits(tx: Transaction): Promise<SetLimit[]> {
  const { rows } = await tx.query<{
    limit_name: LoadLimitName;
    valid_from: BusinessDate;
    amount_fen: Fen | null;
    set_by: string | null;
    approved_by: string | null;
  }>(
    `select limit_name, valid_from, amount_fen, set_by, approved_by from clearing.load_limit
      order by limit_name, valid_from desc`,
  );
  return rows.map((row) => ({
    limitName: row.limit_name,
    validFrom: row.valid_from,
    amountFen: row.amount_fen ?? undefined,
    setBy: row.set_by ?? undefined,
    approvedBy: row.approved_by ?? undefined,
  }));
}

/**
 * Proposes a limit from a later day on: what was decided under the old one stays explained by it.
 *
 * @throws CityCardError `clearing.loads.limit-in-the-past`, `.limit-set`
 */
export async function proposeLimit(
  tx: Transaction,
  maker: Principal,
  change: LimitChange,
  today: BusinessDate,
): Promise<{ approvalId: bigint }> {
  await assertFree(tx, change, today);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: subjectOf(change), content: contentOf(change) });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: subjectOf(change), detail: contentOf(change) });
  return proposal;
}

/**
 * The second person: the limit holds from its day on, for every gateway.
 *
 * @throws CityCardError as {@link proposeLimit}; `identity.approval-unknown`, `.content-differs`, `.same-person`
 */
export async function approveLimit(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  change: LimitChange,
  today: BusinessDate,
): Promise<void> {
  await assertFree(tx, change, today);
  const approval = await approveAct(tx, checker, approvalId, contentOf(change));
  await tx.query(
    `insert into clearing.load_limit (limit_name, valid_from, amount_fen, approval_id, set_by, approved_by)
     values ($1, $2, $3, $4, $5, $6)`,
    [change.limitName, change.validFrom, change.amountFen ?? null, approvalId, approval.maker, approval.checker],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: subjectOf(change), detail: contentOf(change) });
}

async function assertFree(tx: Transaction, { limitName, validFrom }: LimitChange, today: BusinessDate): Promise<void> {
  if (validFrom <= today) throw loadErrors.limitInThePast({ validFrom, today });
  const { rowCount } = await tx.query('select from clearing.load_limit where limit_name = $1 and valid_from = $2', [
    limitName,
    validFrom,
  ]);
  if (rowCount !== 0) throw loadErrors.limitSet({ limitName, validFrom });
}

const subjectOf = ({ limitName, validFrom }: LimitChange): string => `load limit ${limitName} from ${validFrom}`;
const contentOf = ({ limitName, validFrom, amountFen }: LimitChange): Record<string, unknown> => ({
  limitName,
  validFrom,
  amountFen: amountFen ?? null,
});
