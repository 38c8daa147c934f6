import {
  askBillerAgain,
  askBillerToCancel,
  billPaymentById,
  cancelUnasked,
  cardNo as cardNoOf,
  findBiller,
  findParticipant,
  openAccount,
  type Posting,
  type StatementDeps,
} from '@citycard/clearing';
import {
  approveAct,
  type BusinessDate,
  type Fen,
  fen,
  fenToNumber,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { endDifferences } from '../differences/index.ts';
import { declareDay } from './check.ts';
import { billCheckErrors } from './errors.ts';
import { billSubject } from './plan.ts';

/**
 * What two persons can do about a bill (domain.md B.7). `ask-again`: made up on their side, the biller is asked for our payment once
 * more under the id it has. `make-up-ours`: the biller has it and gets its money, which comes from the card, a participant or the
 * company. `cancel-ours`: the biller never had it, the money goes back to the card. `cancel-theirs`: the biller takes it back.
 * `explained`: nothing moves.
 */
export const BILL_ACTIONS = ['ask-again', 'make-up-ours', 'cancel-ours', 'cancel-theirs', 'explained'] as const;
export type BillAction = (typeof BILL_ACTIONS)[number];

const FITTING: Readonly<Record<string, readonly BillAction[]>> = {
  'only-ours': ['ask-again', 'cancel-ours', 'explained'],
  'only-theirs': ['make-up-ours', 'cancel-theirs', 'explained'],
  outcome: ['ask-again', 'make-up-ours', 'cancel-ours', 'cancel-theirs', 'explained'],
  'in-doubt': ['ask-again', 'cancel-theirs', 'explained'],
  amount: ['make-up-ours', 'explained'],
  duplicate: ['explained'],
};

export interface BillActionTerms {
  readonly action: BillAction;
  /** Why, and where it is seen. No personal data. */
  readonly reason: string;
  /** Whose money a bill is made up with: `card` (of the payment, when left out), `company`, or the number of a participant. */
  readonly bearer?: string;
}

/** One difference of one check. */
export interface BillKey {
  readonly billerCode: string;
  readonly date: BusinessDate;
  readonly paymentId: string;
  readonly kind: string;
}

interface OpenBill extends BillKey {
  readonly differenceNo: bigint;
  readonly participantNo: string;
  readonly version: number;
  readonly ours: Fen;
  readonly theirs: Fen;
}

const ACT = 'resolve-bill-difference';

/** Proposes what is done about a bill. @throws `reconciliation.billers.difference-unknown`, `.action-unfit`, `.nothing-to-make-up` */
export async function proposeBillAction(
  tx: Transaction,
  maker: Principal,
  key: BillKey,
  { action, reason, bearer }: BillActionTerms,
): Promise<{ approvalId: bigint }> {
  const bill = await lockBill(tx, key);
  const { differenceNo, kind, paymentId } = bill;
  const fitting = FITTING[kind] ?? ['explained'];
  if (!fitting.includes(action)) throw billCheckErrors.actionUnfit({ kind, action, fitting: fitting.join(' or ') });
  const payer = action === 'make-up-ours' ? (bearer ?? 'card') : undefined;
  if (payer !== undefined) await postingOf(tx, bill, payer);
  const terms = { action, reason, ...(payer !== undefined && { bearer: payer }) };
  const subject = `difference ${differenceNo}`;
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content: contentOf(bill, terms) });
  await tx.query(
    `insert into reconciliation.bill_action (difference_no, biller_code, booked_on, payment_id, action, bearer, amount_fen, reason, proposed_by, approval_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (difference_no) do update set action = excluded.action, bearer = excluded.bearer, amount_fen = excluded.amount_fen,
       reason = excluded.reason, proposed_by = excluded.proposed_by, approval_id = excluded.approval_id where bill_action.done_at is null`,
    [
      differenceNo,
      bill.billerCode,
      bill.date,
      paymentId,
      action,
      payer ?? null,
      amountOf(bill),
      reason,
      maker.id,
      approvalId,
    ],
  );
  await recordAct(tx, maker, {
    act: `propose-${ACT}`,
    subject,
    detail: { action, ...(payer !== undefined && { bearer: payer }) },
  });
  return { approvalId };
}

/** What is missing on our side: all of it, or what the biller has more. */
const amountOf = ({ kind, ours, theirs }: OpenBill): Fen =>
  kind === 'amount' ? fen(theirs - ours) : theirs > 0n ? theirs : ours;

const contentOf = (bill: OpenBill, terms: BillActionTerms) => ({
  differenceNo: bill.differenceNo.toString(),
  version: bill.version,
  ...terms,
  amountFen: fenToNumber(amountOf(bill)),
});

interface Proposed {
  readonly action: BillAction;
  readonly reason: string;
  readonly bearer: string | null;
  readonly proposed_by: string;
  readonly approval_id: bigint;
}

/**
 * Before the second person's agreement is entered, the biller is asked where it has to be; repeated without harm, for it knows the
 * payment by its id. A biller that cannot be asked leaves all as it was; so does a bill that is no longer open.
 *
 * @throws CityCardError `reconciliation.billers.action-unknown`, `identity.same-person`, `clearing.bills.not-reached`
 */
export async function askBillerFirst(deps: StatementDeps, checker: Principal, key: BillKey): Promise<void> {
  const proposed = await transact(deps.db, async (tx) => {
    const bill = await findBill(tx, key);
    if (bill === undefined) return undefined;
    const found = await proposalOf(tx, bill);
    // Looked at before the biller is asked, so that nobody asks alone; entered only when all is done.
    if (found.proposed_by === checker.id)
      await approveAct(tx, checker, found.approval_id, contentOf(bill, termsOf(found)));
    return found;
  });
  if (proposed?.action === 'ask-again') await askBillerAgain(deps, key.billerCode, key.paymentId);
  if (proposed?.action === 'cancel-theirs') await askBillerToCancel(deps, key.billerCode, key.paymentId);
}

