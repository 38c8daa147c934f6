import { numberArray, textArray, type Transaction } from '@citycard/common';
import { HOME_CITY } from '../../purses/card-number.ts';
import { prepared } from '../../prepared.ts';
import type { ReceivedPurchase, RecordRef } from '../received-purchase.ts';
import { CLOCKS_DIFFER_MS } from './neighbours.ts';

/** Purchases of one card that follow one another without a gap. */
interface Stretch {
  readonly cardNo: string;
  readonly refs: readonly RecordRef[];
  readonly first: ReceivedPurchase['record'];
  readonly last: ReceivedPurchase['record'];
}

/**
 * One step in the index of counters finds the neighbours on both sides, the other steps nothing, nearly always. Each look-up is a
 * lateral one, so that no plan reads a table whole, whatever it believes of the tables.
 */
const ODD_STRETCHES = `
select array_agg(a.place) as places
  from unnest($1::text[], $2::integer[], $3::bigint[], $4::timestamptz[], $5::integer[], $6::bigint[], $7::timestamptz[])
       with ordinality as a(card_no, first, first_balance, first_at, last, left_fen, last_at, place)
 cross join lateral (
   select coalesce(bool_or(i.offline_counter = a.first - 1 and i.balance_before_fen - i.amount_fen = a.first_balance
                           and i.tapped_at <= a.first_at + $9 * interval '1 millisecond'), false) or a.first = 0 as continues,
          coalesce(bool_and(i.offline_counter <= a.last
                            or coalesce(i.balance_before_fen = a.left_fen and i.balance_before_fen >= i.amount_fen
                                        and i.tapped_at >= a.last_at - $9 * interval '1 millisecond', false)), true) as goes_on,
          least(min(i.tapped_at), a.first_at) - $9 * interval '1 millisecond' as since,
          greatest(max(i.tapped_at), a.last_at) + $9 * interval '1 millisecond' as until
     from clearing.purchase_identity i
    where i.card_no = a.card_no and i.issuer_city = $8 and i.offline_counter between a.first - 1 and a.last + 1) n
 where not (n.continues and n.goes_on)
    or exists (select from clearing.chain_gap g where g.card_no = a.card_no and g.from_counter <= a.last and g.to_counter >= a.first)
    or exists (select from clearing.chain_break b where b.card_no = a.card_no and b.offline_counter between a.first and a.last + 1)
    or exists (select from clearing.load o where o.card_no = a.card_no and o.state <> 'void' and o.opened_at between n.since and n.until)`;

/**
 * Of purchases that have just taken their places in the chains of their cards, those that do not simply continue and are not simply
 * continued: a counter is missing, a balance is another, time goes back, a load is about, or something was found here before. They
 * are for {@link walkChains} to look at closely.
 */
export async function oddOnes(tx: Transaction, purchases: readonly ReceivedPurchase[]): Promise<RecordRef[]> {
  const ours = purchases.filter(({ record }) => record.issuerCity === HOME_CITY);
  const stretches = [...byCard(ours).values()].map(stretchOf);
  const whole = stretches.filter((stretch): stretch is Stretch => 'first' in stretch);
  const odd = stretches.filter((stretch) => !('first' in stretch));
  if (whole.length > 0) {
    const { rows } = await tx.query<{ places: bigint[] | null }>(prepared('purchase-chain-quick', ODD_STRETCHES), [
      textArray(whole.map(({ cardNo }) => cardNo)),
      numberArray(whole.map(({ first }) => first.offlineCounter)),
      numberArray(whole.map(({ first }) => first.balanceBeforeFen)),
      textArray(whole.map(({ first }) => first.tappedText ?? null)),
      numberArray(whole.map(({ last }) => last.offlineCounter)),
      numberArray(whole.map(({ last }) => last.balanceBeforeFen - last.amountFen)),
      textArray(whole.map(({ last }) => last.tappedText ?? null)),
      HOME_CITY,
      CLOCKS_DIFFER_MS,
    ]);
    for (const place of rows[0]?.places ?? []) odd.push(whole[Number(place) - 1] ?? { refs: [] });
  }
  return odd.flatMap(({ refs }) => refs);
}

function byCard(purchases: readonly ReceivedPurchase[]): Map<string, ReceivedPurchase[]> {
  const cards = new Map<string, ReceivedPurchase[]>();
  for (const purchase of purchases) {
    const own = cards.get(purchase.ref.cardNo);
    if (own === undefined) cards.set(purchase.ref.cardNo, [purchase]);
    else own.push(purchase);
  }
  return cards;
}

/** What the purchases of a card are together, or only where they are when they do not follow one another. */
function stretchOf(purchases: ReceivedPurchase[]): Stretch | { readonly refs: readonly RecordRef[] } {
  const sorted = purchases.sort((a, b) => a.record.offlineCounter - b.record.offlineCounter);
  const refs = sorted.map(({ ref }) => ref);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || !sorted.every(follows)) return { refs };
  return { cardNo: first.ref.cardNo, refs, first: first.record, last: last.record };
}

function follows({ record }: ReceivedPurchase, place: number, all: readonly ReceivedPurchase[]): boolean {
  const before = all[place - 1]?.record;
  const { offlineCounter, balanceBeforeFen, amountFen, tappedAt } = record;
  if (tappedAt === undefined || balanceBeforeFen < amountFen) return false;
  if (before?.tappedAt === undefined) return before === undefined;
  return (
    offlineCounter === before.offlineCounter + 1 &&
    balanceBeforeFen === before.balanceBeforeFen - before.amountFen &&
    tappedAt.getTime() >= before.tappedAt.getTime() - CLOCKS_DIFFER_MS
  );
}
