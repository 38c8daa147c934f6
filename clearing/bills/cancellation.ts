import { approveAct, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { codeOfIndustry } from '../industries/code.ts';
import type { BillerDirectory } from './biller.ts';
import { billErrors } from './errors.ts';
import { type BillPayment, keyOf, paymentById } from './payment-rows.ts';

const ACT = 'cancel-bill';
const DAY_MS = 86_400_000;

export type CancellationState = 'proposed' | 'asked' | 'cancelled' | 'refused';

/** A cancellation as people see it. */
export interface BillCancellation {
  readonly paymentId: string;
  readonly reason: string;
  readonly state: CancellationState;
  readonly refusal?: string;
  readonly proposedBy: string;
  readonly approvedBy?: string;
}

/**
 * Proposes to take a paid bill back. Whether the industry allows it, and how long, stands in its document; a meter that was
 * written is not given away. A cancellation that the biller refused may be proposed again.
 *
 * @throws CityCardError `clearing.bills.payment-unknown`, `.payment-not-paid`, `.cancellation-not-allowed`,
 * `.cancellation-known`, `.meter-written`
 */
export async function proposeCancellationOfBill(
  tx: Transaction,
  maker: Principal,
  billers: BillerDirectory,
  asked: { readonly paymentId: string; readonly reason: string },
): Promise<{ approvalId: bigint }> {
  const payment = await paymentById(tx, asked.paymentId);
  if (payment === undefined) throw billErrors.paymentUnknown();
  await refuseUnfit(tx, payment, billers);
  const known = await cancellationOf(tx, payment);
  if (known !== undefined && known.state !== 'refused' && known.state !== 'proposed')
    throw billErrors.cancellationKnown({ state: known.state });
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: await occasionOf(tx, asked.paymentId),
    content: contentOf(asked),
  });
  await tx.query(
    `insert into clearing.bill_cancellation (card_no, sam_no, sam_transaction_no, payment_id, reason, approval_id, proposed_by)
     select $1, $2, $3, $4, $5, $6, maker from platform.approval where id = $6
     on conflict (card_no, sam_no, sam_transaction_no) do update
       set reason = excluded.reason, approval_id = excluded.approval_id, proposed_by = excluded.proposed_by, approved_by = null,
           state = 'proposed', refusal = null, asked_at = null, decided_at = null, tries = 0
       where bill_cancellation.state in ('proposed', 'refused')`,
    [...keyOf(payment), asked.paymentId, asked.reason, approvalId],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `payment ${asked.paymentId}` });
  return { approvalId };
}

/**
 * The second person agrees: from now on the biller is asked until it decides. Agreeing again changes nothing.
 *
 * @throws CityCardError `clearing.bills.cancellation-unknown`, `identity.same-person`
 */
export async function approveCancellationOfBill(
  tx: Transaction,
  checker: Principal,
  paymentId: string,
): Promise<BillCancellation> {
  const { rows } = await tx.query<{ reason: string; approval_id: bigint | null; state: CancellationState }>(
    'select reason, approval_id, state from clearing.bill_cancellation where payment_id = $1 for update',
    [paymentId],
  );
  const [row] = rows;
  if (row === undefined || row.approval_id === null) throw billErrors.cancellationUnknown();
  await approveAct(tx, checker, row.approval_id, contentOf({ paymentId, reason: row.reason }));
  if (row.state === 'proposed') {
    await tx.query(
      `update clearing.bill_cancellation set state = 'asked', approved_by = $2, asked_at = now(), next_try_at = now() where payment_id = $1`,
      [paymentId, checker.id],
    );
    await recordAct(tx, checker, { act: `approve-${ACT}`, subject: `payment ${paymentId}` });
  }
  const payment = await paymentById(tx, paymentId);
  const cancellation = payment && (await cancellationOf(tx, payment));
  if (cancellation === undefined) throw billErrors.cancellationUnknown();
  return cancellation;
}

/** Another attempt after a refusal is another occasion, with two people of its own. */
async function occasionOf(tx: Transaction, paymentId: string): Promise<string> {
  const { rows } = await tx.query<{ agreed: bigint }>(
    `select count(*) as agreed from platform.approval where act = $1 and starts_with(subject, $2) and checker is not null`,
    [ACT, `payment ${paymentId} `],
  );
  return `payment ${paymentId} attempt ${(rows[0]?.agreed ?? 0n) + 1n}`;
}

const contentOf = ({ paymentId, reason }: { readonly paymentId: string; readonly reason: string }) => ({
  paymentId,
  reason,
});

async function refuseUnfit(tx: Transaction, payment: BillPayment, billers: BillerDirectory): Promise<void> {
  if (payment.state !== 'paid') throw billErrors.paymentNotPaid({ state: payment.state });
  const line = await billers(payment.billerCode);
  const rule = line?.industry?.document.cancellation;
  if (rule?.allowed === false) {
    const industry = codeOfIndustry(line?.industry?.industry ?? 0);
    throw billErrors.cancellationNotAllowed({ why: `the document of industry ${industry} says so` });
  }
  const ageMs = Date.now() - (payment.decidedAt?.getTime() ?? 0);
  if (rule !== undefined && ageMs > (rule.withinDays + 1) * DAY_MS)
    throw billErrors.cancellationNotAllowed({ why: `it was paid more than ${rule.withinDays} days ago` });
  const write = await tx.query(
    `select from clearing.meter_write where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 and state = 'written'`,
    keyOf(payment),
  );
  if (write.rowCount !== 0) throw billErrors.meterWritten();
}

/** The cancellation of a payment, if there is one. */
export async function cancellationOf(tx: Transaction, payment: BillPayment): Promise<BillCancellation | undefined> {
  const { rows } = await tx.query<{
    payment_id: string;
    reason: string;
    state: CancellationState;
    refusal: string | null;
    proposed_by: string;
    approved_by: string | null;
  }>(
    `select payment_id, reason, state, refusal, proposed_by, approved_by from clearing.bill_cancellation
      where card_no = $1 and sam_no = $2 and sam_transaction_no = $3`,
    keyOf(payment),
  );
  const [row] = rows;
  return (
    row && {
      paymentId: row.payment_id,
      reason: row.reason,
      state: row.state,
      ...(row.refusal !== null && { refusal: row.refusal }),
      proposedBy: row.proposed_by,
      ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    }
  );
}
