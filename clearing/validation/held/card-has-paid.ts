import { type Fen, formatYuan, type Transaction } from '@citycard/common';
import { nameOf, type ReceivedPurchase, refOf, type RefRow } from '../received-purchase.ts';

/** The accepted purchase with the next counter, where what it began with is what this one left, posted loads counted in. */
const NEXT = `
select n.card_no, n.business_date, n.intake_id, n.record_index
  from clearing.purchase_identity i
  join clearing.purchase_record n
    on n.card_no = i.card_no and n.business_date = i.business_date and n.intake_id = i.intake_id
   and n.record_index = i.record_index and n.state = 'accepted'
 where i.card_no = $1 and i.issuer_city = $2 and i.offline_counter = $3::integer + 1
   and n.balance_before_fen = $4::bigint - $5::bigint
       + (select coalesce(sum(l.amount_fen), 0) from clearing.load l
           where l.card_no = i.card_no and l.state = 'posted' and l.opened_at > $6 and l.opened_at <= n.tapped_at)`;

/**
 * What the card's own chain says for its having paid a torn purchase: undefined when it does not say so. The second pass would
 * have the purse pay by the same finding, after its wait (docs/validation.md).
 */
export async function whyCardHasPaid(
  tx: Transaction,
  { ref, record }: ReceivedPurchase,
  amountFen: Fen,
): Promise<string | undefined> {
  if (amountFen === 0n) return undefined;
  const { issuerCity, offlineCounter, balanceBeforeFen, tappedAt } = record;
  const { rows } = await tx.query<RefRow>(NEXT, [
    ref.cardNo,
    issuerCity,
    offlineCounter,
    balanceBeforeFen,
    amountFen,
    tappedAt ?? null,
  ]);
  const [next] = rows;
  return next && `its next purchase, ${nameOf(refOf(next))}, began without these ${formatYuan(amountFen)} yuan`;
}
