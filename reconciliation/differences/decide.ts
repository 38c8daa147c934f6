import { cardNo as cardNoOf, currentBusinessDate, openAccount, type Posting, postOrThrow } from '@citycard/clearing';
import {
  approveAct,
  cityDate,
  type Fen,
  fen,
  fenToNumber,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { type Difference, DIFFERENCE_COLUMNS, differenceOf, type DifferenceRow } from './difference.ts';
import { differenceErrors } from './errors.ts';

/** How two persons end a difference: for a reason, and with an adjustment where money is to move. */
export interface Decision {
  readonly reason: string;
  readonly booking?: {
    readonly debit: string;
    readonly credit: string;
    readonly amountFen: number;
    /** The card whose purse or pending credit is one of the accounts. */
    readonly cardNo?: string;
  };
}

export interface Decided {
  readonly differenceNo: bigint;
  readonly reason: string;
  readonly postingKey?: string;
}

const ACT = 'difference.end';
/** Accounts an adjustment may move. Bank accounts and cash are not among them: entries of the bank are booked as open items. */
const ACCOUNT =
  /^(suspense|agent-prefund|operator-payable|biller-payable|city-receivable|city-payable|concession-receivable|former-issuer-receivable|unclaimed-refund|write-off|fee-income|rounding):/;
const CARD_ACCOUNT = /^(purse|pending-credit)$/;

const keyOf = (differenceNo: bigint): string => `difference:${differenceNo}`;

/** The difference, ours until the transaction ends. @throws CityCardError `reconciliation.differences.unknown` */
export async function lockDifference(tx: Transaction, differenceNo: bigint): Promise<Difference> {
  const { rows } = await tx.query<DifferenceRow>(
    `select ${DIFFERENCE_COLUMNS} from reconciliation.difference where difference_no = $1 for update`,
    [differenceNo],
  );
  if (rows[0] === undefined) throw differenceErrors.unknown({ differenceNo });
  return differenceOf(rows[0]);
}

/** @throws CityCardError `reconciliation.differences.unknown`, `.ended` */
export async function lockOpenDifference(tx: Transaction, differenceNo: bigint): Promise<Difference> {
  const difference = await lockDifference(tx, differenceNo);
  const { endedOn, reason } = difference;
  if (difference.state === 'ended') throw differenceErrors.ended({ differenceNo, endedOn, reason });
  return difference;
}

/** Adds a line to what happened to a difference that the caller has locked. */
export async function addEvent(
  tx: Transaction,
  differenceNo: bigint,
  event: { actor: string; event: string; words?: string; detail?: unknown; approvalId?: bigint },
): Promise<void> {
  await tx.query(
    `insert into reconciliation.difference_event (difference_no, event_no, actor, event, words, detail, approval_id)
     select $1, coalesce(max(event_no), 0) + 1, $2, $3, $4, $5, $6 from reconciliation.difference_event where difference_no = $1`,
    [differenceNo, event.actor, event.event, event.words ?? '', event.detail ?? {}, event.approvalId ?? null],
  );
}

/**
 * Proposes how a difference ends. The same proposal again is the same one.
 *
 * @throws CityCardError `reconciliation.differences.unknown`, `.ended`, `.account-refused`, `.amount-too-large`
 */
export async function proposeDecision(
  tx: Transaction,
  maker: Principal,
  differenceNo: bigint,
  decision: Decision,
): Promise<{ approvalId: bigint }> {
  const difference = await lockOpenDifference(tx, differenceNo);
  if (decision.booking !== undefined) await requireBookable(tx, difference, decision.booking);
  const content = contentOf(difference, decision);
  const subject = keyOf(differenceNo);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject, content });
  const { rowCount } = await tx.query(
    'select from reconciliation.difference_event where difference_no = $1 and approval_id = $2',
    [differenceNo, proposal.approvalId],
  );
  if (rowCount !== 0) return proposal;
  const { approvalId } = proposal;
  await addEvent(tx, differenceNo, {
    actor: maker.id,
    event: 'proposed',
    words: decision.reason,
    detail: content,
    approvalId,
  });
  await recordAct(tx, maker, { act: `${ACT} proposed`, subject, detail: { approvalId: approvalId.toString() } });
  return proposal;
}

const contentOf = ({ differenceNo, version }: Difference, { reason, booking }: Decision) => ({
  differenceNo: differenceNo.toString(),
  version,
  reason,
  ...(booking !== undefined && { booking }),
});

