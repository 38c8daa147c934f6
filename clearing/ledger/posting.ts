import {
  type BusinessDate,
  type Fen,
  fen,
  numberArray,
  sqlState,
  type Statement,
  textArray,
  type Transaction,
} from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import type { CardNo } from '../purses/card-number.ts';
import type { AccountCode } from './accounts.ts';
import { forbiddenMovement } from './permitted-movements.ts';

/** One transfer: an amount greater than zero, on the debit of one account and the credit of another. */
export interface Leg {
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly amount: Fen;
  /** `pending` reserves the amount until a {@link Resolution} posts or voids it. Default `posted`. */
  readonly phase?: 'posted' | 'pending';
}

/** A set of transfers applied whole or not at all, for life identified by card and key. At most one card per posting. */
export interface Posting {
  readonly cardNo?: CardNo;
  readonly key: string;
  /** For people: what the money moved for. No control characters. */
  readonly reason: string;
  readonly legs: readonly Leg[];
  /** When pending legs are void by themselves, if nobody has resolved them by then ({@link expirePendings}). */
  readonly expiresAt?: Date;
  /** Lets this posting take accounts below their floor. Whoever sets it raises an alarm. */
  readonly ignoreFloor?: boolean;
}

/** Ends a pending posting whole. It must have been posted in an earlier set. */
export interface Resolution {
  readonly cardNo?: CardNo;
  readonly key: string;
  readonly reason: string;
  /** Key of the pending posting, of the same card. */
  readonly resolves: string;
  readonly outcome: 'post' | 'void';
  readonly ignoreFloor?: boolean;
}

export type PostingOutcome =
  | { readonly outcome: 'posted' | 'repeat' }
  /** The key is known with other content: someone has to look at this. */
  | { readonly outcome: 'key-conflict' }
  | { readonly outcome: 'floor'; readonly account: string }
  | { readonly outcome: 'no-account'; readonly account: string }
  | { readonly outcome: 'pending-missing' }
  | { readonly outcome: 'pending-resolved'; readonly state: 'posted' | 'void' };

/** An account as it stands after a set: what is posted and what may be taken, on its normal side. */
export interface BalanceAfter {
  /** Absent for accounts that are no card's. */
  readonly cardNo?: CardNo;
  /** Account code, or kind of the card's account. */
  readonly account: string;
  readonly posted: Fen;
  readonly available: Fen;
}

interface ResultRow {
  outcomes: PostingOutcome['outcome'][] | null;
  details: (string | null)[] | null;
  balance_card: CardNo[] | null;
  balance_account: string[] | null;
  balance_posted: bigint[] | null;
  balance_available: bigint[] | null;
}

const CALL = `select outcomes, details, balance_card, balance_account, balance_posted, balance_available
  from clearing.ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`;

const POSTED: PostingOutcome = { outcome: 'posted' };

/**
 * Decides and writes a set of postings in one round trip and in the order given; answers one outcome per posting, in the
 * same order. Postings that do not fit change nothing and do not disturb the others. (architecture.md, "Money")
 *
 * Call it once per transaction where possible: within one call locks are taken in one order, across calls they are not.
 *
 * @throws RangeError for an amount that is not positive, equal sides of a leg, a posting without legs, control characters;
 * CityCardError `clearing.movement-forbidden`, `clearing.fees-on-hold`, `clearing.fees-not-earned`
 */
export async function post(
  tx: Transaction,
  businessDate: BusinessDate,
  postings: readonly (Posting | Resolution)[],
): Promise<PostingOutcome[]> {
  if (postings.length === 0) return [];
  return outcomesOf(await call(tx, businessDate, postings, false), postings.length);
}

/** Like {@link post}, and answers besides how every account the set names stands after it, each account once. */
export async function postWithBalances(
  tx: Transaction,
  businessDate: BusinessDate,
  postings: readonly (Posting | Resolution)[],
): Promise<{ readonly outcomes: readonly PostingOutcome[]; readonly balances: readonly BalanceAfter[] }> {
  if (postings.length === 0) return { outcomes: [], balances: [] };
  const row = await call(tx, businessDate, postings, true);
  return { outcomes: outcomesOf(row, postings.length), balances: balancesOf(row) };
}

