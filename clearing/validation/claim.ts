import { numberArray, sqlState, textArray, type Transaction } from '@citycard/common';
import { purchaseContent, type PurchaseRecord } from '../purchases/purchase-record.ts';
import type { Examinee } from './judge.ts';
import { prepared } from '../prepared.ts';
import type { ReceivedPurchase } from './received-purchase.ts';

const ASKED = `
  select * from unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::text[], $6::integer[], $7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[],
                       $12::timestamptz[])
    with ordinality as a(card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, content,
                         balance_before_fen, amount_fen, tapped_at, place)`;

const INSERT = `
insert into clearing.purchase_identity
  (card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256,
   balance_before_fen, amount_fen, tapped_at)
select card_no, business_date, intake_id, record_index, issuer_city, offline_counter, sam_no, sam_transaction_no, sha256(decode(content, 'hex')),
       balance_before_fen, amount_fen, tapped_at`;

/** Looking whether a key is taken before it is written costs as much as writing it, and nearly always it is not. */
const CLAIM_ALL = `${INSERT} from (${ASKED}) a`;

const CLAIM_FREE = `
with asked as materialized (${ASKED}), claimed as (
  ${INSERT} from asked on conflict do nothing returning intake_id, record_index
)
select array_agg(a.place) as places from asked a
 where not exists (select from claimed c where c.intake_id = a.intake_id and c.record_index = a.record_index)`;

const CLASHING = `
select c.card_no from unnest($1::text[]) as a(card_no)
 cross join lateral (select card_no from clearing.purchase_conflict c where c.card_no = a.card_no limit 1) c`;

const UNIQUE_VIOLATION = '23505';

/**
 * Gives the purchases of a set that are the first with both their keys these keys for the card's life, unless a purchase judged
 * earlier has one of them: then, and for cards with purchases that clash, nothing is claimed, and it has to be looked at closely.
 * Nearly all purchases are new, and writing them tells so without asking first.
 *
 * @returns those that have claimed their keys
 */
export async function claimKeys(tx: Transaction, examinees: readonly Examinee[]): Promise<Set<ReceivedPurchase>> {
  const clashing = await clashingCards(tx, examinees);
  const first = firstOfTheirKeys(examinees).filter(({ ref }) => !clashing.has(ref.cardNo));
  if (first.length === 0) return new Set();
  const column = <T>(of: (purchase: ReceivedPurchase) => T): T[] => first.map(of);
  const columns = [
    textArray(column(({ ref }) => ref.cardNo)),
    textArray(column(({ ref }) => ref.businessDate)),
    numberArray(column(({ ref }) => ref.intakeId)),
    numberArray(column(({ ref }) => ref.index)),
    textArray(column(({ record }) => record.issuerCity)),
    numberArray(column(({ record }) => record.offlineCounter)),
    textArray(column(({ record }) => record.samNo)),
    numberArray(column(({ record }) => record.samTransactionNo)),
    textArray(column(({ raw }) => purchaseContent(raw).toString('hex'))),
    numberArray(column(({ record }) => record.balanceBeforeFen)),
    numberArray(column(({ record }) => record.amountFen)),
    textArray(column(({ record }) => record.tappedText ?? null)),
  ];
  const claimed = new Set(first);
  if (await claimAll(tx, columns)) return claimed;
  const { rows } = await tx.query<{ places: bigint[] | null }>(prepared('purchase-claim-free', CLAIM_FREE), columns);
  for (const place of rows[0]?.places ?? []) {
    const missed = first[Number(place) - 1];
    if (missed !== undefined) claimed.delete(missed);
  }
  return claimed;
}

/** Whether all keys were free; else nothing is written. */
async function claimAll(tx: Transaction, columns: unknown[]): Promise<boolean> {
  await tx.query('savepoint claim');
  try {
    await tx.query(prepared('purchase-claim-all', CLAIM_ALL), columns);
    await tx.query('release savepoint claim');
    return true;
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    await tx.query('rollback to savepoint claim');
    return false;
  }
}

async function clashingCards(tx: Transaction, examinees: readonly Examinee[]): Promise<Set<string>> {
  const cards = new Set(examinees.map(({ purchase }) => purchase.ref.cardNo));
  const { rows } = await tx.query<{ card_no: string }>(prepared('purchase-clashing', CLASHING), [
    textArray([...cards]),
  ]);
  return new Set(rows.map((row) => row.card_no));
}

/** What comes behind another of the set with one of its keys is for judging to tell apart. The set comes card by card. */
function firstOfTheirKeys(examinees: readonly Examinee[]): ReceivedPurchase[] {
  const first: ReceivedPurchase[] = [];
  let ofCard: ReceivedPurchase[] = [];
  for (const { purchase, isProven } of examinees) {
    if (!isProven) continue;
    if (ofCard[0]?.ref.cardNo !== purchase.ref.cardNo) ofCard = [];
    if (!ofCard.some((other) => shareKey(other.record, purchase.record))) first.push(purchase);
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
