import type { BusinessDate, Database, Transaction } from '@citycard/common';

/** The columns of clearing.concession_ride, in the order of {@link pricedRides}. */
export const RIDE_COLUMNS = `card_no, business_date, intake_id, record_index, posted_date, tapped_at, tapped_on, participant_no, industry,
  line, category, full_fen, paid_fen, fare_rule, transfer_rule, cap_rule, ride_of_day, ride_of_month, category_off_fen,
  transfer_off_fen, cap_off_fen, back_fen, subsidy_fen, finding, corrected_fen, company_fen`;

/** The one rule of a kind for an operator, a category and a day: its own before its industry's, its category's before everybody's. */
const ruleOf = (kind: string, category: string): string => `
  select x.* from clearing.concession_rule x
   where x.kind = '${kind}' and ${category} and (x.participant_no = k.participant_no or x.industry = k.industry)
     and x.valid_from <= k.tapped_on and coalesce(x.valid_to, k.tapped_on) >= k.tapped_on
   order by x.participant_no nulls last, x.category desc limit 1`;

/**
 * Every ride posted on a day ($1) that a concession, a transfer discount or a cap is about, and what it comes to. One statement
 * for the whole day: the rules are looked up once per operator, category and day, everything else is counted by windows over
 * cards, with the rides of days before in front. The answer follows from what was posted until that day alone, so asking again later gives the same: rides of later
 * days are not looked at, and what a row once said of holder and card is kept.
 */
export async function pricedRides(db: Database | Transaction): Promise<string> {
  const { rows } = await (db as Database).query<{ everybody: boolean }>(
    `select exists (select from clearing.concession_rule where kind <> 'pass' and category in ('', 'full')) as everybody`,
  );
  return ridesOfDay(rows[0]?.everybody === true ? '' : OF_HOLDERS);
}

/** Most cards have no concession; where no rule is about everybody, theirs are not looked at. */
const OF_HOLDERS = `
    join (select card_no from clearing.concession union select card_no from clearing.concession_ride where posted_date = $1) h on h.card_no = r.card_no`;

