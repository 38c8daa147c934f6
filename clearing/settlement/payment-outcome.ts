import { type BusinessDate, businessDate, cityDate, type Fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';

export interface BookedPayment {
  readonly endToEndId: string;
  readonly amountFen: Fen;
  /** When the bank booked it. */
  readonly bookedAt: Date;
  /** The bank's own reference of the entry (AcctSvcrRef). */
  readonly bankReference: string;
}

export type SettleOutcome =
  | { readonly outcome: 'settled' | 'repeat' }
  | { readonly outcome: 'unknown' }
  /** The bank booked another amount than instructed: nothing is posted, someone has to look. */
  | { readonly outcome: 'amount-differs'; readonly instructedFen: Fen }
  /** Booked under another reference before (a second debit?), or rejected before: nothing is posted. */
  | { readonly outcome: 'decided-before'; readonly state: 'posted' | 'rejected'; readonly bankReference?: string };

interface PaymentRow {
  sheet_no: string;
  amount_fen: bigint;
  posting_key: string;
  state: 'pending' | 'posted' | 'rejected';
  bank_reference: string | null;
}

/**
 * The bank has booked a payment: its pending transfer is posted and its sheet is paid. The same booking again is a
 * repeat. Posted on the business day the bank booked it, while no day from there on is closed; else on the open day.
 */
export async function settlePayment(tx: Transaction, booked: BookedPayment): Promise<SettleOutcome> {
  const payment = await lockPayment(tx, booked.endToEndId);
  if (payment === undefined) return { outcome: 'unknown' };
  if (payment.amount_fen !== booked.amountFen) {
    return { outcome: 'amount-differs', instructedFen: payment.amount_fen as Fen };
  }
  if (payment.state !== 'pending') return decidedBefore(payment, booked.bankReference);
  const date = await bookingDate(tx, cityDate(booked.bookedAt));
  await tx.query(
    `update clearing.payment set state = 'posted', bank_reference = $2, booked_at = $3, decided_at = now() where end_to_end_id = $1`,
    [booked.endToEndId, booked.bankReference, booked.bookedAt],
  );
  await tx.query(`update clearing.settlement_sheet set state = 'paid' where sheet_no = $1`, [payment.sheet_no]);
  await resolve(tx, date, payment.posting_key, 'post', `booked by the bank as ${plain(booked.bankReference)}`);
  return { outcome: 'settled' };
}

function decidedBefore(payment: PaymentRow, bankReference: string): SettleOutcome {
  if (payment.state === 'posted' && payment.bank_reference === bankReference) return { outcome: 'repeat' };
  return {
    outcome: 'decided-before',
    state: payment.state === 'posted' ? 'posted' : 'rejected',
    ...(payment.bank_reference !== null && { bankReference: payment.bank_reference }),
  };
}

export type RejectOutcome =
  | { readonly outcome: 'rejected' | 'repeat' | 'unknown' }
  | { readonly outcome: 'decided-before'; readonly state: 'posted' };

/**
 * The bank refuses a payment: its pending transfer is voided, the amount is payable again, and the sheet waits to be
 * instructed again. The refusal of one participant's payment does not touch the others of the day.
 */
export async function rejectPayment(
  tx: Transaction,
  rejected: { endToEndId: string; reason: string },
): Promise<RejectOutcome> {
  const payment = await lockPayment(tx, rejected.endToEndId);
  if (payment === undefined) return { outcome: 'unknown' };
  if (payment.state === 'posted') return { outcome: 'decided-before', state: 'posted' };
  if (payment.state === 'rejected') return { outcome: 'repeat' };
  const date = await currentBusinessDate(tx);
  await tx.query(
    `update clearing.payment set state = 'rejected', reason = $2, decided_at = now() where end_to_end_id = $1`,
    [rejected.endToEndId, rejected.reason],
  );
  await tx.query(`update clearing.settlement_sheet set state = 'rejected' where sheet_no = $1`, [payment.sheet_no]);
  await resolve(tx, date, payment.posting_key, 'void', `refused by the bank: ${plain(rejected.reason)}`);
  await raiseAlarm(tx, {
    kind: 'payment-rejected',
    severity: 'warning',
    subject: rejected.endToEndId,
    evidence: { sheetNo: payment.sheet_no, amountFen: payment.amount_fen, reason: rejected.reason },
  });
  return { outcome: 'rejected' };
}

async function lockPayment(tx: Transaction, endToEndId: string): Promise<PaymentRow | undefined> {
  const { rows } = await tx.query<PaymentRow>(
    `select sheet_no, amount_fen, posting_key, state, bank_reference from clearing.payment where end_to_end_id = $1 for update`,
    [endToEndId],
  );
  return rows[0];
}

/** The bank's text in a ledger reason: printable and short. */
const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 200) || 'no reason given';

async function resolve(
  tx: Transaction,
  date: BusinessDate,
  key: string,
  outcome: 'post' | 'void',
  reason: string,
): Promise<void> {
  await postOrThrow(tx, date, [{ key: `${key}:${outcome}`, resolves: key, outcome, reason }]);
}

/**
 * The day a bank booking belongs to in the ledger. A closed day and the balances at its end never change, so a booking
 * that comes too late for its own day goes to the open one.
 */
async function bookingDate(tx: Transaction, booked: BusinessDate): Promise<BusinessDate> {
  const { rows } = await tx.query<{ business_date: string }>(
    `select business_date from clearing.business_day d
      where business_date = $1 and state <> 'closed'
        and not exists (select from clearing.business_day later where later.business_date > $1 and later.state = 'closed')
        for share`,
    [booked],
  );
  return rows[0] === undefined ? currentBusinessDate(tx) : businessDate(rows[0].business_date);
}
