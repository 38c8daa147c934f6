import { createHash } from 'node:crypto';
import { type Database, type Fen, fen, type Transaction } from '@citycard/common';

/** Message 12 once its record is stored and its TAC found right. */
export interface BillPurchase {
  /** 19 digits, or all 20 of a serial of another shape. */
  readonly cardNo: string;
  readonly issuerCity: string;
  readonly samNo: string;
  readonly samTransactionNo: bigint | number;
  readonly amount: Fen;
  readonly billerCode: string;
  readonly customer: string;
  readonly billReference: string;
}

/** A payment as it stands. */
export interface BillPayment extends BillPurchase {
  readonly paymentId: string;
  readonly samTransactionNo: bigint;
  readonly lateFee: Fen;
  readonly state: 'asked' | 'paid' | 'refused';
  readonly receipt: string;
  readonly meterToken: string;
  readonly refusal?: string;
  readonly settled?: 'biller' | 'card' | 'loss' | 'void';
  readonly tries: number;
  readonly askedAt: Date;
  readonly decidedAt?: Date;
}

interface Row {
  card_no: string;
  sam_no: string;
  sam_transaction_no: bigint;
  issuer_city: string;
  payment_id: string;
  biller_code: string;
  customer: string;
  bill_reference: string;
  amount_fen: bigint;
  late_fee_fen: bigint;
  state: BillPayment['state'];
  receipt: string;
  meter_token: string;
  refusal: string | null;
  settled: 'biller' | 'card' | 'loss' | 'void' | null;
  tries: number;
  asked_at: Date;
  decided_at: Date | null;
}

const SELECT = `select card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference, amount_fen,
  late_fee_fen, state, receipt, meter_token, refusal, settled, tries, asked_at, decided_at from clearing.bill_payment`;

const toPayment = (row: Row): BillPayment => ({
  cardNo: row.card_no,
  samNo: row.sam_no,
  samTransactionNo: row.sam_transaction_no,
  issuerCity: row.issuer_city,
  paymentId: row.payment_id,
  billerCode: row.biller_code,
  customer: row.customer,
  billReference: row.bill_reference,
  amount: fen(row.amount_fen),
  lateFee: fen(row.late_fee_fen),
  state: row.state,
  receipt: row.receipt,
  meterToken: row.meter_token,
  ...(row.refusal !== null && { refusal: row.refusal }),
  ...(row.settled !== null && { settled: row.settled }),
  tries: row.tries,
  askedAt: row.asked_at,
  ...(row.decided_at !== null && { decidedAt: row.decided_at }),
});

/** The primary key of a payment: what the TAC proves of its purchase. */
export const keyOf = (purchase: Pick<BillPurchase, 'cardNo' | 'samNo' | 'samTransactionNo'>): unknown[] => [
  purchase.cardNo,
  purchase.samNo,
  purchase.samTransactionNo,
];

/** What the biller knows the payment by: unique to the purchase, and nothing a stranger could read a card from. */
export function paymentIdOf(purchase: BillPurchase): string {
  return createHash('sha256')
    .update(['bill', ...keyOf(purchase)].join('\u001f'))
    .digest('hex')
    .slice(0, 32);
}

/** Payments by a condition on `clearing.bill_payment`. */
export async function payments(
  db: Database | Transaction,
  condition: string,
  values: readonly unknown[],
): Promise<BillPayment[]> {
  const { rows } = await (db as Database).query<Row>(`${SELECT} ${condition}`, [...values]);
  return rows.map(toPayment);
}

/** The payment of a purchase, if it was written down. */
export async function paymentOf(db: Database | Transaction, purchase: BillPurchase): Promise<BillPayment | undefined> {
  const found = await payments(db, 'where card_no = $1 and sam_no = $2 and sam_transaction_no = $3', keyOf(purchase));
  return found[0];
}

/** The payment a biller knows by this id. */
export async function paymentById(db: Database | Transaction, paymentId: string): Promise<BillPayment | undefined> {
  return (await payments(db, 'where payment_id = $1', [paymentId]))[0];
}
