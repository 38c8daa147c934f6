import { cityDate, type Database, type Fen, formatYuan, type Principal, transact } from '@citycard/common';
import type { IndustryDocument } from '../industries/document.ts';
import type { BillerDirectory } from './biller.ts';
import { type BillCancellation, cancellationOf } from './cancellation.ts';
import { billErrors } from './errors.ts';
import { type BillPayment, keyOf, paymentById } from './payment-rows.ts';

/** A payment as a counter or a biller sees it; the card number masked. */
export interface PaymentView {
  readonly paymentId: string;
  readonly billerCode: string;
  readonly customer: string;
  readonly reference: string;
  readonly cardNoMasked: string;
  readonly amountFen: Fen;
  readonly lateFeeFen: Fen;
  readonly state: BillPayment['state'];
  readonly settled?: BillPayment['settled'];
  readonly refusal?: string;
  readonly meterWrite?: 'due' | 'written' | 'undone';
  readonly cancellation?: BillCancellation;
  /** What to print, once it is paid. */
  readonly receipt?: { readonly title: string; readonly lines: readonly string[] };
}

/**
 * A payment by the id that the biller knows it by; a partner sees its own.
 *
 * @throws CityCardError `clearing.bills.payment-unknown`, `.not-yours`
 */
export async function paymentView(
  db: Database,
  billers: BillerDirectory,
  reader: Principal,
  paymentId: string,
): Promise<PaymentView> {
  const payment = await paymentById(db, paymentId);
  if (payment === undefined) throw billErrors.paymentUnknown();
  const line = await billers(payment.billerCode);
  if (reader.participantNo !== undefined && reader.participantNo !== line?.biller.participantNo)
    throw billErrors.notYours({ billerCode: payment.billerCode });
  const { cancellation, meterWrite } = await transact(db, async (tx) => {
    const { rows } = await tx.query<{ state: 'due' | 'written' | 'undone' }>(
      'select state from clearing.meter_write where card_no = $1 and sam_no = $2 and sam_transaction_no = $3',
      keyOf(payment),
    );
    return { cancellation: await cancellationOf(tx, payment), meterWrite: rows[0]?.state };
  });
  const form = line?.industry?.document.receipt;
  return {
    paymentId,
    billerCode: payment.billerCode,
    customer: payment.customer,
    reference: payment.billReference,
    cardNoMasked: `${payment.cardNo.slice(0, 6)}*********${payment.cardNo.slice(-4)}`,
    amountFen: payment.amount,
    lateFeeFen: payment.lateFee,
    state: payment.state,
    ...(payment.settled !== undefined && { settled: payment.settled }),
    ...(payment.refusal !== undefined && { refusal: payment.refusal }),
    ...(meterWrite !== undefined && { meterWrite }),
    ...(cancellation !== undefined && { cancellation }),
    ...(form !== undefined && payment.state === 'paid' && { receipt: filledIn(form, payment) }),
  };
}

/** The receipt of the industry with the payment's values; a line whose value there is none of is left out. */
export function filledIn(form: IndustryDocument['receipt'], payment: BillPayment): { title: string; lines: string[] } {
  const values: Readonly<Record<string, string>> = {
    amount: formatYuan(payment.amount),
    lateFee: payment.lateFee > 0n ? formatYuan(payment.lateFee) : '',
    customer: payment.customer,
    reference: payment.billReference,
    receipt: payment.receipt.trim(),
    token: payment.meterToken.replaceAll(/(\d{4})(?=\d)/g, '$1 '),
    date: payment.decidedAt === undefined ? '' : cityDate(payment.decidedAt),
  };
  const lines = form.lines.flatMap((line) => {
    const names = [...line.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    if (names.some((name) => (values[name] ?? '') === '')) return [];
    return [line.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')];
  });
  return { title: form.title, lines };
}
