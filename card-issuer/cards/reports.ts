import type { BusinessDate, Database } from '@citycard/common';

/** One day of cards and deposits (domain.md F.6, 发卡/押金表). Counts by city date, deposits by business day. */
export interface CardDay {
  readonly day: string;
  readonly issued: number;
  readonly replaced: number;
  readonly renewed: number;
  readonly returned: number;
  readonly lostReported: number;
  readonly found: number;
  readonly expired: number;
  readonly depositTakenFen: bigint;
  readonly depositGivenBackFen: bigint;
  /** Kept as income: damaged or lost cards. */
  readonly depositKeptFen: bigint;
}

/** Steps that put a card into somebody's hand, and those that end its life. */
const DAYS = `
with step as (
  select (at at time zone 'Asia/Shanghai')::date as day, step, count(*) as count from issuer.card_event
   where at >= $1::date::timestamp at time zone 'Asia/Shanghai' and at < ($2::date + 1)::timestamp at time zone 'Asia/Shanghai'
   group by 1, 2
), deposit as (
  select business_date as day,
         sum(amount_fen) filter (where credit_account = 'card-deposit')::bigint as taken,
         sum(amount_fen) filter (where debit_account = 'card-deposit' and credit_account not like 'fee-income:%')::bigint as back,
         sum(amount_fen) filter (where debit_account = 'card-deposit' and credit_account like 'fee-income:%')::bigint as kept
    from clearing.ledger_transfer
   where business_date between $1 and $2 and 'card-deposit' in (debit_account, credit_account) and phase = 'posted'
   group by 1
)
select to_char(day, 'YYYY-MM-DD') as day,
       coalesce(sum(count) filter (where step in ('issue', 'receive')), 0)::integer as issued,
       coalesce(sum(count) filter (where step = 'replace'), 0)::integer as replaced,
       coalesce(sum(count) filter (where step = 'renew'), 0)::integer as renewed,
       coalesce(sum(count) filter (where step = 'return'), 0)::integer as returned,
       coalesce(sum(count) filter (where step in ('report-loss', 'confirm-loss')), 0)::integer as "lostReported",
       coalesce(sum(count) filter (where step = 'find'), 0)::integer as found,
       coalesce(sum(count) filter (where step = 'expire'), 0)::integer as expired,
       coalesce(min(d.taken), 0)::bigint as "depositTakenFen",
       coalesce(min(d.back), 0)::bigint as "depositGivenBackFen",
       coalesce(min(d.kept), 0)::bigint as "depositKeptFen"
  from step full join deposit d using (day) group by day order by day`;

/** Cards issued and returned, deposits taken and given back, day by day, both days included. */
export async function cardDays(db: Database, from: BusinessDate, to: BusinessDate): Promise<CardDay[]> {
  const { rows } = await db.query<CardDay>(DAYS, [from, to]);
  return rows;
}
