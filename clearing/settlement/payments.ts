import {
  approveAct,
  type BusinessDate,
  businessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { settlementErrors } from './errors.ts';
import { giveUp } from './payment-outcome.ts';
import { lockPayment, type PaymentState } from './payment-row.ts';

/** One booking of the bank for a payment, or one amount that came back of it. */
interface BankMovement {
  readonly bankReference: string;
  readonly part: number;
  readonly amountFen: Fen;
  readonly bookedAt: Date;
}

/** A payment with everything the bank did to it. */
export interface Payment {
  readonly endToEndId: string;
  readonly sheetNo: string;
  readonly participantNo: string;
  readonly attempt: number;
  readonly messageId: string;
  readonly businessDate: BusinessDate;
  readonly requestedDate: BusinessDate;
  readonly state: PaymentState;
  /** Ordered = in transit + paid + given up; returned is a part of paid. */
  readonly amountFen: Fen;
  readonly inTransitFen: Fen;
  readonly paidFen: Fen;
  readonly givenUpFen: Fen;
  readonly returnedFen: Fen;
  /** Why it was refused or given up. */
  readonly reason?: string;
  readonly bookings: readonly BankMovement[];
  readonly returns: readonly (BankMovement & { readonly reason: string; readonly reasonCode?: string })[];
}

interface PaymentViewRow {
  end_to_end_id: string;
  sheet_no: string;
  participant_no: string;
  attempt: number;
  message_id: string;
  business_date: string;
  requested_date: string;
  state: PaymentState;
  amount_fen: bigint;
  booked_fen: bigint;
  returned_fen: bigint;
  reason: string | null;
}

/** At most this many payments are listed at once, the oldest first. */
const LIST_LIMIT = 1000;

export interface PaymentFilter {
  readonly endToEndId?: string;
  readonly date?: BusinessDate;
  readonly state?: PaymentState;
  readonly participantNo?: string;
  readonly sheetNo?: string;
}

/** Payments that fit, the oldest first. */
export async function listPayments(db: Database | Transaction, filter: PaymentFilter): Promise<Payment[]> {
  const { rows } = await (db as Database).query<PaymentViewRow>(
    `select p.end_to_end_id, p.sheet_no, s.participant_no, p.attempt, p.message_id, p.business_date, m.requested_date, p.state,
            p.amount_fen, p.booked_fen, p.returned_fen, p.reason
       from clearing.payment p
       join clearing.settlement_sheet s using (sheet_no)
       join clearing.payment_message m using (message_id)
      where ($1::text is null or p.end_to_end_id = $1) and ($2::date is null or p.business_date = $2)
        and ($3::text is null or p.state = $3) and ($4::text is null or s.participant_no = $4)
        and ($5::text is null or p.sheet_no = $5)
      order by p.business_date, p.end_to_end_id limit $6`,
    [
      filter.endToEndId ?? null,
      filter.date ?? null,
      filter.state ?? null,
      filter.participantNo ?? null,
      filter.sheetNo ?? null,
      LIST_LIMIT,
    ],
  );
  const ids = rows.map((row) => row.end_to_end_id);
  const bookings = await bookingsOf(db, ids);
  const returns = await returnsOf(db, ids);
  return rows.map((row) => {
    const openFen = fen(row.amount_fen - row.booked_fen);
    return {
      endToEndId: row.end_to_end_id,
      sheetNo: row.sheet_no,
      participantNo: row.participant_no,
      attempt: row.attempt,
      messageId: row.message_id,
      businessDate: businessDate(row.business_date),
      requestedDate: businessDate(row.requested_date),
      state: row.state,
      amountFen: fen(row.amount_fen),
      inTransitFen: row.state === 'pending' ? openFen : fen(0n),
      paidFen: fen(row.booked_fen),
      givenUpFen: row.state === 'rejected' || row.state === 'short' ? openFen : fen(0n),
      returnedFen: fen(row.returned_fen),
      ...(row.reason !== null && { reason: row.reason }),
      bookings: bookings.filter(({ id }) => id === row.end_to_end_id).map(({ id: _id, ...booking }) => booking),
      returns: returns.filter(({ id }) => id === row.end_to_end_id).map(({ id: _id, ...back }) => back),
    };
  });
}

interface MovementRow {
  id: string;
  bank_reference: string;
  part_no: number;
  amount_fen: bigint;
  booked_at: Date;
}

const toMovement = (row: MovementRow): BankMovement & { readonly id: string } => ({
  id: row.id,
  bankReference: row.bank_reference,
  part: row.part_no,
  amountFen: fen(row.amount_fen),
  bookedAt: row.booked_at,
});

async function bookingsOf(db: Database | Transaction, ids: readonly string[]) {
  const { rows } = await (db as Database).query<MovementRow>(
    `select end_to_end_id as id, bank_reference, part_no, amount_fen, booked_at from clearing.payment_booking
      where end_to_end_id = any($1) order by recorded_at, bank_reference, part_no`,
    [ids],
  );
  return rows.map(toMovement);
}

async function returnsOf(db: Database | Transaction, ids: readonly string[]) {
  const { rows } = await (db as Database).query<MovementRow & { reason: string; reason_code: string | null }>(
    `select end_to_end_id as id, bank_reference, part_no, amount_fen, booked_at, reason, reason_code from clearing.payment_return
      where end_to_end_id = any($1) order by recorded_at, bank_reference, part_no`,
    [ids],
  );
  return rows.map((row) => ({
    ...toMovement(row),
    reason: row.reason,
    ...(row.reason_code !== null && { reasonCode: row.reason_code }),
  }));
}

const GIVE_UP = 'payment-give-up';

async function inTransit(tx: Transaction, endToEndId: string, reason: string) {
  const payment = await lockPayment(tx, endToEndId);
  if (payment === undefined) throw settlementErrors.paymentUnknown({ endToEndId });
  if (payment.state !== 'pending') throw settlementErrors.paymentNotOut({ endToEndId, state: payment.state });
  const openFen = payment.amount_fen - payment.booked_fen;
  return { payment, content: { endToEndId, openFen: openFen.toString(), reason } };
}

/**
 * Proposes that a payment, or what is left of one, will not come any more: the bank recalled it or has lost it, and says so on
 * paper. What is still in transit becomes owed again; whatever the bank books afterwards is an open item.
 *
 * @throws CityCardError `clearing.settlement.payment-unknown`, `.payment-not-out`
 */
export async function proposeGiveUp(
  tx: Transaction,
  maker: Principal,
  endToEndId: string,
  reason: string,
): Promise<{ approvalId: bigint }> {
  const { content } = await inTransit(tx, endToEndId, reason);
  const proposal = await proposeAct(tx, maker, { act: GIVE_UP, subject: endToEndId, content });
  await recordAct(tx, maker, { act: `${GIVE_UP} proposed`, subject: endToEndId, detail: content });
  return proposal;
}

/** A second person confirms, with the same reason. @throws as {@link proposeGiveUp}, identity.same-person, .content-differs */
export async function approveGiveUp(
  tx: Transaction,
  checker: Principal,
  endToEndId: string,
  approvalId: bigint,
  reason: string,
): Promise<{ endToEndId: string; state: PaymentState }> {
  const { payment, content } = await inTransit(tx, endToEndId, reason);
  const { maker } = await approveAct(tx, checker, approvalId, content);
  const who = `given up by ${maker} and ${checker.id}`;
  const { outcome } = await giveUp(tx, payment, { endToEndId, reason, saidBy: who });
  const evidence = { sheetNo: payment.sheet_no, openFen: content.openFen, reason };
  await raiseAlarm(tx, { kind: 'payment-given-up', severity: 'warning', subject: endToEndId, evidence });
  await recordAct(tx, checker, { act: GIVE_UP, subject: endToEndId, detail: { approvalId, ...content } });
  return { endToEndId, state: outcome };
}
