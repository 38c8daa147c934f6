import {
  approveAct,
  businessDate,
  type BusinessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { supervisionErrors } from '../supervision/errors.ts';

/** Fees on their way from custody to the company. */
export interface FeeWithdrawal {
  readonly withdrawalNo: bigint;
  readonly amountFen: Fen;
  readonly from: string;
  readonly to: string;
  readonly state: 'proposed' | 'posted';
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly postedDate?: BusinessDate;
}

const ACT = 'withdraw-fees';

/** Fees earned by the end of the last closed day, less everything drawn: what may be drawn now. */
async function withdrawable(tx: Transaction): Promise<{ availableFen: Fen; until: BusinessDate }> {
  const { rows } = await tx.query<{ until: string; earned: bigint; drawn: bigint }>(
    `select d.business_date as until,
            -- Kept of that day: income not withdrawn then, and what had been withdrawn.
            (d.parts -> 'owed' ->> 'fee-income-not-withdrawn')::bigint + d.own_funds_fen as earned,
            (select coalesce(sum(debits_posted + debits_pending - credits_posted), 0)::bigint from clearing.account where kind = 'bank-own-funds') as drawn
       from clearing.float_day d order by d.business_date desc limit 1`,
  );
  const [row] = rows;
  if (row === undefined) throw supervisionErrors.noClosedDay();
  return { availableFen: fen(row.earned - row.drawn), until: businessDate(row.until) };
}

async function requireWithdrawable(tx: Transaction, amountFen: Fen): Promise<void> {
  const { availableFen, until } = await withdrawable(tx);
  if (amountFen > availableFen) throw supervisionErrors.notWithdrawable({ availableFen, until, amountFen });
}

/**
 * Proposes to draw fees that closed days have confirmed.
 *
 * @throws CityCardError `supervision.not-withdrawable`, `.no-closed-day`; `clearing.account-unknown`
 */
export async function proposeFeeWithdrawal(
  tx: Transaction,
  maker: Principal,
  order: { readonly amountFen: Fen; readonly from: string; readonly to: string },
): Promise<{ withdrawalNo: bigint; approvalId: bigint }> {
  await requireWithdrawable(tx, order.amountFen);
  for (const code of [order.from, order.to]) {
    const { rowCount } = await tx.query('select from clearing.account where account_code = $1', [code]);
    if (rowCount === 0) throw clearingErrors.accountUnknown({ code });
  }
  const { rows } = await tx.query<{ withdrawal_no: bigint }>(
    `insert into clearing.fee_withdrawal (amount_fen, from_account, to_account, proposed_by) values ($1, $2, $3, $4) returning withdrawal_no`,
    [order.amountFen, order.from, order.to, maker.id],
  );
  const withdrawalNo = rows[0]?.withdrawal_no ?? 0n;
  const [subject, content] = [`fee withdrawal ${withdrawalNo}`, { withdrawalNo, ...order }];
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content });
  await tx.query('update clearing.fee_withdrawal set approval_id = $2 where withdrawal_no = $1', [
    withdrawalNo,
    approvalId,
  ]);
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: content });
  return { withdrawalNo, approvalId };
}

/**
 * The second person approves, and the ledger moves the money; it refuses while the float is short or not proved. Approving
 * again changes nothing.
 *
 * @throws CityCardError `supervision.withdrawal-unknown`, `.not-withdrawable`; `clearing.fees-on-hold`, `.fees-not-earned`,
 * `.movement-forbidden`; `identity.same-person`
 */
export async function approveFeeWithdrawal(
  tx: Transaction,
  checker: Principal,
  withdrawalNo: bigint,
): Promise<FeeWithdrawal> {
  // One withdrawal at a time: what may be drawn is what the one before has left.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('clearing fee withdrawal', 0))`);
  const { rows } = await tx.query<WithdrawalRow>(`${SELECT} where withdrawal_no = $1 for update`, [withdrawalNo]);
  const [row] = rows;
  if (row === undefined || row.approval_id === null) throw supervisionErrors.withdrawalUnknown({ withdrawalNo });
  const { amountFen, from, to, ...found } = fromRow(row);
  const approval = await approveAct(tx, checker, row.approval_id, { withdrawalNo, amountFen, from, to });
  if (found.state === 'posted') return { ...found, amountFen, from, to };
  await requireWithdrawable(tx, amountFen);
  const date = await currentBusinessDate(tx);
  const legs = [{ debit: to, credit: from, amount: amountFen }];
  await postOrThrow(tx, date, [{ key: `fee-withdrawal:${withdrawalNo}`, reason: 'fees withdrawn', legs }]);
  await tx.query(
    `update clearing.fee_withdrawal set state = 'posted', approved_by = $2, posted_date = $3 where withdrawal_no = $1`,
    [withdrawalNo, approval.checker, date],
  );
  await recordAct(tx, checker, {
    act: ACT,
    subject: `fee withdrawal ${withdrawalNo}`,
    detail: { amountFen, from, to },
  });
  return { ...found, amountFen, from, to, state: 'posted', approvedBy: approval.checker, postedDate: date };
}

interface WithdrawalRow {
  withdrawal_no: bigint;
  amount_fen: bigint;
  from_account: string;
  to_account: string;
  state: 'proposed' | 'posted';
  approval_id: bigint | null;
  proposed_by: string;
  approved_by: string | null;
  posted_date: string | null;
}

const SELECT = `select withdrawal_no, amount_fen, from_account, to_account, state, approval_id, proposed_by, approved_by, posted_date
  from clearing.fee_withdrawal`;

const fromRow = (row: WithdrawalRow): FeeWithdrawal => ({
  withdrawalNo: row.withdrawal_no,
  amountFen: fen(row.amount_fen),
  from: row.from_account,
  to: row.to_account,
  state: row.state,
  proposedBy: row.proposed_by,
  ...(row.approved_by !== null && { approvedBy: row.approved_by }),
  ...(row.posted_date !== null && { postedDate: businessDate(row.posted_date) }),
});

/** All withdrawals, the newest first. */
export async function listFeeWithdrawals(db: Database): Promise<FeeWithdrawal[]> {
  const { rows } = await db.query<WithdrawalRow>(`${SELECT} order by withdrawal_no desc limit 400`);
  return rows.map(fromRow);
}
