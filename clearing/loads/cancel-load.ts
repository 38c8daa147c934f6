import {
  approveAct,
  type BusinessDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { cardBalance } from '../ledger/balances.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import type { CardNo } from '../purses/card-number.ts';
import { findPurse } from '../purses/purse.ts';
import { cancellationErrors } from './cancel-errors.ts';
import { type Cancellation, type CancellationDebit, findCancellation } from './cancellation.ts';
import { findLoad, type Load, OWN_COUNTERS } from './load.ts';

const ACT = 'cancel-load';

/** What the two people sign. */
const contentOf = (load: Pick<Load, 'cardNo' | 'loadId' | 'amount'>): Record<string, unknown> => ({
  cardNo: load.cardNo,
  loadId: load.loadId,
  amountFen: load.amount,
});

const subjectOf = (load: Pick<Load, 'loadId'>): string => `load ${load.loadId}`;

/**
 * Proposes to cancel a completed load: paid in cash at an agent or at a counter of the company, proved by the card's own TAC,
 * on the business day that is still open. Proposing it again gives the same proposal.
 *
 * @throws CityCardError `clearing.cancellation.load-unknown`, `.not-complete`, `.not-cash`, `.other-day`, `.purse-not-active`,
 *   `.balance-short`, `.cancelled`; `clearing.no-open-business-day`
 */
export async function proposeCancellation(
  tx: Transaction,
  maker: Principal,
  cardNo: CardNo,
  loadId: bigint,
): Promise<Cancellation> {
  const load = await cancellableLoad(tx, cardNo, loadId);
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject: subjectOf(load), content: contentOf(load) });
  await tx.query(
    `insert into clearing.load_cancellation (card_no, load_id, amount_fen, approval_id, proposed_by)
     select $1, $2, $3, id, maker from platform.approval where id = $4 on conflict (card_no, load_id) do nothing`,
    [cardNo, loadId, load.amount, approvalId],
  );
  await recordAct(tx, maker, { act: 'propose-load-cancellation', subject: subjectOf(load) });
  return required(await findCancellation(tx, cardNo, loadId));
}

/**
 * The second signature. Approving again changes nothing.
 *
 * @throws CityCardError as {@link proposeCancellation}, `clearing.cancellation.unknown`, `identity.same-person`
 */
export async function approveCancellation(
  tx: Transaction,
  checker: Principal,
  cardNo: CardNo,
  loadId: bigint,
): Promise<Cancellation> {
  const load = await cancellableLoad(tx, cardNo, loadId);
  const found = required(await findCancellation(tx, cardNo, loadId, { lock: true }));
  const approval = await approveAct(tx, checker, found.approvalId, contentOf(load));
  if (found.state !== 'proposed') return found;
  await tx.query(
    `update clearing.load_cancellation set state = 'approved', approved_by = $3, approved_at = clock_timestamp()
      where card_no = $1 and load_id = $2`,
    [cardNo, loadId, approval.checker],
  );
  await recordAct(tx, checker, { act: 'approve-load-cancellation', subject: subjectOf(load) });
  return required(await findCancellation(tx, cardNo, loadId));
}

/**
 * Stores, before the card is told to pay, that it is going to be. Once this is committed only the card can say whether it
 * did (domain.md A.9, step 1).
 *
 * @throws CityCardError as {@link proposeCancellation}, `clearing.cancellation.unknown`, `.not-approved`, `.debit-open`
 */
export async function beginCancellationDebit(
  tx: Transaction,
  cardNo: CardNo,
  loadId: bigint,
  debit: CancellationDebit,
): Promise<void> {
  const load = await cancellableLoad(tx, cardNo, loadId);
  const found = required(await findCancellation(tx, cardNo, loadId, { lock: true }));
  if (found.state === 'proposed') throw cancellationErrors.notApproved();
  if (found.state === 'debiting') throw cancellationErrors.debitOpen();
  if (debit.balanceBefore < load.amount) {
    throw cancellationErrors.balanceShort({ balanceFen: debit.balanceBefore, amountFen: load.amount });
  }
  await tx.query(
    `update clearing.load_cancellation
        set state = 'debiting', counter = $3, participant_no = $4, sam_no = $5, sam_transaction_no = $6, offline_counter = $7,
            balance_before_fen = $8, card_random = $9, key_version = $10, algorithm_byte = $11, debit_date = $12, debit_time = $13,
            debited_by = $14, debit_begun_at = clock_timestamp()
      where card_no = $1 and load_id = $2`,
    [
      cardNo,
      loadId,
      debit.counter,
      debit.participantNo,
      debit.samNo,
      debit.samTransactionNo,
      debit.offlineCounter,
      debit.balanceBefore,
      debit.cardRandom,
      debit.keyVersion,
      debit.algorithmByte,
      debit.date,
      debit.time,
      debit.debitedBy,
    ],
  );
}

