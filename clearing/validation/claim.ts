import { numberArray, textArray, type Transaction } from '@citycard/common';
import type { PurchaseRecord } from '../purchases/purchase-record.ts';
import type { Examinee, Identity } from './judge.ts';
import { prepared } from '../prepared.ts';
import type { ReceivedPurchase } from './received-purchase.ts';

const CLAIM = `
with asked as materialized (
  select * from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[], $6::integer[], $7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[],
                       $12::timestamptz[])
    with ordinality as a(card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, content,
                         balance_before_fen, amount_fen, tapped_at, place)
), claimed as (
  insert into clearing.purchase_identity
    (card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256,
     balance_before_fen, amount_fen, tapped_at)
  select card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, decode(content, 'hex'),
         balance_before_fen, amount_fen, tapped_at
    from asked a where not exists (select from clearing.purchase_conflict c where c.card_no = a.card_no)
  on conflict do nothing returning intake_id, record_index
)
select array_agg(a.place) as places from asked a
 where (select count(*) from claimed) < (select count(*) from asked)
   and not exists (select from claimed c where c.intake_id = a.intake_id and c.record_index = a.record_index)`;

/**
 * Gives the purchases of a set that are the first with both their keys these keys for the card's life, unless a purchase judged
 * earlier has one of them: then, and for cards with purchases that clash, nothing is claimed, and it has to be looked at closely.
 * Nearly all purchases are new, and writing them tells so without asking first.
 *
 * @returns those that have claimed their keys
 */
export async function claimKeys(tx: Transaction, examinees: readonly Examinee[]): Promise<Set<ReceivedPurchase>> {
  const first = firstOfTheirKeys(examinees);
  if (first.length === 0) return new Set();
  const column = <T>(of: (purchase: ReceivedPurchase) => T): T[] => first.map(({ purchase }) => of(purchase));
  const { rows } = await tx.query<{ places: bigint[] | null }>(prepared('purchase-claim', CLAIM), [
    textArray(column(({ ref }) => ref.cardNo)),
    textArray(column(({ ref }) => ref.businessDate)),
    numberArray(column(({ ref }) => ref.intakeId)),
    numberArray(column(({ ref }) => ref.index)),
    textArray(column(({ record }) => record.issuerCity)),
    numberArray(column(({ record }) => record.offlineCounter)),
    textArray(column(({ record }) => record.samNo)),
    numberArray(column(({ record }) => record.samTransactionNo)),
    textArray(first.map(({ identity }) => identity.content.toString('hex'))),
    numberArray(column(({ record }) => record.balanceBeforeFen)),
    numberArray(column(({ record }) => record.amountFen)),
    textArray(column(({ record }) => record.tappedText ?? null)),
  ]);
  const claimed = new Set(column((purchase) => purchase));
  for (const place of rows[0]?.places ?? []) {
    const missed = first[Number(place) - 1];
    if (missed !== undefined) claimed.delete(missed.purchase);
  }
  return claimed;
}

/** What comes behind another of the set with one of its keys is for judging to tell apart. The set comes card by card. */
function firstOfTheirKeys(examinees: readonly Examinee[]) {
  const first: { readonly purchase: ReceivedPurchase; readonly identity: Identity }[] = [];
  let ofCard: ReceivedPurchase[] = [];
  for (const { purchase, identity } of examinees) {
    if (identity === undefined) continue;
    if (ofCard[0]?.ref.cardNo !== purchase.ref.cardNo) ofCard = [];
    if (!ofCard.some((other) => shareKey(other.record, purchase.record))) first.push({ purchase, identity });
    ofCard.push(purchase);
  }
  return first;
}

function shareKey(a: PurchaseRecord, b: PurchaseRecord): boolean {
  return (
    a.issuerCity === b.issuerCity &&
    (a.offlineCounter === b.offlineCounter || (a.samTransactionNo === b.samTransactionNo && a.samNo === b.samNo))
  );
}
