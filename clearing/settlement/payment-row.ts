import { type BusinessDate, businessDate, type Transaction } from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';

export type PaymentState = 'pending' | 'posted' | 'short' | 'rejected';

/** A payment as those see it who decide about it, held until the transaction ends. */
export interface PaymentRow {
  readonly sheet_no: string;
  readonly participant_no: string;
  /** The account of ours that owes it. */
  readonly pays_from: string;
  /** The bank account its pending transfer leaves. */
  readonly pays_out_of: string;
  readonly amount_fen: bigint;
  readonly booked_fen: bigint;
  readonly returned_fen: bigint;
  /** Key of the pending transfer: of the whole, or of what is left when a part was booked. */
  readonly posting_key: string;
  readonly state: PaymentState;
  readonly bank_reference: string | null;
}

/** The payment of that id, ours until the transaction ends. */
export async function lockPayment(tx: Transaction, endToEndId: string): Promise<PaymentRow | undefined> {
  const { rows } = await tx.query<PaymentRow>(
    `select p.sheet_no, s.participant_no, s.pays_from, l.credit_account as pays_out_of, p.amount_fen, p.booked_fen, p.returned_fen,
            p.posting_key, p.state, p.bank_reference
       from clearing.payment p
       join clearing.settlement_sheet s using (sheet_no)
       join clearing.ledger_pending l on l.card_no = '' and l.posting_key = p.posting_key and l.leg = 1
      where p.end_to_end_id = $1 for update of p`,
    [endToEndId],
  );
  return rows[0];
}

/** The bank's text in a ledger reason: printable and short. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 200) || 'no reason given';

/**
 * The day a bank booking belongs to in the ledger. A closed day and the balances at its end never change, so a booking
 * that comes too late for its own day goes to the open one.
 */
export async function bookingDate(tx: Transaction, booked: BusinessDate): Promise<BusinessDate> {
  const { rows } = await tx.query<{ business_date: string }>(
    `select business_date from clearing.business_day d
      where business_date = $1 and state <> 'closed'
        and not exists (select from clearing.business_day later where later.business_date > $1 and later.state = 'closed')
        for share`,
    [booked],
  );
  return rows[0] === undefined ? currentBusinessDate(tx) : businessDate(rows[0].business_date);
}
