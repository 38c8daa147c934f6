import { type Database, fen, type Transaction } from '@citycard/common';
import type { BillerDirectory, BillerLine } from './biller.ts';
import { billErrors } from './errors.ts';
import { type BillPayment, keyOf, paymentById } from './payment-rows.ts';

export interface MakeUpDeps {
  readonly db: Database;
  readonly billers: BillerDirectory;
}

/** A payment of a bill as reconciliation looks at it. @returns undefined when nobody made it here */
export const billPaymentById = (db: Database | Transaction, paymentId: string): Promise<BillPayment | undefined> =>
  paymentById(db, paymentId);

/**
 * Asks a biller for a payment once more, under the id it has; it books it once. One that nobody has decided hears the answer when it
 * is asked for next, which is now.
 *
 * @throws CityCardError `clearing.bills.biller-unknown`, `.payment-unknown`, `.not-reached` unless the biller has it as paid
 */
export async function askBillerAgain(
  { db, billers }: MakeUpDeps,
  billerCode: string,
  paymentId: string,
): Promise<void> {
  const line = await lineOf(billers, billerCode);
  const payment = await paymentById(db, paymentId);
  if (payment === undefined) throw billErrors.paymentUnknown();
  const { customer, billReference: reference, amount, lateFee } = payment;
  await db.query(`update clearing.bill_payment set next_try_at = now() where payment_id = $1 and state = 'asked'`, [
    paymentId,
  ]);
  if (payment.state === 'asked') return;
  const answer = await line.adapter.pay({ paymentId, customer, reference, amount, lateFee });
  if (answer.outcome !== 'paid') throw billErrors.notReached({ billerCode });
}

/**
 * Asks a biller to take back a payment it has on a statement, whether or not we know it.
 *
 * @throws CityCardError `clearing.bills.biller-unknown`, `.not-reached` unless the biller has taken it back
 */
export async function askBillerToCancel(
  { db, billers }: MakeUpDeps,
  billerCode: string,
  paymentId: string,
): Promise<void> {
  const line = await lineOf(billers, billerCode);
  const { rows } = await db.query<{ receipt: string; amount_fen: bigint }>(
    `select receipt, amount_fen from clearing.bill_statement_line where biller_code = $1 and payment_id = $2 order by booked_on desc limit 1`,
    [billerCode, paymentId],
  );
  const [said] = rows;
  const answer = await line.adapter.cancel({
    paymentId,
    receipt: said?.receipt ?? '',
    amount: fen(said?.amount_fen ?? 0n),
  });
  if (answer.outcome !== 'cancelled') throw billErrors.notReached({ billerCode });
}

async function lineOf(billers: BillerDirectory, billerCode: string): Promise<BillerLine> {
  const line = await billers(billerCode);
  if (line === undefined) throw billErrors.billerUnknown({ billerCode });
  return line;
}

/**
 * The biller never had it: cancelled without asking, and the money goes back to the card as with any cancellation.
 *
 * @throws CityCardError `clearing.bills.payment-unknown`, `.payment-not-paid`
 */
export async function cancelUnasked(
  tx: Transaction,
  paymentId: string,
  { reason, maker, checker }: { readonly reason: string; readonly maker: string; readonly checker: string },
): Promise<void> {
  const payment = await paymentById(tx, paymentId);
  if (payment === undefined) throw billErrors.paymentUnknown();
  if (payment.state !== 'paid') throw billErrors.paymentNotPaid({ state: payment.state });
  await tx.query(
    `insert into clearing.bill_cancellation (card_no, sam_no, sam_transaction_no, payment_id, reason, proposed_by, approved_by, state, asked_at, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'cancelled', now(), now())
     on conflict (card_no, sam_no, sam_transaction_no) do update
       set state = 'cancelled', refusal = null, approved_by = excluded.approved_by, proposed_by = excluded.proposed_by, decided_at = now()
       where bill_cancellation.state <> 'cancelled'`,
    [...keyOf(payment), paymentId, reason, maker, checker],
  );
}
