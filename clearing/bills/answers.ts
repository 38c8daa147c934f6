import { type Fen, fen } from '@citycard/common';
import type { BillAnswer, CancellationAnswer, DueBill, StatementLine } from './biller.ts';

const RECEIPT = /^[\x20-\x7e]{1,16}$/;
const METER_TOKEN = /^\d{20}$/;
const REFERENCE = /^[\x21-\x7e][\x20-\x7e]{0,15}$/;
const DUE_DATE = /^\d{8}$/;
const PAYMENT_ID = /^[0-9A-Za-z-]{1,64}$/;
const LONGEST_REASON = 200;

/**
 * Reads a biller's answer to a payment; anything the interface does not know is no decision, and neither is the answer to
 * another payment or another amount, where the biller repeats them.
 */
export function readAnswer(body: unknown, asked?: { readonly paymentId: string; readonly amount: Fen }): BillAnswer {
  const answer = asRecord(body);
  const { receipt, meterToken, reason } = answer;
  const other = asked && differs(answer, asked);
  if (other !== undefined) return { outcome: 'undecided', reason: other };
  if (answer['outcome'] === 'paid' && typeof receipt === 'string' && isReceipt(receipt)) {
    if (meterToken === undefined) return { outcome: 'paid', receipt };
    if (typeof meterToken === 'string' && METER_TOKEN.test(meterToken)) return { outcome: 'paid', receipt, meterToken };
  }
  if (answer['outcome'] === 'refused') return { outcome: 'refused', reason: textOf(reason) || 'no reason given' };
  return { outcome: 'undecided', reason: textOf(reason) || 'the biller has not decided' };
}

/** A receipt of blanks would say that the biller refused. */
const isReceipt = (receipt: string): boolean => RECEIPT.test(receipt) && receipt.trim() !== '';

function differs(
  answer: Readonly<Record<string, unknown>>,
  asked: { readonly paymentId: string; readonly amount: Fen },
): string | undefined {
  const { paymentId, amountFen } = answer;
  if (paymentId !== undefined && paymentId !== asked.paymentId) return 'the biller answers for another payment';
  if (amountFen !== undefined && amountFen !== Number(asked.amount)) return 'the biller answers for another amount';
  return undefined;
}

/** Reads a biller's answer to a cancellation. */
export function readCancellation(body: unknown, asked: { readonly paymentId: string }): CancellationAnswer {
  const answer = asRecord(body);
  const { outcome, paymentId, reason } = answer;
  if (paymentId !== undefined && paymentId !== asked.paymentId)
    return { outcome: 'undecided', reason: 'the biller answers for another payment' };
  if (outcome === 'cancelled') return { outcome };
  if (outcome === 'refused') return { outcome, reason: textOf(reason) || 'no reason given' };
  return { outcome: 'undecided', reason: textOf(reason) || 'the biller has not decided' };
}

/** Reads a biller's list of open bills; undefined when it is not one. `dueFen` is without the late fee it states. */
export function readBills(body: unknown): DueBill[] | undefined {
  const { bills } = asRecord(body);
  if (!Array.isArray(bills)) return undefined;
  const read = bills.map((each: unknown): DueBill | undefined => {
    const { reference, dueFen, lateFeeFen = 0, dueDate, text } = asRecord(each);
    if (typeof reference !== 'string' || !REFERENCE.test(reference)) return undefined;
    if (!isAmount(dueFen) || !isAmount(lateFeeFen)) return undefined;
    if (typeof dueDate !== 'string' || !DUE_DATE.test(dueDate)) return undefined;
    return {
      reference,
      due: fen(BigInt(dueFen) + BigInt(lateFeeFen)),
      ...(lateFeeFen > 0 && { lateFee: fen(lateFeeFen) }),
      dueDate,
      text: textOf(text),
    };
  });
  return read.every((bill) => bill !== undefined) ? read : undefined;
}

/** Reads a page of what a biller booked on a day; undefined when it is not one. */
export function readStatement(body: unknown): { lines: StatementLine[]; next?: string } | undefined {
  const { payments, next } = asRecord(body);
  if (!Array.isArray(payments) || (next !== undefined && typeof next !== 'string')) return undefined;
  const lines = payments.map((each: unknown): StatementLine | undefined => {
    const { paymentId, amountFen, outcome, receipt = '' } = asRecord(each);
    if (typeof paymentId !== 'string' || !PAYMENT_ID.test(paymentId) || !isAmount(amountFen)) return undefined;
    if ((outcome !== 'paid' && outcome !== 'cancelled') || typeof receipt !== 'string') return undefined;
    if (receipt !== '' && !RECEIPT.test(receipt)) return undefined;
    return { paymentId, amountFen: fen(amountFen), outcome, receipt };
  });
  if (!lines.every((line) => line !== undefined)) return undefined;
  return { lines, ...(next !== undefined && next !== '' && { next }) };
}

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.replaceAll(/\p{Cc}/gu, ' ').slice(0, LONGEST_REASON) : '';

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