/**
 * The card has not paid and never will for this debit (its counter did not move, it refused the command, or it was never
 * asked): back to approved. The transaction number stays used.
 *
 * @throws CityCardError `clearing.cancellation.unknown`, `.debit-not-open`
 */
export async function dropCancellationDebit(
  tx: Transaction,
  actor: Principal,
  cardNo: CardNo,
  loadId: bigint,
  why: string,
): Promise<void> {
  const found = required(await findCancellation(tx, cardNo, loadId, { lock: true }));
  if (found.state !== 'debiting') throw cancellationErrors.debitNotOpen();
  await tx.query(
    `update clearing.load_cancellation
        set state = 'approved', counter = null, participant_no = null, sam_no = null, sam_transaction_no = null, offline_counter = null,
            balance_before_fen = null, card_random = null, key_version = null, algorithm_byte = null, debit_date = null,
            debit_time = null, debited_by = null, debit_begun_at = null
      where card_no = $1 and load_id = $2`,
    [cardNo, loadId],
  );
  await recordAct(tx, actor, {
    act: 'drop-load-cancellation-debit',
    subject: subjectOf(found),
    detail: { why, samNo: found.debit?.samNo, samTransactionNo: found.debit?.samTransactionNo },
  });
}

/** The load, when it may be cancelled now; its purse is locked. */
async function cancellableLoad(tx: Transaction, cardNo: CardNo, loadId: bigint): Promise<Load> {
  const today = await currentBusinessDate(tx);
  const purse = await findPurse(tx, cardNo, { lock: true });
  const load = await findLoad(tx, cardNo, loadId);
  if (purse === undefined || load === undefined) throw cancellationErrors.loadUnknown();
  const cancelled = await findCancellation(tx, cardNo, loadId);
  if (cancelled?.postedDate !== undefined) throw cancellationErrors.cancelled({ date: cancelled.postedDate });
  if (load.kind !== 'agent-cash' && load.identity.merchantNo !== OWN_COUNTERS) throw cancellationErrors.notCash();
  // What was concluded from counters or by a person can be contradicted by a TAC later; then it would be paid back twice.
  if (load.state !== 'posted' || load.resolvedBy !== 'result')
    throw cancellationErrors.notComplete({ state: load.state });
  const date = await postedOn(tx, load);
  if (date !== today) throw cancellationErrors.otherDay({ date });
  if (purse.status !== 'active') throw cancellationErrors.purseNotActive({ status: purse.status });
  const { available } = await cardBalance(tx, cardNo);
  if (available < load.amount) {
    throw cancellationErrors.balanceShort({ balanceFen: available, amountFen: load.amount });
  }
  return load;
}

/** The business day on which the load's money moved: that of its newest posting, for it may have been void in between. */
async function postedOn(tx: Transaction, load: Load): Promise<BusinessDate | undefined> {
  const { rows } = await tx.query<{ date: BusinessDate }>(
    `select max(business_date) as date from clearing.ledger_posting where card_no = $1 and posting_key = any($2)`,
    [load.cardNo, ['post', 'again', 'again-2'].map((end) => `${load.postingKey}:${end}`)],
  );
  return rows[0]?.date;
}

function required(found: Cancellation | undefined): Cancellation {
  if (found === undefined) throw cancellationErrors.unknown();
  return found;
}

/** A load of the open business day, as a counter shows it to find the one to cancel. */
export interface LoadOfToday {
  readonly loadId: bigint;
  readonly amountFen: Fen;
  readonly agent: string;
  /** Taken at a counter of the company, not at an agent's. */
  readonly ownCounter: boolean;
  readonly at: Date;
  readonly cancellation?: string;
}

/** The loads of a card that could be cancelled today by their kind, state and day, the newest first. */
export async function loadsOfToday(db: Database, cardNo: CardNo): Promise<LoadOfToday[]> {
  const { rows } = await db.query<{
    load_id: bigint;
    amount_fen: bigint;
    merchant_no: string;
    opened_at: Date;
    state: string | null;
  }>(
    `select l.load_id, l.amount_fen, l.merchant_no, l.opened_at, c.state
       from clearing.load l left join clearing.load_cancellation c on c.card_no = l.card_no and c.load_id = l.load_id
      where l.card_no = $1 and (l.kind = 'agent-cash' or l.merchant_no = $2) and l.state = 'posted' and l.resolved_by = 'result'
        and exists (select from clearing.ledger_posting p join clearing.business_day d on d.business_date = p.business_date
                     where p.card_no = l.card_no and p.posting_key = l.posting_key || ':post' and d.state = 'open')
      order by l.load_id desc limit 20`,
    [cardNo, OWN_COUNTERS],
  );
  return rows.map((row) => ({
    loadId: row.load_id,
    amountFen: fen(row.amount_fen),
    agent: row.merchant_no,
    ownCounter: row.merchant_no === OWN_COUNTERS,
    at: row.opened_at,
    ...(row.state !== null && { cancellation: row.state }),
  }));
}