/**
 * The second person agrees: our books follow, and the difference ends with both names. The biller has been asked before
 * ({@link askBillerFirst}).
 *
 * @throws CityCardError `reconciliation.billers.difference-unknown`, `.action-unknown`, `.bearer-unfit`, `identity.same-person`,
 * `.content-differs` when it changed since, `clearing.posting-refused` when whoever bears it does not have it
 */
export async function approveBillAction(
  tx: Transaction,
  checker: Principal,
  key: BillKey,
): Promise<{ action: BillAction; postingKey?: string }> {
  const bill = await lockBill(tx, key);
  const proposed = await proposalOf(tx, bill);
  const { action, reason, bearer } = proposed;
  const people = await approveAct(tx, checker, proposed.approval_id, contentOf(bill, termsOf(proposed)));
  if (action === 'cancel-ours') await cancelUnasked(tx, key.paymentId, { reason, ...people });
  const posting = action === 'make-up-ours' && bearer !== null ? await postingOf(tx, bill, bearer) : undefined;
  const { participantNo: counterpart, date: businessDay, kind, differenceNo } = bill;
  await endDifferences(
    tx,
    [
      {
        counterpartKind: 'biller',
        counterpart,
        businessDay,
        subjectKey: `${billSubject(key.billerCode)}${key.paymentId}`,
        kind,
      },
    ],
    {
      by: 'rule',
      reason: `${action} by ${people.maker} and ${people.checker}: ${reason}`,
      ...(posting !== undefined && { posting }),
    },
  );
  await tx.query(
    `update reconciliation.bill_action set approved_by = $2, posting_key = $3, done_at = clock_timestamp() where difference_no = $1`,
    [differenceNo, people.checker, posting?.key ?? null],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: `difference ${differenceNo}`, detail: { action } });
  await declareDay(tx, key.billerCode, businessDay);
  return { action, ...(posting !== undefined && { postingKey: posting.key }) };
}

const termsOf = ({ action, reason, bearer }: Proposed): BillActionTerms => ({
  action,
  reason,
  ...(bearer !== null && { bearer }),
});

async function proposalOf(tx: Transaction, { differenceNo, paymentId }: OpenBill): Promise<Proposed> {
  const { rows } = await tx.query<Proposed>(
    'select action, reason, bearer, proposed_by, approval_id from reconciliation.bill_action where difference_no = $1 and done_at is null',
    [differenceNo],
  );
  if (rows[0] === undefined) throw billCheckErrors.actionUnknown({ paymentId });
  return rows[0];
}

/** The biller gets what it has booked; whoever has the money, or owes it, bears it. */
async function postingOf(tx: Transaction, bill: OpenBill, bearer: string): Promise<Posting> {
  const { paymentId, participantNo, differenceNo, kind } = bill;
  const amount = amountOf(bill);
  const payment = await billPaymentById(tx, paymentId);
  if (amount <= 0n || (payment?.state === 'paid' && kind !== 'amount'))
    throw billCheckErrors.nothingToMakeUp({ paymentId });
  const unfit = (why: string) => billCheckErrors.bearerUnfit({ paymentId, bearer, why });
  const posting = {
    key: `difference:${differenceNo}`,
    reason: `bill of ${bill.billerCode} made up after its statement`,
  };
  const credit = `operator-pending:${participantNo}`;
  if (bearer === 'card') {
    if (payment === undefined) throw unfit('nobody knows the card; name a participant or the company');
    if (payment.settled !== 'card') throw unfit('the card did not get its money back');
    return { ...posting, cardNo: cardNoOf(payment.cardNo), legs: [{ debit: 'pending-credit', credit, amount }] };
  }
  if (bearer === 'company') {
    await openAccount(tx, 'write-off:main');
    return { ...posting, legs: [{ debit: 'write-off:main', credit, amount }] };
  }
  const payer = await findParticipant(tx, bearer);
  if (
    payer === undefined ||
    payer.participantNo === participantNo ||
    !['agent', 'operator', 'biller'].includes(payer.kind)
  )
    throw unfit('it is no other operator, biller or agent');
  const debit = `${payer.kind === 'agent' ? 'agent-prefund' : 'operator-pending'}:${bearer}`;
  return { ...posting, legs: [{ debit, credit, amount }] };
}

async function lockBill(tx: Transaction, key: BillKey): Promise<OpenBill> {
  const bill = await findBill(tx, key);
  if (bill === undefined) throw billCheckErrors.differenceUnknown({ date: key.date, paymentId: key.paymentId });
  return bill;
}

async function findBill(tx: Transaction, key: BillKey): Promise<OpenBill | undefined> {
  const biller = await findBiller(tx, key.billerCode);
  if (biller === undefined) throw billCheckErrors.billerUnknown({ billerCode: key.billerCode });
  const { rows } = await tx.query<{
    difference_no: bigint;
    version: number;
    ours_fen: Fen | null;
    theirs_fen: Fen | null;
  }>(
    `select difference_no, version, ours_fen, theirs_fen from reconciliation.difference
      where counterpart_kind = 'biller' and counterpart = $1 and business_day = $2 and subject_key = $3 and kind = $4 and state = 'open' for update`,
    [biller.participantNo, key.date, `${billSubject(key.billerCode)}${key.paymentId}`, key.kind],
  );
  const [row] = rows;
  return (
    row && {
      ...key,
      differenceNo: row.difference_no,
      participantNo: biller.participantNo,
      version: row.version,
      ours: row.ours_fen ?? fen(0),
      theirs: row.theirs_fen ?? fen(0),
    }
  );
}
