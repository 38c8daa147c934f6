import { type Database, type Fen, fen } from '@citycard/common';
import { CARD_ACCOUNT_KINDS } from '../ledger/accounts.ts';

/** What the back office holds for a card beside what the card itself may say, in fen. */
export interface PurseView {
  readonly cardNo: string;
  /** Posted. */
  readonly balanceFen: Fen;
  readonly pendingCreditFen: Fen;
  /** Loads the card may have been credited with that are not settled yet. */
  readonly pendingLoadFen: Fen;
  /** Purchases the card has made (right TAC) that are not posted: held, on their way, or refused to the operator. */
  readonly unpostedPurchasesFen: Fen;
  /** Torn purchases nobody can tell about yet: the card has paid each of them, or not. */
  readonly tornPurchasesFen: Fen;
}

export interface PursePage {
  readonly purses: readonly PurseView[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

const PAGE = 1_000;
/** Of the refused: reasons found out behind a right TAC. 04, 07, 08 and 0F are held, so they are suspicious. */
const TRUE_BUT_REFUSED = ['06', '0D'];
const TORN = '05';

/**
 * A page of purses in the order of card numbers, sandbox cards left out: what is needed to compare the books with the
 * cards themselves.
 */
export async function pursePage(db: Database, after: string): Promise<PursePage> {
  const { rows } = await db.query<{
    card_no: string;
    balance: bigint;
    pending_credit: bigint;
    pending_load: bigint;
    unposted: bigint;
    torn: bigint;
  }>(
    `with waiting as (select card_no, sum(amount_fen)::bigint as amount from clearing.undecided_records() group by card_no)
     select p.card_no, a.balance, a.pending_credit, a.pending_load, coalesce(r.unposted, 0) + coalesce(w.amount, 0) as unposted, coalesce(r.torn, 0) as torn
       from (select card_no from clearing.purse where card_no > $1 and not sandbox order by card_no limit ${PAGE}) p
       join lateral (
         select sum(credits_posted - debits_posted) filter (where kind = 'purse')::bigint as balance,
                sum(credits_posted - debits_posted) filter (where kind = 'pending-credit')::bigint as pending_credit,
                sum(credits_pending) filter (where kind = 'purse')::bigint as pending_load
           from clearing.card_account c where c.card_no = p.card_no and c.kind = any($2)) a on true
       left join lateral (
         select sum(amount_fen) filter (where not (state = 'suspicious' and reason_code = '${TORN}'))::bigint as unposted,
                sum(amount_fen) filter (where state = 'suspicious' and reason_code = '${TORN}')::bigint as torn
           from clearing.purchase_record c
          where c.card_no = p.card_no
            and (state = 'suspicious' or (state = 'rejected' and reason_code = any($3)))) r on true
       left join waiting w on w.card_no = p.card_no
      order by p.card_no`,
    [after, CARD_ACCOUNT_KINDS, TRUE_BUT_REFUSED],
  );
  const purses = rows.map((row) => ({
    cardNo: row.card_no,
    balanceFen: fen(row.balance),
    pendingCreditFen: fen(row.pending_credit),
    pendingLoadFen: fen(row.pending_load),
    unpostedPurchasesFen: fen(row.unposted),
    tornPurchasesFen: fen(row.torn),
  }));
  const last = purses.at(-1);
  return { purses, ...(purses.length === PAGE && last !== undefined ? { next: last.cardNo } : {}) };
}
