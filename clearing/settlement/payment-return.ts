import { type Fen, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { holdPayments } from './payment-hold.ts';
import { lockPayment, plain } from './payment-row.ts';

/** Money of a payment of ours that came back: the payee's bank sent it, or our bank took its booking back. */
export interface ReturnedPayment {
  readonly endToEndId: string;
  readonly amountFen: Fen;
  readonly bookedAt: Date;
  /** The bank's reference of the entry it came back by, and which payment inside that entry, from 1. */
  readonly bankReference: string;
  readonly part: number;
  /** Ledger account of the bank account it came back to. */
  readonly account: string;
  /** ISO 20022 external return reason, when the bank gave one. */
  readonly reasonCode?: string;
  readonly reason: string;
}

export type ReturnOutcome =
  | { readonly outcome: 'returned'; readonly postingKey: string }
  | { readonly outcome: 'unknown' }
  /** The bank has not shown yet that it paid it: the entry waits for that. */
  | { readonly outcome: 'not-booked-yet' }
  /** More than was paid and has not come back before: nothing is posted, someone has to look. */
  | { readonly outcome: 'exceeds'; readonly paidFen: Fen };

/**
 * A paid amount comes back. It stands on our account again and is owed to the participant again, on the open day, whose sheet
 * carries it: the day and the sheet that paid it are as they were. Nothing is paid to the participant until its account has
 * changed or two persons release it, so that the money does not go the same way twice.
 */
export async function returnPayment(tx: Transaction, returned: ReturnedPayment): Promise<ReturnOutcome> {
  const { endToEndId, amountFen, bankReference, part } = returned;
  // The open day first: whoever asks for it after other locks waits for a cut-off that waits for them.
  const date = await currentBusinessDate(tx);
  const payment = await lockPayment(tx, endToEndId);
  if (payment === undefined) return { outcome: 'unknown' };
  const postingKey = `return:${endToEndId}:${plain(bankReference)}:${part}`;
  const known = await tx.query(
    'select from clearing.payment_return where end_to_end_id = $1 and bank_reference = $2 and part_no = $3 and amount_fen = $4',
    [endToEndId, bankReference, part, amountFen],
  );
  if (known.rowCount === 1) return { outcome: 'returned', postingKey };
  const paidFen = payment.booked_fen - payment.returned_fen;
  if (amountFen > paidFen) {
    return payment.state === 'pending' ? { outcome: 'not-booked-yet' } : { outcome: 'exceeds', paidFen: fen(paidFen) };
  }
  await tx.query(
    `insert into clearing.payment_return (end_to_end_id, bank_reference, part_no, amount_fen, reason_code, reason, booked_at,
       business_date, posting_key) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      endToEndId,
      bankReference,
      part,
      amountFen,
      returned.reasonCode ?? null,
      returned.reason,
      returned.bookedAt,
      date,
      postingKey,
    ],
  );
  await tx.query('update clearing.payment set returned_fen = returned_fen + $2 where end_to_end_id = $1', [
    endToEndId,
    amountFen,
  ]);
  const leg = { debit: returned.account, credit: payment.pays_from, amount: amountFen };
  await postOrThrow(tx, date, [{ key: postingKey, reason: `came back: ${plain(returned.reason)}`, legs: [leg] }]);
  await holdPayments(tx, {
    participantNo: payment.participant_no,
    causedBy: endToEndId,
    reason: `payment ${endToEndId} came back (${plain(returned.reason)})`,
  });
  await raiseAlarm(tx, {
    kind: 'payment-returned',
    severity: 'warning',
    subject: endToEndId,
    evidence: { participantNo: payment.participant_no, sheetNo: payment.sheet_no, amountFen, reason: returned.reason },
  });
  return { outcome: 'returned', postingKey };
}
