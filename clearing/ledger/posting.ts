import type { BusinessDate, Fen, Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import type { CardNo } from '../purses/card-number.ts';
import type { AccountCode } from './accounts.ts';

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

interface OutcomeRow {
  item: number;
  outcome: PostingOutcome['outcome'];
  detail: string | null;
}

/**
 * Decides and writes a set of postings in one round trip and in the order given; answers one outcome per posting, in the
 * same order. Postings that do not fit change nothing and do not disturb the others. (architecture.md, "Money")
 *
 * Call it once per transaction where possible: within one call locks are taken in one order, across calls they are not.
 *
 * @throws RangeError for an amount that is not positive, equal sides of a leg, a posting without legs, control characters.
 */
export async function post(
  tx: Transaction,
  businessDate: BusinessDate,
  postings: readonly (Posting | Resolution)[],
): Promise<PostingOutcome[]> {
  if (postings.length === 0) return [];
  const { rows } = await tx.query<OutcomeRow>({
    name: 'clearing-ledger-post',
    text: `select item, outcome, detail
             from clearing.ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) order by item`,
    values: [businessDate, ...columnsOf(postings)],
  });
  return rows.map(outcomeOf);
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

interface LegRow {
  item: number;
  card: string;
  key: string;
  leg: number;
  debit: string | null;
  credit: string | null;
  amount: Fen | null;
  phase: string;
  resolves: string | null;
  reason: string;
  force: boolean;
}

/** The parameters of clearing.ledger_post after the date: one array per column, one element per leg. */
function columnsOf(postings: readonly (Posting | Resolution)[]): unknown[][] {
  const rows = postings.flatMap(legRows);
  return [
    rows.map((row) => row.item),
    rows.map((row) => row.card),
    rows.map((row) => row.key),
    rows.map((row) => row.leg),
    rows.map((row) => row.debit),
    rows.map((row) => row.credit),
    rows.map((row) => row.amount),
    rows.map((row) => row.phase),
    rows.map((row) => row.resolves),
    rows.map((row) => row.reason),
    rows.map((row) => row.force),
  ];
}

function legRows(posting: Posting | Resolution, item: number): LegRow[] {
  const { key, reason } = posting;
  assertText(key, 'key');
  assertText(reason, 'reason');
  const common = { item, card: posting.cardNo ?? '', key, reason, force: posting.ignoreFloor ?? false };
  if ('resolves' in posting) {
    const { outcome, resolves } = posting;
    return [{ ...common, leg: 1, debit: null, credit: null, amount: null, phase: outcome, resolves }];
  }
  if (posting.legs.length === 0) throw new RangeError(`posting ${key} has no legs`);
  return posting.legs.map(({ debit, credit, amount, phase }, index) => {
    if (amount <= 0n) throw new RangeError(`posting ${key} moves ${amount} fen; an amount is greater than zero`);
    if (debit === credit) throw new RangeError(`posting ${key} debits and credits ${debit}`);
    return { ...common, leg: index + 1, debit, credit, amount, phase: phase ?? 'posted', resolves: null };
  });
}

function assertText(text: string, what: string): void {
  if (text === '' || /\p{Cc}/u.test(text))
    throw new RangeError(`the ${what} of a posting is plain text, not "${text}"`);
}

function outcomeOf(row: OutcomeRow): PostingOutcome {
  const detail = row.detail ?? '';
  switch (row.outcome) {
    case 'floor':
    case 'no-account':
      return { outcome: row.outcome, account: detail };
    case 'pending-resolved':
      return { outcome: row.outcome, state: detail === 'posted' ? 'posted' : 'void' };
    case 'posted':
    case 'repeat':
    case 'key-conflict':
    case 'pending-missing':
      return { outcome: row.outcome };
  }
}