const ridesOfDay = (whose: string): string => `
with sold as materialized (
  select r.card_no, r.business_date, r.intake_id, r.record_index, r.posted_date, r.tapped_at, d.tapped_on, r.participant_no, q.industry,
         concat_ws('|', r.participant_no, coalesce(s.category, c.category, 'full'), d.tapped_on) as rule_key,
         r.participant_no || case q.industry when 1 then '/' || encode(substr(r.raw, 57, 2), 'hex') else '' end as line,
         -- What two persons have given back is not paid any more.
         r.amount_fen - coalesce(s.corrected_fen, e.corrected_fen, 0) as paid_fen,
         coalesce(s.corrected_fen, e.corrected_fen, 0) as corrected_fen, coalesce(s.company_fen, e.company_fen, 0) as company_fen,
         greatest(r.amount_fen, case q.industry when 1 then get_byte(r.raw, 62) * 256 + get_byte(r.raw, 63) else 0 end) as stated_fen,
         coalesce(s.category, c.category, 'full') as category,
         coalesce(s.finding = 'card-is-history', s.card_no is null and p.status in ('replaced', 'returned')) as history
    from clearing.purchase_record r${whose}
    join clearing.participant q on q.participant_no = r.participant_no and q.kind = 'operator' and exists (
      select from clearing.concession_rule x where x.kind <> 'pass' and (x.participant_no = q.participant_no or x.industry = q.industry))
    join clearing.purse p on p.card_no = r.card_no and not p.sandbox
   cross join lateral (select (r.tapped_at at time zone 'Asia/Shanghai')::date as tapped_on) d
    left join clearing.concession c on c.card_no = r.card_no and d.tapped_on between c.valid_from and c.valid_to
    left join clearing.concession_ride s on s.card_no = r.card_no and s.business_date = r.business_date
      and s.intake_id = r.intake_id and s.record_index = r.record_index
    left join (select purchase_card_no, purchase_intake, purchase_index, sum(amount_fen)::bigint as corrected_fen,
                      coalesce(sum(amount_fen) filter (where payer = 'company'), 0)::bigint as company_fen
                 from clearing.credit_correction where posted_date is not null and purchase_intake is not null group by 1, 2, 3) e
      on e.purchase_card_no = r.card_no and e.purchase_intake = r.intake_id and e.purchase_index = r.record_index
   where r.posted_date = $1 and r.state = 'accepted' and r.flag <> 3
     and (coalesce(s.category, c.category) is not null or exists (
           select from clearing.concession_rule x where x.kind <> 'pass' and x.category in ('', 'full')))
     and not exists (select from clearing.pass_use u where u.card_no = r.card_no and u.business_date = r.business_date
                        and u.intake_id = r.intake_id and u.record_index = r.record_index)
), ruled as materialized (
  select k.rule_key, f.rule_id as fare_rule, f.pays_percent, f.then_pays_percent, f.rides_per_day, f.rides_per_month, f.max_full_fare_fen,
         f.subsidy_percent as fare_subsidy, t.rule_id as transfer_rule, t.discount_fen, t.transfers, t.within_minutes,
         t.subsidy_percent as transfer_subsidy, c.rule_id as cap_rule, c.per_day_fen, c.subsidy_percent as cap_subsidy
    from (select distinct rule_key, participant_no, industry, category, tapped_on from sold) k
    left join lateral (${ruleOf('fare', 'x.category = k.category')}) f on true
    left join lateral (${ruleOf('transfer', "x.category in ('', k.category)")}) t on true
    left join lateral (${ruleOf('cap', "x.category in ('', k.category)")}) c on true
   where num_nonnulls(f.rule_id, t.rule_id, c.rule_id) > 0
), batch as materialized (
  select s.*, k.fare_rule, k.pays_percent, k.then_pays_percent, k.rides_per_day, k.rides_per_month, k.max_full_fare_fen, k.fare_subsidy,
         k.transfer_rule, k.discount_fen, k.transfers, k.within_minutes, k.transfer_subsidy, k.cap_rule, k.per_day_fen, k.cap_subsidy,
         date_trunc('month', s.tapped_on)::date as month,
         -- Without a concession the fare is what was paid.
         case when k.fare_rule is null then s.paid_fen else s.stated_fen end as full_fen
    from sold s join ruled k using (rule_key)
), stream as (
  select true as of_batch, card_no, business_date, intake_id, record_index, posted_date, tapped_at, tapped_on, month, participant_no, industry,
         line, category, full_fen, stated_fen, paid_fen, corrected_fen, company_fen, history, fare_rule, pays_percent, then_pays_percent,
         rides_per_day, rides_per_month, max_full_fare_fen, fare_subsidy, transfer_rule, discount_fen, transfers, within_minutes,
         transfer_subsidy, cap_rule, per_day_fen, cap_subsidy, null::bigint as charged_fen
    from batch
   union all
  -- Rides of days before, for the count alone. A chain of transfers may begin on the day before; nothing reaches further back
  -- than the month. Looked up card by card: a plan that reads all rides ever made grows with the years.
  select false, e.card_no, e.business_date, e.intake_id, e.record_index, null, e.tapped_at, e.tapped_on, date_trunc('month', e.tapped_on)::date,
         null, null, e.line, null, null, null, null, null, null, null, e.fare_rule, null, null, null, null, null, null, e.transfer_rule, null,
         x.transfers, x.within_minutes, null, e.cap_rule, null, null, e.paid_fen - e.back_fen
    from (select card_no, min(case when fare_rule is null then tapped_on - 1 else least(month, tapped_on - 1) end) as since from batch group by 1) b
   cross join lateral (select * from clearing.concession_ride r
                        where r.card_no = b.card_no and r.posted_date < $1 and r.tapped_on >= b.since offset 0) e
    left join clearing.concession_rule x on x.rule_id = e.transfer_rule
), counted as (
  select s.*, case when fare_rule is null then 0 else row_number() over
           (partition by card_no, fare_rule, tapped_on order by of_batch, tapped_at, intake_id, record_index) end as ride_of_day,
         case when fare_rule is null then 0 else row_number() over
           (partition by card_no, fare_rule, month order by of_batch, tapped_at, intake_id, record_index) end as ride_of_month,
         (lag(tapped_at) over t is null or tapped_at - lag(tapped_at) over t > make_interval(mins => within_minutes)
            or lag(line) over t = line)::integer as begins
    from stream s
  window t as (partition by card_no, transfer_rule order by tapped_at, intake_id, record_index)
), chained as (
  select c.*, sum(begins) over (partition by card_no, transfer_rule order by tapped_at, intake_id, record_index) as chain,
         case when fare_rule is null then full_fen
              when ride_of_day <= coalesce(rides_per_day, ride_of_day) and ride_of_month <= coalesce(rides_per_month, ride_of_month)
                then full_fen * pays_percent / 100
              else full_fen * then_pays_percent / 100 end as fare_fen
    from counted c
), placed as (
  select c.*, row_number() over (partition by card_no, transfer_rule, chain order by tapped_at, intake_id, record_index) - 1 as place from chained c
), changed as (
  select p.*, case when place % (transfers + 1) > 0 then least(discount_fen, fare_fen) else 0 end as transfer_off_fen from placed p
), summed as (
  select c.*, least(paid_fen, fare_fen - transfer_off_fen) as owed_fen,
         (sum(coalesce(charged_fen, least(paid_fen, fare_fen - transfer_off_fen))) over (partition by card_no, cap_rule, tapped_on
           order by of_batch, tapped_at, intake_id, record_index))::bigint as sum_fen
    from changed c
), capped as (
  select s.*, case when cap_rule is null then owed_fen
                   else least(greatest(per_day_fen, sum_fen - owed_fen), sum_fen) - (sum_fen - owed_fen) end as due_fen
    from summed s where of_batch
)
select card_no, business_date, intake_id, record_index, posted_date, tapped_at, tapped_on, participant_no, industry, line, category,
       full_fen, paid_fen, fare_rule, transfer_rule, cap_rule, ride_of_day::integer, ride_of_month::integer,
       full_fen - fare_fen as category_off_fen, transfer_off_fen, owed_fen - due_fen as cap_off_fen,
       case when history then 0 else paid_fen - due_fen end as back_fen,
       case when fare_rule is not null and stated_fen > max_full_fare_fen then 0
            -- Nothing can go back to such a card, so its operator forgoes nothing but what the card was not charged.
            when history then greatest(0, least((least(full_fen - fare_fen, full_fen - paid_fen) * coalesce(fare_subsidy, 0) + 50) / 100,
              full_fen - paid_fen - company_fen))
            -- What the company gave back the operator has kept: it forgoes nothing of that.
            else greatest(0, least(full_fen - due_fen - company_fen, ((full_fen - fare_fen) * coalesce(fare_subsidy, 0) + 50) / 100 + (transfer_off_fen * coalesce(transfer_subsidy, 0) + 50) / 100
               + ((owed_fen - due_fen) * coalesce(cap_subsidy, 0) + 50) / 100)) end as subsidy_fen,
       case when history then 'card-is-history'
            when fare_rule is not null and stated_fen > max_full_fare_fen then 'fare-too-high'
            when paid_fen + corrected_fen < fare_fen - transfer_off_fen then 'charged-too-little'
            when fare_rule is not null and paid_fen > fare_fen then 'charged-too-much' end as finding,
       corrected_fen, company_fen
  from capped`;

/** The parameters of {@link pricedRides}. */
export const ridesOf = (date: BusinessDate): [BusinessDate] => [date];
