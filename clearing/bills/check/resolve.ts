import {
  approveAct,
  type Database,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import type { BillerDirectory, BillerLine } from '../biller.ts';
import { billErrors } from '../errors.ts';
import { keyOf, paymentById } from '../payment-rows.ts';
import type { DifferenceKind } from './compare.ts';

const ACT = 'resolve-bill-difference';

/**
 * What two people can do about a difference. `ask-again`: the biller is asked for our payment once more, under the id it has.
 * `cancel-ours`: the biller does not have it, the money goes back to the card. `cancel-theirs`: we do not have it, the biller
 * takes it back. `explained`: nothing moves.
 */
export type Action = 'ask-again' | 'cancel-ours' | 'cancel-theirs' | 'explained';

const FITTING: Readonly<Record<DifferenceKind, readonly Action[]>> = {
  'only-ours': ['ask-again', 'cancel-ours', 'explained'],
  'only-theirs': ['cancel-theirs', 'explained'],
  'outcome-differs': ['ask-again', 'cancel-ours', 'cancel-theirs', 'explained'],
  'amount-differs': ['explained'],
  'reported-twice': ['explained'],
};

/** One difference of one check. */
export interface DifferenceKey {
  readonly billerCode: string;
  readonly date: string;
  readonly paymentId: string;
  readonly kind: DifferenceKind;
}

/** Proposes how to resolve it. @throws CityCardError `clearing.bills.difference-unknown`, `.action-unfit` */
export async function proposeResolution(
  tx: Transaction,
  maker: Principal,
  key: DifferenceKey,
  { action, reason }: { readonly action: Action; readonly reason: string },
): Promise<{ approvalId: bigint }> {
  const { billerCode, date, paymentId, kind } = key;
  if (!FITTING[kind].includes(action)) throw billErrors.actionUnfit({ kind, action });
  await openDifference(tx, key);
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    subject: `biller ${billerCode} ${date} payment ${paymentId} ${kind}`,
    content: { action, reason },
  });
  await tx.query(
    `update clearing.bill_difference set approval_id = $5, action = $6, reason = $7,
            proposed_by = (select maker from platform.approval where id = $5)
      where biller_code = $1 and booked_on = $2 and payment_id = $3 and kind = $4`,
    [billerCode, date, paymentId, kind, approvalId, action, reason],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: `payment ${paymentId}`, detail: { kind, action } });
  return { approvalId };
}

/**
 * The second person agrees, and it is done: the biller is asked first where it has to be, then the books follow. A biller
 * that cannot be asked leaves all as it was.
 *
 * @throws CityCardError `clearing.bills.difference-unknown`, `.not-reached`, `identity.same-person`
 */
export async function approveResolution(
  { db, billers }: { readonly db: Database; readonly billers: BillerDirectory },
  checker: Principal,
  key: DifferenceKey,
): Promise<{ action: Action }> {
  const { action, reason, approvalId } = await transact(db, async (tx) => {
    const row = await openDifference(tx, key);
    if (row.approval_id === null || row.action === null) throw billErrors.differenceUnknown({ date: key.date });
    // Looked at before the biller is asked, so that nobody asks alone; entered only when all is done.
    if (row.proposed_by === checker.id) await approveAct(tx, checker, row.approval_id, contentOf(row));
    return { ...contentOf(row), approvalId: row.approval_id };
  });
  const line = await billers(key.billerCode);
  if (line === undefined) throw billErrors.billerUnknown({ billerCode: key.billerCode });
  await askFirst(db, line, key, action);
  await transact(db, async (tx) => {
    await openDifference(tx, key);
    const people = await approveAct(tx, checker, approvalId, { action, reason });
    if (action === 'cancel-ours') await giveBack(tx, key.paymentId, reason, people);
    await tx.query(
      `update clearing.bill_difference set approved_by = $5, resolved_at = clock_timestamp()
        where biller_code = $1 and booked_on = $2 and payment_id = $3 and kind = $4`,
      [key.billerCode, key.date, key.paymentId, key.kind, people.checker],
    );
    await recordAct(tx, checker, { act: `approve-${ACT}`, subject: `payment ${key.paymentId}`, detail: { action } });
  });
  return { action };
}

interface OpenRow {
  approval_id: bigint | null;
  action: Action | null;
  reason: string | null;
  proposed_by: string | null;
}

const contentOf = (row: OpenRow): { action: Action; reason: string } => ({
  action: row.action ?? 'explained',
  reason: row.reason ?? '',
});

async function openDifference(tx: Transaction, key: DifferenceKey): Promise<OpenRow> {
  const { rows } = await tx.query<OpenRow>(
    `select approval_id, action, reason, proposed_by from clearing.bill_difference
      where biller_code = $1 and booked_on = $2 and payment_id = $3 and kind = $4 and resolved_at is null for update`,
    [key.billerCode, key.date, key.paymentId, key.kind],
  );
  if (rows[0] === undefined) throw billErrors.differenceUnknown({ date: key.date });
  return rows[0];
}

/** What the biller has to do before the books follow; repeated without harm, for it knows the payment by its id. */
async function askFirst(db: Database, line: BillerLine, key: DifferenceKey, action: Action): Promise<void> {
  const { paymentId } = key;
  const reached = (done: boolean) => {
    if (!done) throw billErrors.notReached({ billerCode: key.billerCode });
  };
  if (action === 'ask-again') {
    const payment = await paymentById(db, paymentId);
    if (payment === undefined) throw billErrors.paymentUnknown();
    const { customer, billReference: reference, amount, lateFee } = payment;
    // An undecided payment hears the answer when it is asked for next, which is now.
    await db.query(`update clearing.bill_payment set next_try_at = now() where payment_id = $1 and state = 'asked'`, [
      paymentId,
    ]);
    if (payment.state === 'asked') return;
    const answer = await line.adapter.pay({ paymentId, customer, reference, amount, lateFee });
    reached(answer.outcome === 'paid');
  }
  if (action === 'cancel-theirs') {
    const { rows } = await db.query<{ receipt: string; amount_fen: bigint }>(
      `select receipt, amount_fen from clearing.bill_statement_line where biller_code = $1 and payment_id = $2 order by booked_on desc limit 1`,
      [key.billerCode, paymentId],
    );
    const answer = await line.adapter.cancel({
      paymentId,
      receipt: rows[0]?.receipt ?? '',
      amount: fen(rows[0]?.amount_fen ?? 0n),
    });
    reached(answer.outcome === 'cancelled');
  }
}

/** The biller never had it: cancelled without asking, and the money follows as with any cancellation. */
async function giveBack(
  tx: Transaction,
  paymentId: string,
  reason: string,
  people: { readonly maker: string; readonly checker: string },
): Promise<void> {
  const payment = await paymentById(tx, paymentId);
  if (payment === undefined) throw billErrors.paymentUnknown();
  if (payment.state !== 'paid') throw billErrors.paymentNotPaid({ state: payment.state });
  await tx.query(
    `insert into clearing.bill_cancellation (card_no, sam_no, sam_transaction_no, payment_id, reason, proposed_by, approved_by, state, asked_at, decided_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'cancelled', now(), now())
     on conflict (card_no, sam_no, sam_transaction_no) do update
       set state = 'cancelled', refusal = null, approved_by = excluded.approved_by, proposed_by = excluded.proposed_by, decided_at = now()
       where bill_cancellation.state <> 'cancelled'`,
    [...keyOf(payment), paymentId, reason, people.maker, people.checker],
  );
}
