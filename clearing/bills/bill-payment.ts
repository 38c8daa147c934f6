import { createHash } from 'node:crypto';
import { type Database, type Fen, fen, transact } from '@citycard/common';
import type { BillAnswer, BillerDirectory, DueBill } from './biller.ts';
import { settleBills } from './settle-bills.ts';

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

export type BillDecision =
  /** 16 characters and 20 digits, or blanks. A receipt of blanks says that the biller refused. */
  | { readonly code: '00'; readonly receipt: string; readonly meterToken: string }
  /** The biller has not decided; the terminal's repeat asks again. */
  | { readonly code: '68' }
  /** The same purchase pays another bill already. */
  | { readonly code: '94' };

export interface BillDeps {
  readonly db: Database;
  readonly billers: BillerDirectory;
}

/** Why a bill was not even asked for; a record of the same purchase that is proved later asks anew. */
const UNPROVED = 'the purchase could not be proved at the terminal';
const RECEIPT_LENGTH = 16;
const METER_TOKEN_LENGTH = 20;

interface PaymentRow {
  payment_id: string;
  biller_code: string;
  customer: string;
  bill_reference: string;
  amount_fen: bigint;
  state: 'asked' | 'paid' | 'refused';
  receipt: string;
  meter_token: string;
}

/**
 * Pays a bill with a purchase that is stored and whose TAC is right: neither a gray record nor a wrong TAC may come here.
 * The payment is written down before the biller is asked, so a crash at any point is made good by asking again under the
 * same id. When the biller refuses, the amount becomes the card's pending credit as soon as the purchase is accepted.
 * (terminal-interface.md §3, "Purchases with a bill")
 */
export async function payBill({ db, billers }: BillDeps, purchase: BillPurchase): Promise<BillDecision> {
  const payment = await writeDown(db, purchase);
  const same =
    payment.biller_code === purchase.billerCode &&
    payment.customer === purchase.customer &&
    payment.bill_reference === purchase.billReference &&
    payment.amount_fen === purchase.amount;
  if (!same) return { code: '94' };
  if (payment.state !== 'asked') return answerOf(payment);

  const found = await billers(purchase.billerCode);
  const answer: BillAnswer = found
    ? await found.adapter.pay({
        paymentId: payment.payment_id,
        customer: purchase.customer,
        reference: purchase.billReference,
        amount: purchase.amount,
      })
    : { outcome: 'refused', reason: 'there is no such biller' };
  if (answer.outcome === 'undecided') return { code: '68' };
  const decided = await writeDecision(db, purchase, answer);
  await settleBills(db, { cardNo: purchase.cardNo });
  return answerOf(decided);
}

/**
 * Notes that a stored purchase pays no bill because nobody can tell now whether it happened: a gray record, or another city's
 * card. Should it be accepted later, its amount goes back to the card and not to the terminal's owner. A payment that was
 * asked for already stays as it is.
 */
export async function withholdBill(db: Database, purchase: BillPurchase): Promise<void> {
  await db.query(
    `insert into clearing.bill_payment (${COLUMNS}, asked_at, state, refusal, decided_at)
     values (${PLACES}, now(), 'refused', $10, now()) on conflict (card_no, sam_no, sam_transaction_no) do nothing`,
    [...columnValues(purchase), UNPROVED],
  );
}

/** Open bills of a customer (message 13): 03 for a biller we do not know, 68 when it could not be asked. */
export async function enquireBills(
  billers: BillerDirectory,
  billerCode: string,
  customer: string,
): Promise<{ code: '00'; bills: readonly DueBill[]; totalDue: Fen } | { code: '03' | '68' }> {
  const found = await billers(billerCode);
  if (found === undefined) return { code: '03' };
  const bills = await found.adapter.enquire(customer);
  if (bills === undefined) return { code: '68' };
  return { code: '00', bills, totalDue: fen(bills.reduce((sum, bill) => sum + bill.due, 0n)) };
}

const keyOf = (purchase: BillPurchase): [string, string, bigint | number] => [
  purchase.cardNo,
  purchase.samNo,
  purchase.samTransactionNo,
];

/** What the biller knows the payment by: unique to the purchase, and nothing a stranger could read a card from. */
function paymentIdOf(purchase: BillPurchase): string {
  return createHash('sha256')
    .update(['bill', ...keyOf(purchase)].join('\u001f'))
    .digest('hex')
    .slice(0, 32);
}

const COLUMNS = `card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference, amount_fen`;
const PLACES = '$1, $2, $3, $4, $5, $6, $7, $8, $9';

function columnValues(purchase: BillPurchase): unknown[] {
  const { issuerCity, billerCode, customer, billReference, amount } = purchase;
  return [...keyOf(purchase), issuerCity, paymentIdOf(purchase), billerCode, customer, billReference, amount];
}

async function writeDown(db: Database, purchase: BillPurchase): Promise<PaymentRow> {
  return transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.bill_payment (${COLUMNS}, asked_at) values (${PLACES}, now())
       on conflict (card_no, sam_no, sam_transaction_no) do update
         set state = 'asked', refusal = null, decided_at = null, asked_at = now(), biller_code = excluded.biller_code,
             customer = excluded.customer, bill_reference = excluded.bill_reference, amount_fen = excluded.amount_fen
         where bill_payment.refusal = '${UNPROVED}' and bill_payment.settled is null`,
      columnValues(purchase),
    );
    const { rows } = await tx.query<PaymentRow>(
      `${SELECT} where card_no = $1 and sam_no = $2 and sam_transaction_no = $3`,
      [...keyOf(purchase)],
    );
    if (rows[0] === undefined) throw new Error('a payment just written is not there');
    return rows[0];
  });
}

/** The first decision stands; two requests at once ask twice and hear the same. */
async function writeDecision(
  db: Database,
  purchase: BillPurchase,
  answer: Exclude<BillAnswer, { outcome: 'undecided' }>,
): Promise<PaymentRow> {
  const paid = answer.outcome === 'paid';
  return transact(db, async (tx) => {
    await tx.query(
      `update clearing.bill_payment set state = $4, receipt = $5, meter_token = $6, refusal = $7, decided_at = now()
        where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 and state = 'asked'`,
      [
        ...keyOf(purchase),
        answer.outcome,
        paid ? answer.receipt : '',
        paid ? (answer.meterToken ?? '') : '',
        paid ? null : answer.reason,
      ],
    );
    const { rows } = await tx.query<PaymentRow>(
      `${SELECT} where card_no = $1 and sam_no = $2 and sam_transaction_no = $3`,
      [...keyOf(purchase)],
    );
    if (rows[0] === undefined) throw new Error('a payment just decided is not there');
    return rows[0];
  });
}

const SELECT = `select payment_id, biller_code, customer, bill_reference, amount_fen, state, receipt, meter_token
  from clearing.bill_payment`;

function answerOf(payment: PaymentRow): BillDecision {
  return {
    code: '00',
    receipt: payment.receipt.padEnd(RECEIPT_LENGTH),
    meterToken: payment.meter_token.padEnd(METER_TOKEN_LENGTH),
  };
}