/**
 * A second person confirms what was proposed: the adjustment is posted and the difference ends, together. Confirming again changes
 * nothing.
 *
 * @throws CityCardError `reconciliation.differences.proposal-unknown`, `.changed-since`, `.ended`, `identity.same-person`,
 * `clearing.posting-refused`, `clearing.no-open-business-day`
 */
export async function approveDecision(
  tx: Transaction,
  checker: Principal,
  differenceNo: bigint,
  approvalId: bigint,
): Promise<Decided> {
  const { rows } = await tx.query<{ detail: Decision & { readonly version: number } }>(
    `select detail from reconciliation.difference_event where difference_no = $1 and approval_id = $2`,
    [differenceNo, approvalId],
  );
  const content = rows[0]?.detail;
  if (content === undefined) throw differenceErrors.proposalUnknown({ differenceNo, approvalId });
  const businessDate = content.booking === undefined ? undefined : await currentBusinessDate(tx);
  const difference = await lockDifference(tx, differenceNo);
  const postingKey = content.booking === undefined ? undefined : keyOf(differenceNo);
  const decided = { differenceNo, reason: content.reason, ...(postingKey !== undefined && { postingKey }) };
  if (difference.state === 'ended') {
    if (await endedBy(tx, differenceNo, approvalId)) return decided;
    throw differenceErrors.ended({ differenceNo, endedOn: difference.endedOn, reason: difference.reason });
  }
  if (difference.version !== content.version) throw differenceErrors.changedSince({ differenceNo, approvalId });
  const { maker } = await approveAct(tx, checker, approvalId, content);
  if (content.booking !== undefined && businessDate !== undefined)
    await postOrThrow(tx, businessDate, [await postingOf(tx, difference, content.booking, content.reason)]);
  await tx.query(
    `update reconciliation.difference
        set state = 'ended', ended_at = clock_timestamp(), ended_on = $2, ended_by = 'people', reason = $3, posting_key = $4,
            adjusted_fen = $5, decided_by = $6, approved_by = $7
      where difference_no = $1`,
    [
      differenceNo,
      cityDate(new Date()),
      content.reason,
      postingKey ?? null,
      content.booking?.amountFen ?? null,
      maker,
      checker.id,
    ],
  );
  const detail = { approvalId: approvalId.toString(), ...(postingKey !== undefined && { postingKey }) };
  await addEvent(tx, differenceNo, { actor: checker.id, event: 'ended', words: content.reason, detail });
  await recordAct(tx, checker, { act: ACT, subject: keyOf(differenceNo), detail });
  return decided;
}

async function endedBy(tx: Transaction, differenceNo: bigint, approvalId: bigint): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from reconciliation.difference_event where difference_no = $1 and event = 'ended' and detail ->> 'approvalId' = $2`,
    [differenceNo, approvalId.toString()],
  );
  return rowCount === 1;
}

type Booking = NonNullable<Decision['booking']>;

async function requireBookable(tx: Transaction, difference: Difference, booking: Booking): Promise<void> {
  const { differenceNo, ours, theirs } = difference;
  if (booking.debit === booking.credit) throw differenceErrors.accountRefused({ account: booking.credit });
  for (const account of [booking.debit, booking.credit]) {
    const onCard = CARD_ACCOUNT.test(account) && booking.cardNo !== undefined;
    if (!onCard && !ACCOUNT.test(account)) throw differenceErrors.accountRefused({ account });
    if (onCard || account.startsWith('suspense:')) continue;
    const { rowCount } = await tx.query('select from clearing.account where account_code = $1', [account]);
    if (rowCount === 0) throw differenceErrors.accountRefused({ account });
  }
  const magnitude = (amount: Fen | undefined): bigint => (amount === undefined ? 0n : amount < 0n ? -amount : amount);
  const limit = magnitude(ours) > magnitude(theirs) ? magnitude(ours) : magnitude(theirs);
  const amount = BigInt(booking.amountFen);
  if ((ours !== undefined || theirs !== undefined) && amount > limit)
    throw differenceErrors.amountTooLarge({ differenceNo, limit: fenToNumber(fen(limit)), amount: booking.amountFen });
}

async function postingOf(
  tx: Transaction,
  { differenceNo }: Difference,
  { debit, credit, amountFen, cardNo }: Booking,
  reason: string,
): Promise<Posting> {
  for (const account of [debit, credit]) if (account.startsWith('suspense:')) await openAccount(tx, account);
  return {
    key: keyOf(differenceNo),
    reason: `difference ${differenceNo}: ${reason}`,
    legs: [{ debit, credit, amount: fen(amountFen) }],
    ...(cardNo !== undefined && { cardNo: cardNoOf(cardNo) }),
  };
}
