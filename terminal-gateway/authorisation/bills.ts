import { createHash } from 'node:crypto';
import {
  type BillPurchase,
  cardFactor,
  cityFactor,
  decodePurchaseRecord,
  enquireBills,
  findPurse,
  FLAG,
  HOME_CITY,
  intakeMessage,
  markAnswered,
  parseCardNo,
  payBill as payBillWithPurchase,
  type PurchaseRecord,
  rootKey,
  tacInput,
  withholdBill,
} from '@citycard/clearing';
import { transact } from '@citycard/common';
import type { OutgoingFrame } from '../codec/frame-writer.ts';
import { answerFields } from '../catalogue/answer.ts';
import { BILLS_PER_ANSWER } from '../codec/payloads/purchases.ts';
import { answerKnown, freshAnswer, keepIfStored } from '../answers/answer-once.ts';
import { identityOf, keepFact, lockIdentity, recall } from '../answers/stored-answers.ts';
import type { Decision, RequestContext } from '../requests/context.ts';

type BillContext = RequestContext<'billPayment'>;

/**
 * Message 12. The record is stored first: the card has paid. Then its TAC is checked, then the biller is asked; while the
 * biller has not decided the answer is 68 and the repeat asks again (terminal interface, section 3, Purchases with a bill).
 */
export async function payBill(context: BillContext): Promise<OutgoingFrame> {
  const taken = await takeRecord(context);
  if ('frame' in taken) return taken.frame;
  context.deps.onPurchases?.();

  const { payment } = context.request.values;
  const record = decodePurchaseRecord(payment.record);
  const purchase: BillPurchase = {
    cardNo: record.cardNo,
    issuerCity: record.issuerCity,
    samNo: record.samNo,
    samTransactionNo: BigInt(record.samTransactionNo),
    amount: record.amountFen,
    billerCode: payment.biller,
    customer: payment.customer,
    billReference: payment.billReference,
  };
  const proof = await prove(context, record);
  if (proof !== 'right') {
    if (proof === 'unknown') await withholdBill(context.deps.db, purchase);
    return answer(context, taken.intakeId, { code: 'A1' });
  }
  const decision = await payBillWithPurchase(context.deps, purchase);
  if (decision.code !== '00') return answer(context, taken.intakeId, { code: decision.code });
  const { receipt, meterToken } = decision;
  return answer(context, taken.intakeId, {
    code: '00',
    fields: answerFields('billPayment', { receipt: { receipt, meterToken } }),
  });
}

/** Stores the record once for the request's identity; a repeat finds its answer or the record that is stored already. */
async function takeRecord(context: BillContext): Promise<{ frame: OutgoingFrame } | { intakeId: bigint }> {
  const { deps, terminal, request, now } = context;
  const identity = identityOf(request);
  return transact(deps.db, async (tx) => {
    await lockIdentity(tx, identity);
    const known = await recall(tx, identity, now);
    if (known.kind === 'unanswered') return { intakeId: known.factId };
    const repeat = await answerKnown(tx, context, known);
    if (repeat !== undefined) return { frame: repeat };

    const refusal = refuseEarly(context);
    if (refusal !== undefined) {
      const frame = freshAnswer(context, refusal);
      await keepIfStored(tx, context, identity, refusal, frame);
      return { frame };
    }
    const { record } = request.values.payment;
    const { intakeId } = await intakeMessage(tx, {
      source: 'bill',
      participantNo: terminal.merchantNo,
      terminalNo: terminal.terminalNo,
      batchNo: request.management.batch,
      records: [record],
      sha256: createHash('sha256').update(record).digest(),
      receivedAt: now,
    });
    await keepFact(tx, identity, request.message.frame, { factId: intakeId, at: now });
    return { intakeId };
  });
}

function refuseEarly({ terminal, request }: BillContext): '58' | '13' | undefined {
  if (!terminal.functions.includes('bill')) return '58';
  if (decodePurchaseRecord(request.values.payment.record).amountFen !== request.values.amount) return '13';
  return undefined;
}

/** Whether the TAC is right. Unknown for a gray record, which has none, and for another city's card, which only that city can tell. */
async function prove(context: BillContext, record: PurchaseRecord): Promise<'right' | 'wrong' | 'unknown'> {
  const { deps, request } = context;
  const cardNo = parseCardNo(record.cardNo);
  if (record.flag === FLAG.cardLocked) return 'wrong';
  if (record.flag === FLAG.gray || cardNo === undefined || record.issuerCity !== HOME_CITY) return 'unknown';
  const purse = await findPurse(deps.db, cardNo);
  if (purse === undefined) return 'wrong';
  const [right] = await deps.hsm.verifyTacs([
    {
      dtk: rootKey('DTK', purse.algorithm),
      factors: [cityFactor(purse.issuerCity), cardFactor(cardNo)],
      algorithm: purse.algorithm,
      data: tacInput(request.values.payment.record),
      tac: record.tac,
    },
  ]);
  return right === true ? 'right' : 'wrong';
}

async function answer(context: BillContext, intakeId: bigint, decision: Decision): Promise<OutgoingFrame> {
  const frame = freshAnswer(context, decision.code, decision.fields);
  const identity = identityOf(context.request);
  return transact(context.deps.db, async (tx) => {
    await lockIdentity(tx, identity);
    const known = await recall(tx, identity, context.now);
    const repeat = await answerKnown(tx, context, known);
    if (repeat !== undefined) return repeat;
    if (decision.code === '00') await markAnswered(tx, intakeId);
    await keepIfStored(tx, context, identity, decision.code, frame);
    return frame;
  });
}

/** Message 13: what the customer owes the biller. */
export async function answerEnquiry(context: RequestContext<'billEnquiry'>): Promise<Decision> {
  if (!context.terminal.functions.includes('bill')) return { code: '58' };
  const { biller, customer } = context.request.values.enquiry;
  const enquiry = await enquireBills(context.deps, biller, customer);
  if (enquiry.code !== '00') return { code: enquiry.code };
  const bills = enquiry.bills.slice(0, BILLS_PER_ANSWER).map((bill) => ({
    billReference: bill.reference,
    due: bill.due,
    dueDate: bill.dueDate,
    text: bill.text,
  }));
  return { code: '00', fields: answerFields('billEnquiry', { due: enquiry.totalDue, bills }) };
}
