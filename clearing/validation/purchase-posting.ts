import { type BusinessDate, businessDate, type Fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { clearingErrors } from '../errors.ts';
import { type PostingOutcome, postTransfers, type Transfer } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { REASON } from '../purchases/reason-codes.ts';
import { ACCEPTED, held, type Outcome } from './outcome.ts';
import { nameOf, type RecordRef } from './received-purchase.ts';

/** An accepted purchase that is to be paid for. */
export interface Payable {
  readonly ref: RecordRef;
  /** Who pays: the card's purse, or the city that issued the card and owes us. */
  readonly from: 'purse' | { readonly city: string };
  /** Who is owed: a participant, or the city whose operators sold. */
  readonly to: { readonly participantNo: string } | { readonly city: string };
  /** Greater than zero. */
  readonly amountFen: Fen;
}

export interface PostedPurchase {
  readonly outcome: PostingOutcome;
  /** Business day the posting belongs to. */
  readonly date: BusinessDate;
}

/** The business day a decision of now belongs to, given the day of the record's receipt. */
export type PostingDates = (receiptDay: BusinessDate) => BusinessDate;

const EXPECTED: ReadonlySet<string> = new Set(['posted', 'repeat', 'floor']);
/** States in which a business day still takes purchases of its own. */
const TAKES_PURCHASES: ReadonlySet<string> = new Set(['open', 'cut-off']);

/**
 * Decides on which business day purchases are posted: that of their receipt while it still takes purchases, else the open
 * one. The days asked for stay as they are until the transaction ends.
 */
export async function postingDates(tx: Transaction, receiptDays: Iterable<BusinessDate>): Promise<PostingDates> {
  const { rows } = await tx.query<{ business_date: string; state: string }>(
    `select business_date, state from clearing.business_day where business_date = any($1) or state = 'open'
      order by business_date for share`,
    [[...new Set(receiptDays)]],
  );
  const open = rows.find(({ state }) => state === 'open');
  const taking = new Set(rows.filter(({ state }) => TAKES_PURCHASES.has(state)).map((row) => row.business_date));
  return (receiptDay) => {
    if (taking.has(receiptDay)) return receiptDay;
    if (open === undefined) throw clearingErrors.noOpenBusinessDay();
    return businessDate(open.business_date);
  };
}

/**
 * Pays for accepted purchases, in order; answers in the same order. One call of the ledger per business day, and one for the
 * cards that may not have the money: a set that fits is posted at once, one that does not is decided posting by posting.
 *
 * @param tight cards that may not have the money; a hint
 */
export async function postPurchases(
  tx: Transaction,
  payables: readonly Payable[],
  dates: PostingDates,
  tight: ReadonlySet<string> = new Set(),
): Promise<PostedPurchase[]> {
  const calls = new Map<string, { date: BusinessDate; places: number[]; transfers: Transfer[] }>();
  payables.forEach((payable, place) => {
    const date = dates(payable.ref.businessDate);
    const key = tight.has(payable.ref.cardNo) ? `${date} tight` : date;
    let call = calls.get(key);
    if (call === undefined) calls.set(key, (call = { date, places: [], transfers: [] }));
    call.places.push(place);
    call.transfers.push(transferOf(payable));
  });
  const results: PostedPurchase[] = [];
  for (const { date, places, transfers } of calls.values()) {
    const outcomes = await postTransfers(tx, date, 'offline purchase', transfers);
    places.forEach((place, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) throw new Error('the ledger answers every posting');
      results[place] = { outcome, date };
    });
  }
  await alarmUnexpected(tx, payables, results);
  return results;
}

/** Purchases fit or find too little money; whatever else the ledger says, somebody has to look at. */
async function alarmUnexpected(
  tx: Transaction,
  payables: readonly Payable[],
  results: readonly PostedPurchase[],
): Promise<void> {
  for (const [place, { ref, amountFen }] of payables.entries()) {
    const outcome = results[place]?.outcome;
    if (outcome === undefined || EXPECTED.has(outcome.outcome)) continue;
    await raiseAlarm(tx, {
      kind: 'purchase-not-posted',
      severity: 'critical',
      subject: nameOf(ref),
      evidence: { intakeId: ref.intakeId, index: ref.index, amountFen, ...outcome },
    });
  }
}

/** What becomes of an accepted purchase once the ledger has spoken. */
export function afterPosting({ outcome, date }: PostedPurchase): { outcome: Outcome; postedDate: BusinessDate | null } {
  switch (outcome.outcome) {
    case 'posted':
    case 'repeat':
      return { outcome: ACCEPTED, postedDate: date };
    case 'floor':
      return {
        outcome: held(REASON.insufficientBalance, 'the card has paid; the load that covers it is still on its way'),
        postedDate: null,
      };
    case 'no-account':
      return { outcome: held(REASON.heldForInspection, `there is no account ${outcome.account}`), postedDate: null };
    case 'key-conflict':
    case 'pending-missing':
    case 'pending-resolved':
      return {
        outcome: held(REASON.heldForInspection, `the ledger knows another posting of this record (${outcome.outcome})`),
        postedDate: null,
      };
  }
}

function transferOf({ ref, from, to, amountFen }: Payable): Transfer {
  return {
    // Only cards of our numbering have a purse here.
    cardNo: from === 'purse' ? (ref.cardNo as CardNo) : undefined,
    key: `purchase:${ref.intakeId}:${ref.index}`,
    debit: from === 'purse' ? 'purse' : receivable(from.city),
    credit: creditAccount(to),
    amount: amountFen,
  };
}

function creditAccount(to: Payable['to']): string {
  return 'city' in to ? `city-payable:${to.city}` : `operator-pending:${to.participantNo}`;
}

function receivable(city: string): string {
  return `city-receivable:${city}`;
}
