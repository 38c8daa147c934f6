import { type Database, transact } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import type { BillAnswer, BillerDirectory, BillerLine } from './biller.ts';
import { quotedLateFee } from './enquiry.ts';
import { noteMeterWrite } from './meter-write.ts';
import { type BillPayment, type BillPurchase, keyOf, paymentIdOf, paymentOf } from './payment-rows.ts';
import { settleBills } from './settle-bills.ts';
import { isWellTyped } from './typed-text.ts';

export type { BillPurchase } from './payment-rows.ts';

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
/** The terminal repeats for a while; only then do we ask by ourselves. */
const TERMINAL_REPEATS_FOR = '10 seconds';

/**
 * Pays a bill with a purchase that is stored and whose TAC is right: neither a gray record nor a wrong TAC may come here.
 * The payment is written down before the biller is asked, so a crash at any point is made good by asking again under the
 * same id. When the biller refuses, the amount becomes the card's pending credit as soon as the purchase is accepted.
 * (terminal-interface.md §3, "Purchases with a bill")
 */
export async function payBill(deps: BillDeps, purchase: BillPurchase): Promise<BillDecision> {
  const payment = await writeDown(deps.db, purchase);
  const same =
    payment.billerCode === purchase.billerCode &&
    payment.customer === purchase.customer &&
    payment.billReference === purchase.billReference &&
    payment.amount === purchase.amount;
  if (!same) return { code: '94' };
  const decided = payment.state === 'asked' ? await askBiller(deps, payment) : payment;
  return decided === undefined ? { code: '68' } : answerOf(decided);
}

/** Asks the biller of an undecided payment, once more or for the first time; undefined while it has not decided. */
export async function askBiller({ db, billers }: BillDeps, payment: BillPayment): Promise<BillPayment | undefined> {
  const line = await billers(payment.billerCode);
  const answer = line === undefined ? refused('there is no such biller') : await ask(line, payment);
  if (answer.outcome === 'undecided') return undefined;
  const decided = await writeDecision(db, payment, answer, line);
  await settleBills(db, { cardNo: payment.cardNo });
  return decided;
}

const refused = (reason: string): BillAnswer => ({ outcome: 'refused', reason });

async function ask({ adapter, industry }: BillerLine, payment: BillPayment): Promise<BillAnswer> {
  const { paymentId, customer, billReference: reference, amount, lateFee } = payment;
  if (industry !== undefined) {
    const { customer: customerRule, reference: referenceRule } = industry.document;
    if (!isWellTyped(customer, customerRule)) return refused(`this is no ${customerRule.nameEnglish}`);
    if (!isWellTyped(reference, referenceRule)) return refused(`this is no ${referenceRule.nameEnglish}`);
  }
  const answer = await adapter.pay({ paymentId, customer, reference, amount, lateFee });
  const needsToken = industry?.document.pattern === 'meter' && industry.document.meter.by === 'token';
  if (answer.outcome === 'paid' && needsToken && answer.meterToken === undefined)
    return { outcome: 'undecided', reason: 'the biller gave no token for the meter' };
  return answer;
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

const COLUMNS = `card_no, sam_no, sam_transaction_no, issuer_city, payment_id, biller_code, customer, bill_reference, amount_fen`;
const PLACES = '$1, $2, $3, $4, $5, $6, $7, $8, $9';

function columnValues(purchase: BillPurchase): unknown[] {
  const { issuerCity, billerCode, customer, billReference, amount } = purchase;
  return [...keyOf(purchase), issuerCity, paymentIdOf(purchase), billerCode, customer, billReference, amount];
}

async function writeDown(db: Database, purchase: BillPurchase): Promise<BillPayment> {
  const { billerCode, customer, billReference, amount } = purchase;
  const lateFee = await quotedLateFee(db, billerCode, customer, billReference, amount);
  return transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.bill_payment (${COLUMNS}, late_fee_fen, asked_at, next_try_at)
       values (${PLACES}, $10, now(), now() + interval '${TERMINAL_REPEATS_FOR}')
       on conflict (card_no, sam_no, sam_transaction_no) do update
         set state = 'asked', refusal = null, decided_at = null, asked_at = now(), biller_code = excluded.biller_code,
             customer = excluded.customer, bill_reference = excluded.bill_reference, amount_fen = excluded.amount_fen,
             late_fee_fen = excluded.late_fee_fen, next_try_at = excluded.next_try_at
         where bill_payment.refusal = '${UNPROVED}' and bill_payment.settled is null`,
      [...columnValues(purchase), lateFee],
    );
    const written = await paymentOf(tx, purchase);
    if (written === undefined) throw new Error('a payment just written is not there');
    return written;
  });
}

/** The first decision stands; two requests at once ask twice and hear the same, and another decision later is an alarm. */
async function writeDecision(
  db: Database,
  payment: BillPayment,
  answer: Exclude<BillAnswer, { outcome: 'undecided' }>,
  line: BillerLine | undefined,
): Promise<BillPayment> {
  const paid = answer.outcome === 'paid';
  const [receipt, meterToken] = paid ? [answer.receipt, answer.meterToken ?? ''] : ['', ''];
  return transact(db, async (tx) => {
    const { rowCount } = await tx.query(
      `update clearing.bill_payment set state = $4, receipt = $5, meter_token = $6, refusal = $7, decided_at = now(), next_try_at = null
        where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 and state = 'asked'`,
      [...keyOf(payment), answer.outcome, receipt, meterToken, paid ? null : answer.reason],
    );
    const decided = await paymentOf(tx, payment);
    if (decided === undefined) throw new Error('a payment just decided is not there');
    if (rowCount === 1 && paid) await noteMeterWrite(tx, decided, line);
    const same = decided.state === answer.outcome && decided.receipt === receipt && decided.meterToken === meterToken;
    if (!same) {
      await raiseAlarm(tx, {
        kind: 'biller-answers-differ',
        severity: 'warning',
        subject: `biller ${payment.billerCode} payment ${payment.paymentId}`,
        evidence: { first: decided.state, receipt: decided.receipt, later: answer.outcome, laterReceipt: receipt },
      });
    }
    return decided;
  });
}

function answerOf(payment: BillPayment): BillDecision {
  return {
    code: '00',
    receipt: payment.receipt.padEnd(RECEIPT_LENGTH),
    meterToken: payment.meterToken.padEnd(METER_TOKEN_LENGTH),
  };
}
