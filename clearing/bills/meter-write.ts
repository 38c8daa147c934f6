import { type Fen, fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import type { BillerLine } from './biller.ts';
import { billErrors } from './errors.ts';
import { type BillPayment, keyOf } from './payment-rows.ts';

/** Field `act` of the industry data of a meter that is written through the card. */
export const METER_ACT = { payment: 0, written: 1, notWritten: 2 } as const;

/** Who asks for the cancellation of a payment whose meter could not be written, and what lets it. */
const REPORTED_BY = 'terminal';
const RULE = 'meter rule';

/** A report of a terminal on the meter write of an earlier payment at its SAM, proved by the card's TAC over amount 0. */
export interface MeterReport {
  readonly cardNo: string;
  readonly samNo: string;
  /** Of the payment. */
  readonly paymentTransaction: bigint;
  readonly act: number;
}

export type ReportOutcome = 'noted' | 'payment-unknown' | 'payment-not-made' | 'write-decided-before';

/** A paid bill whose meter is written through the card is not finished: the write is due from now on. */
export async function noteMeterWrite(
  tx: Transaction,
  payment: BillPayment,
  line: BillerLine | undefined,
): Promise<void> {
  const document = line?.industry?.document;
  if (line === undefined || document?.pattern !== 'meter' || document.meter.by !== 'card') return;
  await tx.query(
    `insert into clearing.meter_write (card_no, sam_no, sam_transaction_no, payment_id, participant_no, industry, amount_fen, due_at, report_until)
     values ($1, $2, $3, $4, $5, $6, $7, now(), now() + make_interval(hours => $8)) on conflict do nothing`,
    [
      ...keyOf(payment),
      payment.paymentId,
      line.biller.participantNo,
      line.industry?.industry,
      payment.amount,
      document.meter.reportedWithinHours,
    ],
  );
}

/**
 * Takes what a terminal reports of a meter write: written, and the payment is finished; not written, and the payment is
 * taken back at the biller, which puts the money into the card's pending credit. The first report decides.
 */
export async function reportMeterWrite(tx: Transaction, report: MeterReport): Promise<ReportOutcome> {
  const key = [report.cardNo, report.samNo, report.paymentTransaction];
  const { rows } = await tx.query<{ state: 'due' | 'written' | 'undone'; payment_id: string }>(
    `select state, payment_id from clearing.meter_write where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 for update`,
    key,
  );
  const [write] = rows;
  if (write === undefined) {
    const known = await tx.query(
      'select from clearing.bill_payment where card_no = $1 and sam_no = $2 and sam_transaction_no = $3',
      key,
    );
    return known.rowCount === 0 ? 'payment-unknown' : 'payment-not-made';
  }
  const wanted = report.act === METER_ACT.written ? 'written' : 'undone';
  if (write.state === wanted) return 'noted';
  if (write.state !== 'due') return 'write-decided-before';
  const cancelling = await tx.query(
    `select from clearing.bill_cancellation where payment_id = $1 and state = 'asked'`,
    [write.payment_id],
  );
  // The biller is being asked to take it back: who reports a write now is shown to people.
  if (cancelling.rowCount !== 0 && wanted === 'written') return 'write-decided-before';
  await decideMeterWrite(tx, key, wanted, REPORTED_BY);
  if (wanted === 'undone') {
    await tx.query(
      `insert into clearing.bill_cancellation (card_no, sam_no, sam_transaction_no, payment_id, reason, proposed_by, approved_by, state, asked_at, next_try_at)
       values ($1, $2, $3, $4, 'the meter was not written', '${REPORTED_BY}', '${RULE}', 'asked', now(), now()) on conflict do nothing`,
      [...key, write.payment_id],
    );
  }
  return 'noted';
}

/** Ends a meter write that is due. */
export async function decideMeterWrite(
  tx: Transaction,
  key: readonly unknown[],
  state: 'written' | 'undone',
  by: string,
): Promise<void> {
  await tx.query(
    `update clearing.meter_write set state = $4, decided_by = $5, decided_at = now()
      where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 and state = 'due'`,
    [...key, state, by],
  );
}

/**
 * The biller has read its meter: the write took place, whatever became of the terminal's report. Confirming again changes
 * nothing.
 *
 * @throws CityCardError `clearing.bills.write-unknown`, `.not-yours`, `.write-decided`
 */
export async function confirmMeterWrite(tx: Transaction, partner: Principal, paymentId: string): Promise<void> {
  const { rows } = await tx.query<{ state: string; participant_no: string; key: [string, string, string] }>(
    `select state, participant_no, array[card_no, sam_no, sam_transaction_no::text] as key
       from clearing.meter_write where payment_id = $1 for update`,
    [paymentId],
  );
  const [write] = rows;
  if (write === undefined) throw billErrors.writeUnknown();
  if (write.participant_no !== partner.participantNo) throw billErrors.notYours({ billerCode: write.participant_no });
  if (write.state === 'written') return;
  const cancelling = await tx.query(
    `select from clearing.bill_cancellation where payment_id = $1 and state in ('asked', 'cancelled')`,
    [paymentId],
  );
  if (write.state !== 'due' || cancelling.rowCount !== 0) throw billErrors.writeDecided({ state: 'undone' });
  await decideMeterWrite(tx, write.key, 'written', partner.id);
  await recordAct(tx, partner, { act: 'confirm-meter-write', subject: `payment ${paymentId}` });
}

/** A meter write nobody has reported yet; the card number is the caller's to mask. */
export interface DueWrite {
  readonly cardNo: string;
  readonly paymentId: string;
  readonly participantNo: string;
  readonly industry: number;
  readonly amountFen: Fen;
  readonly dueAt: Date;
  readonly overdue: boolean;
}

/** Meter writes that are due, the oldest first; the first thousand. */
export async function dueMeterWrites(tx: Transaction, participantNo?: string): Promise<DueWrite[]> {
  const { rows } = await tx.query<{
    card_no: string;
    payment_id: string;
    participant_no: string;
    industry: number;
    amount_fen: bigint;
    due_at: Date;
    overdue: boolean;
  }>(
    `select card_no, payment_id, participant_no, industry, amount_fen, due_at, report_until < now() as overdue from clearing.meter_write
      where state = 'due' and ($1::text is null or participant_no = $1) order by report_until limit 1000`,
    [participantNo ?? null],
  );
  return rows.map((row) => ({
    cardNo: row.card_no,
    paymentId: row.payment_id,
    participantNo: row.participant_no,
    industry: row.industry,
    amountFen: fen(row.amount_fen),
    dueAt: row.due_at,
    overdue: row.overdue,
  }));
}

/** One alarm a day for each biller with writes that nobody reported in time. */
export async function alarmOverdueWrites(tx: Transaction): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; count: bigint; amount_fen: bigint }>(
    `select participant_no, count(*) as count, sum(amount_fen)::bigint as amount_fen from clearing.meter_write w
      where state = 'due' and report_until < now()
        and not exists (select from clearing.alarm a where a.kind = 'meter-write-overdue' and a.subject = 'participant ' || w.participant_no
                           and a.raised_at > now() - interval '1 day')
      group by 1`,
  );
  for (const row of rows) {
    await raiseAlarm(tx, {
      kind: 'meter-write-overdue',
      severity: 'warning',
      subject: `participant ${row.participant_no}`,
      evidence: { payments: row.count, amountFen: row.amount_fen },
    });
  }
}
