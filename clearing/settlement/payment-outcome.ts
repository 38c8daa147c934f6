import { type BusinessDate, cityDate, type Fen, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { type Posting, postOrThrow, type Resolution } from '../ledger/posting.ts';
import { concernsPayee, holdPayments } from './payment-hold.ts';
import { bookingDate, lockPayment, type PaymentRow, type PaymentState, plain } from './payment-row.ts';

export interface BookedPayment {
  readonly endToEndId: string;
  readonly amountFen: Fen;
  /** When the bank booked it. */
  readonly bookedAt: Date;
  /** The bank's own reference of the entry (AcctSvcrRef). */
  readonly bankReference: string;
  /** Which payment inside the entry, from 1; a batch entry has several. */
  readonly part?: number;
  /** Ledger account of the bank account the entry stands on; not compared when left out. */
  readonly account?: string;
}

export type SettleOutcome =
  | { readonly outcome: 'settled' | 'repeat' }
  /** The bank booked less than is open: so much is paid, the rest stays in transit. */
  | { readonly outcome: 'partial'; readonly openFen: Fen }
  | { readonly outcome: 'unknown' }
  /** The bank booked more than is open: nothing is posted, someone has to look. */
  | { readonly outcome: 'amount-differs'; readonly instructedFen: Fen; readonly openFen: Fen }
  /** Booked on another account than the order named: nothing is posted. */
  | { readonly outcome: 'other-account'; readonly orderedFrom: string }
  /** Booked whole before under another reference (a second debit?), or given up before: nothing is posted. */
  | {
      readonly outcome: 'decided-before';
      readonly state: Exclude<PaymentState, 'pending'>;
      readonly bankReference?: string;
    };

/**
 * The bank has booked a payment, whole or in part. What is booked is paid: its transfer is posted and the sheet is paid as far.
 * The rest, if any, stays in transit until the bank books it, refuses it, or two persons give it up. The same booking again
 * is a repeat. Posted on the business day the bank booked it, while no day from there on is closed; else on the open day.
 */
export async function settlePayment(tx: Transaction, booked: BookedPayment): Promise<SettleOutcome> {
  const payment = await lockPayment(tx, booked.endToEndId);
  if (payment === undefined) return { outcome: 'unknown' };
  if (await isBooked(tx, booked)) return { outcome: 'repeat' };
  if (payment.state !== 'pending') {
    const reference = payment.bank_reference === null ? {} : { bankReference: payment.bank_reference };
    return { outcome: 'decided-before', state: payment.state, ...reference };
  }
  if (booked.account !== undefined && booked.account !== payment.pays_out_of) {
    return { outcome: 'other-account', orderedFrom: payment.pays_out_of };
  }
  const openFen = fen(payment.amount_fen - payment.booked_fen);
  if (booked.amountFen > openFen) {
    return { outcome: 'amount-differs', instructedFen: fen(payment.amount_fen), openFen };
  }
  const date = await bookingDate(tx, cityDate(booked.bookedAt));
  const restFen = fen(openFen - booked.amountFen);
  if (restFen > 0n) await bookPart(tx, date, payment, booked, restFen);
  else await bookWhole(tx, date, payment, booked);
  await tx.query(
    `update clearing.settlement_sheet set paid_fen = paid_fen + $2,
            state = case when paid_fen + $2 = payable_fen then 'paid' else state end where sheet_no = $1`,
    [payment.sheet_no, booked.amountFen],
  );
  return restFen > 0n ? { outcome: 'partial', openFen: restFen } : { outcome: 'settled' };
}

const referenceOf = ({ bankReference, part }: BookedPayment): readonly [string, number] => [bankReference, part ?? 1];

async function isBooked(tx: Transaction, booked: BookedPayment): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from clearing.payment_booking
      where end_to_end_id = $1 and bank_reference = $2 and part_no = $3 and amount_fen = $4`,
    [booked.endToEndId, ...referenceOf(booked), booked.amountFen],
  );
  return rowCount === 1;
}

async function bookWhole(
  tx: Transaction,
  date: BusinessDate,
  payment: PaymentRow,
  booked: BookedPayment,
): Promise<void> {
  await tx.query(
    `update clearing.payment set state = 'posted', booked_fen = amount_fen, bank_reference = $2, booked_at = $3, decided_at = now()
      where end_to_end_id = $1`,
    [booked.endToEndId, booked.bankReference, booked.bookedAt],
  );
  const key = `${payment.posting_key}:post`;
  await noteBooking(tx, booked, key);
  await postOrThrow(tx, date, [resolution(key, payment.posting_key, 'post', saidBy(booked))]);
}

/** The pending transfer is taken back and put again as two: what was booked, and what is still on its way. */
async function bookPart(
  tx: Transaction,
  date: BusinessDate,
  payment: PaymentRow,
  booked: BookedPayment,
  restFen: Fen,
): Promise<void> {
  await raiseAlarm(tx, {
    kind: 'payment-booked-in-part',
    severity: 'notice',
    subject: booked.endToEndId,
    evidence: { sheetNo: payment.sheet_no, bookedFen: booked.amountFen, stillOutFen: restFen },
  });
  const { rows } = await tx.query<{ bookings: bigint }>(
    'select count(*) as bookings from clearing.payment_booking where end_to_end_id = $1',
    [booked.endToEndId],
  );
  const number = (rows[0]?.bookings ?? 0n) + 1n;
  const base = `settlement:${booked.endToEndId}`;
  const [part, rest] = [`${base}:part:${number}`, `${base}:rest:${number}`];
  await tx.query(
    'update clearing.payment set booked_fen = booked_fen + $2, posting_key = $3 where end_to_end_id = $1',
    [booked.endToEndId, booked.amountFen, rest],
  );
  await noteBooking(tx, booked, part);
  const leg = { debit: payment.pays_from, credit: payment.pays_out_of };
  const postings: (Posting | Resolution)[] = [
    resolution(`${base}:split:${number}`, payment.posting_key, 'void', 'booked in part; what is left goes on'),
    { key: part, reason: saidBy(booked), legs: [{ ...leg, amount: booked.amountFen }] },
    {
      key: rest,
      reason: `left of payment ${booked.endToEndId}`,
      legs: [{ ...leg, amount: restFen, phase: 'pending' }],
    },
  ];
  await postOrThrow(tx, date, postings);
}

async function noteBooking(tx: Transaction, booked: BookedPayment, postingKey: string): Promise<void> {
  await tx.query(
    `insert into clearing.payment_booking (end_to_end_id, bank_reference, part_no, amount_fen, booked_at, posting_key)
     values ($1, $2, $3, $4, $5, $6)`,
    [booked.endToEndId, ...referenceOf(booked), booked.amountFen, booked.bookedAt, postingKey],
  );
}

const saidBy = ({ bankReference }: BookedPayment): string => `booked by the bank as ${plain(bankReference)}`;

function resolution(key: string, resolves: string, outcome: 'post' | 'void', reason: string): Resolution {
  return { key, resolves, outcome, reason };
}

export type RejectOutcome =
  | { readonly outcome: 'rejected' | 'repeat' | 'unknown' }
  /** A part was booked before: that stays paid, the rest is owed again. */
  | { readonly outcome: 'short'; readonly bookedFen: Fen }
  | { readonly outcome: 'decided-before'; readonly state: 'posted' };

/**
 * The bank refuses a payment: its pending transfer is voided, the amount is payable again, and the sheet waits to be
 * instructed again or carried forward. What was booked before stays paid. When the reason concerns the payee, nothing is paid
 * to it until that is put right. The refusal of one participant's payment does not touch the others of the day.
 */
export async function rejectPayment(
  tx: Transaction,
  rejected: { endToEndId: string; reason: string },
): Promise<RejectOutcome> {
  const payment = await lockPayment(tx, rejected.endToEndId);
  if (payment === undefined) return { outcome: 'unknown' };
  if (payment.state === 'posted') return { outcome: 'decided-before', state: 'posted' };
  if (payment.state !== 'pending') return { outcome: 'repeat' };
  const outcome = await giveUp(tx, payment, { ...rejected, saidBy: 'refused by the bank' });
  if (concernsPayee(rejected.reason)) {
    await holdPayments(tx, {
      participantNo: payment.participant_no,
      causedBy: rejected.endToEndId,
      reason: `the bank refused payment ${rejected.endToEndId} (${plain(rejected.reason)})`,
    });
  }
  await raiseAlarm(tx, {
    kind: 'payment-rejected',
    severity: 'warning',
    subject: rejected.endToEndId,
    evidence: {
      sheetNo: payment.sheet_no,
      amountFen: payment.amount_fen - payment.booked_fen,
      reason: rejected.reason,
    },
  });
  return outcome;
}

/** Ends a payment in transit without (the rest of) its money having moved; the caller holds it and has its reason. */
export async function giveUp(
  tx: Transaction,
  payment: PaymentRow,
  { endToEndId, reason, saidBy: who }: { endToEndId: string; reason: string; saidBy: string },
): Promise<{ outcome: 'rejected' } | { outcome: 'short'; bookedFen: Fen }> {
  const date = await currentBusinessDate(tx);
  await tx.query(
    `update clearing.payment p set state = case when p.booked_fen = 0 then 'rejected' else 'short' end, reason = $2, decided_at = now(),
            bank_reference = b.bank_reference, booked_at = b.booked_at
       from (select 1) one
       left join lateral (select bank_reference, booked_at from clearing.payment_booking where end_to_end_id = $1
                           order by recorded_at desc limit 1) b on true
      where p.end_to_end_id = $1`,
    [endToEndId, reason],
  );
  await tx.query(`update clearing.settlement_sheet set state = 'rejected' where sheet_no = $1`, [payment.sheet_no]);
  const key = `${payment.posting_key}:void`;
  await postOrThrow(tx, date, [resolution(key, payment.posting_key, 'void', `${who}: ${plain(reason)}`)]);
  return payment.booked_fen === 0n ? { outcome: 'rejected' } : { outcome: 'short', bookedFen: fen(payment.booked_fen) };
}