async function call(
  tx: Transaction,
  businessDate: BusinessDate,
  postings: readonly (Posting | Resolution)[],
  withBalances: boolean,
): Promise<ResultRow> {
  return send(tx, [businessDate, ...columnsOf(postings), withBalances]);
}

async function send(tx: Transaction, values: unknown[]): Promise<ResultRow> {
  const { rows } = await tx
    .query<ResultRow>({ name: 'clearing-ledger-post', text: CALL, values })
    .catch((error: unknown) => {
      throw forbiddenMovement(error) ?? error;
    });
  const row = rows[0];
  if (row === undefined) throw new Error('clearing.ledger_post answered nothing');
  return row;
}

/**
 * Like {@link post} for postings that cannot fail when the program is right.
 *
 * @throws CityCardError `clearing.posting-refused` for any outcome but `posted` and `repeat`, so that the transaction ends.
 */
export async function postOrThrow(
  tx: Transaction,
  businessDate: BusinessDate,
  postings: readonly (Posting | Resolution)[],
): Promise<void> {
  const outcomes = await post(tx, businessDate, postings);
  outcomes.forEach((result, index) => {
    if (result.outcome === 'posted' || result.outcome === 'repeat') return;
    throw clearingErrors.postingRefused({ key: postings[index]?.key, ...result });
  });
}

/** A posting of one transfer that is posted at once. */
export interface Transfer {
  /** Absent for a transfer between accounts that are no card's. */
  readonly cardNo: CardNo | undefined;
  readonly key: string;
  readonly debit: AccountCode;
  readonly credit: AccountCode;
  readonly amount: Fen;
}

/** Like {@link post} for many transfers of one kind, which it carries at a third of the cost. */
export async function postTransfers(
  tx: Transaction,
  businessDate: BusinessDate,
  reason: string,
  transfers: readonly Transfer[],
): Promise<PostingOutcome[]> {
  if (transfers.length === 0) return [];
  assertText(reason, 'reason');
  for (const { key, debit, credit, amount } of transfers) assertTransfer(key, debit, credit, amount);
  const keys = transfers.map(({ key }) => key);
  assertText(keys.join(' '), 'key');
  const row = await send(tx, [
    businessDate,
    null,
    textArray(transfers.map(({ cardNo = '' }) => cardNo)),
    textArray(keys),
    null,
    textArray(once(transfers.map(({ debit }) => debit))),
    textArray(transfers.map(({ credit }) => credit)),
    numberArray(transfers.map(({ amount }) => amount)),
    null,
    null,
    textArray([reason]),
    null,
    null,
    false,
  ]);
  return outcomesOf(row, transfers.length);
}

/**
 * Like {@link post} as a statement nobody waits for: sent together with the COMMIT, any outcome but `posted` ends the
 * transaction ({@link isRefusedPosting}), and the set is to be decided again with {@link post}.
 */
