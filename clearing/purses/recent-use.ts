import { type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { CardNo } from './card-number.ts';

/** Something that happened to a card's money, as its holder understands it. */
export interface CardUse {
  readonly at: Date;
  readonly kind: 'purchase' | 'load' | 'credit';
  readonly amountFen: Fen;
  /**
   * `done`: in the balance of the books. `on-its-way`: not yet. `looked-into`: held, a decision is awaited. `not-charged`: refused,
   * whoever sold is not paid.
   */
  readonly standing: 'done' | 'on-its-way' | 'looked-into' | 'not-charged';
  /** Where, or who gave it. */
  readonly with?: string;
  /** Byte 55 of a purchase: bus, taxi, water, … */
  readonly industry?: number;
}

interface UseRow {
  at: Date;
  kind: CardUse['kind'];
  amount: bigint;
  standing: CardUse['standing'];
  name: string | null;
  industry: number | null;
}

/** Each part reads the newest of one card's own partition; the outer sort has at most four times the limit to look at. */
const RECENT = `
select u.at, u.kind, u.amount, u.standing, p.name, u.industry
  from (
    (select coalesce(tapped_at, decided_at, business_date::timestamptz) as at, 'purchase' as kind, amount_fen as amount,
            case state when 'accepted' then 'done' when 'suspicious' then 'looked-into' when 'rejected' then 'not-charged' else 'on-its-way' end as standing,
            participant_no, industry::integer
       from clearing.purchase_record where card_no = $1 and state <> 'duplicate'
      order by business_date desc, tapped_at desc nulls last limit $2)
    union all
    (select received_at, 'purchase', c.amount_fen, 'on-its-way', c.participant_no, null
       from clearing.undecided_records($1) c join clearing.intake i on i.intake_id = c.intake_id limit $2)
    union all
    (select opened_at, 'load', amount_fen, case state when 'posted' then 'done' else 'on-its-way' end, merchant_no, null
       from clearing.load where card_no = $1 and state in ('posted', 'pending') order by load_id desc limit $2)
    union all
    (select posted_at, 'credit', amount_fen, 'done', null, null
       from clearing.ledger_transfer where card_no = $1 and credit_account = 'pending-credit' and phase = 'posted'
      order by posted_at desc limit $2)) u
  left join clearing.participant p on p.participant_no = u.participant_no
 order by u.at desc limit $2`;

/** The newest purchases, loads and credits of a card, newest first. */
export async function recentUse(db: Database | Transaction, card: CardNo, limit: number): Promise<CardUse[]> {
  const { rows } = await (db as Database).query<UseRow>(RECENT, [card, limit]);
  return rows.map(({ at, kind, amount, standing, name, industry }) => ({
    at,
    kind,
    amountFen: fen(amount),
    standing,
    ...(name !== null && { with: name }),
    ...(industry !== null && { industry }),
  }));
}