export function postOrFail(businessDate: BusinessDate, postings: readonly (Posting | Resolution)[]): Statement[] {
  if (postings.length === 0) return [];
  const statement = {
    name: 'clearing-ledger-post-or-fail',
    text: `select clearing.posted_or_fail(outcomes, details)
             from clearing.ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    values: [businessDate, ...columnsOf(postings), false],
  };
  return [statement];
}

/** Whether a transaction ended because {@link postOrFail} was refused. */
export const isRefusedPosting = (error: unknown): boolean => sqlState(error) === 'CCP01';

/** One array per parameter of clearing.ledger_post, one element per leg. */
interface Columns {
  readonly item: number[];
  readonly card: string[];
  readonly key: string[];
  readonly leg: number[];
  readonly debit: (string | null)[];
  readonly credit: (string | null)[];
  readonly amount: (Fen | null)[];
  readonly phase: string[];
  readonly resolves: (string | null)[];
  readonly reason: string[];
  readonly expires: (Date | null)[];
  readonly force: boolean[];
}

/** The parameters of clearing.ledger_post after the date; null for a column in which all are as usual. */
function columnsOf(postings: readonly (Posting | Resolution)[]): unknown[] {
  const legs: Columns = {
    item: [],
    card: [],
    key: [],
    leg: [],
    debit: [],
    credit: [],
    amount: [],
    phase: [],
    resolves: [],
    reason: [],
    expires: [],
    force: [],
  };
  postings.forEach((posting, item) => addLegs(legs, posting, item));
  const unless = <T>(usual: T, column: readonly T[]): readonly T[] | null =>
    column.every((value) => value === usual) ? null : column;
  const unusual = {
    leg: unless(1, legs.leg),
    phase: unless('posted', legs.phase),
    resolves: unless(null, legs.resolves),
    expires: unless(null, legs.expires),
    force: unless(false, legs.force),
  };
  const isPlain = Object.values(unusual).every((column) => column === null);
  return [
    isPlain ? null : numberArray(legs.item),
    textArray(legs.card),
    textArray(legs.key),
    unusual.leg,
    textArray(isPlain ? once(legs.debit) : legs.debit),
    textArray(legs.credit),
    numberArray(legs.amount),
    unusual.phase,
    unusual.resolves,
    textArray(isPlain ? once(legs.reason) : legs.reason),
    unusual.expires,
    unusual.force,
  ];
}

/** A column as clearing.ledger_post takes it: one element stands for all when they are the same. */
function once<T>(column: readonly T[]): readonly T[] {
  return column.every((value) => value === column[0]) ? column.slice(0, 1) : column;
}

function addLegs(legs: Columns, posting: Posting | Resolution, item: number): void {
  assertText(posting.key, 'key');
  assertText(posting.reason, 'reason');
  if ('resolves' in posting) {
    addLeg(legs, posting, item, 1, null, null, null, posting.outcome, posting.resolves, null);
    return;
  }
  const { key } = posting;
  if (posting.legs.length === 0) throw new RangeError(`posting ${key} has no legs`);
  let leg = 0;
  for (const { debit, credit, amount, phase = 'posted' } of posting.legs) {
    assertTransfer(key, debit, credit, amount);
    const expires = phase === 'pending' ? (posting.expiresAt ?? null) : null;
    addLeg(legs, posting, item, (leg += 1), debit, credit, amount, phase, null, expires);
  }
}

function addLeg(
  legs: Columns,
  { cardNo = '' as CardNo, key, reason, ignoreFloor = false }: Posting | Resolution,
  item: number,
  leg: number,
  debit: string | null,
  credit: string | null,
  amount: Fen | null,
  phase: string,
  resolves: string | null,
  expires: Date | null,
): void {
  legs.item.push(item);
  legs.card.push(cardNo);
  legs.key.push(key);
  legs.leg.push(leg);
  legs.debit.push(debit);
  legs.credit.push(credit);
  legs.amount.push(amount);
  legs.phase.push(phase);
  legs.resolves.push(resolves);
  legs.reason.push(reason);
  legs.expires.push(expires);
  legs.force.push(ignoreFloor);
}

function assertTransfer(key: string, debit: string, credit: string, amount: Fen): void {
  if (key === '') throw new RangeError('the key of a posting is not empty');
  if (amount <= 0n) throw new RangeError(`posting ${key} moves ${amount} fen; an amount is greater than zero`);
  if (debit === credit) throw new RangeError(`posting ${key} debits and credits ${debit}`);
}

function assertText(text: string, what: string): void {
  if (text === '' || /\p{Cc}/u.test(text))
    throw new RangeError(`the ${what} of a posting is plain text, not "${text}"`);
}

function outcomesOf({ outcomes, details }: ResultRow, count: number): PostingOutcome[] {
  if (outcomes === null) return new Array<PostingOutcome>(count).fill(POSTED);
  return outcomes.map((outcome, index) => outcomeOf(outcome, details?.[index] ?? ''));
}

function outcomeOf(outcome: PostingOutcome['outcome'], detail: string): PostingOutcome {
  switch (outcome) {
    case 'floor':
    case 'no-account':
      return { outcome, account: detail };
    case 'pending-resolved':
      return { outcome, state: detail === 'posted' ? 'posted' : 'void' };
    case 'posted':
    case 'repeat':
    case 'key-conflict':
    case 'pending-missing':
      return { outcome };
  }
}

function balancesOf(row: ResultRow): BalanceAfter[] {
  const cards = row.balance_card ?? [];
  return (row.balance_account ?? []).map((account, index) => {
    const cardNo = cards[index];
    return {
      ...(cardNo !== undefined && cardNo !== ('' as CardNo) && { cardNo }),
      account,
      posted: fen(row.balance_posted?.[index] ?? 0n),
      available: fen(row.balance_available?.[index] ?? 0n),
    };
  });
}
