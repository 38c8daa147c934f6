import type { BusinessDate } from '@citycard/common';

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
 * cards. The answer follows from what was posted until that day alone, so asking again later gives the same: rides of later
 * days are not looked at, and what a row once said of holder and card is kept.
 */
export const pricedRides = `
with sold as materialized (
  select r.card_no, r.business_date, r.intake_id, r.record_index, r.posted_date, r.tapped_at, d.tapped_on, r.participant_no, q.industry,
         r.participant_no || case q.industry when 1 then '/' || encode(substr(r.raw, 57, 2), 'hex') else '' end as line,
         -- What two persons have given back is not paid any more.
         r.amount_fen - coalesce(s.corrected_fen, e.corrected_fen, 0) as paid_fen,
         coalesce(s.corrected_fen, e.corrected_fen, 0) as corrected_fen, coalesce(s.company_fen, e.company_fen, 0) as company_fen,
         greatest(r.amount_fen, case q.industry when 1 then get_byte(r.raw, 62) * 256 + get_byte(r.raw, 63) else 0 end) as stated_fen,
         coalesce(s.category, c.category, 'full') as category,
         coalesce(s.finding = 'card-is-history', s.card_no is null and p.status in ('replaced', 'returned')) as history
    from clearing.purchase_record r
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
     -- Most cards have no concession; they are looked at only where a rule is about everybody.
     and (coalesce(s.category, c.category) is not null or exists (
           select from clearing.concession_rule x where x.kind <> 'pass' and x.category in ('', 'full')))
     and not exists (select from clearing.pass_use u where u.card_no = r.card_no and u.business_date = r.business_date
                        and u.intake_id = r.intake_id and u.record_index = r.record_index)
), ruled as materialized (
  select k.*, f.rule_id as fare_rule, f.pays_percent, f.then_pays_percent, f.rides_per_day, f.rides_per_month, f.max_full_fare_fen,
         f.subsidy_percent as fare_subsidy, t.rule_id as transfer_rule, t.discount_fen, t.subsidy_percent as transfer_subsidy,
         c.rule_id as cap_rule, c.per_day_fen, c.subsidy_percent as cap_subsidy
    from (select distinct participant_no, industry, category, tapped_on from sold) k
    left join lateral (${ruleOf('fare', 'x.category = k.category')}) f on true
    left join lateral (${ruleOf('transfer', "x.category in ('', k.category)")}) t on true
    left join lateral (${ruleOf('cap', "x.category in ('', k.category)")}) c on true
   where num_nonnulls(f.rule_id, t.rule_id, c.rule_id) > 0
), batch as materialized (
  select s.*, k.fare_rule, k.pays_percent, k.then_pays_percent, k.rides_per_day, k.rides_per_month, k.max_full_fare_fen, k.fare_subsidy,
         k.transfer_rule, k.discount_fen, k.transfer_subsidy, k.cap_rule, k.per_day_fen, k.cap_subsidy,
         date_trunc('month', s.tapped_on)::date as month,
         -- Without a concession the fare is what was paid.
         case when k.fare_rule is null then s.paid_fen else s.stated_fen end as full_fen
    from sold s join ruled k using (participant_no, industry, category, tapped_on)
), before as materialized (
  -- A chain of transfers may begin on the day before; nothing reaches further back than the month.
  select e.card_no, e.business_date, e.intake_id, e.record_index, e.tapped_at, e.tapped_on, e.line, e.fare_rule, e.transfer_rule, e.cap_rule,
         e.paid_fen - e.back_fen as charged_fen
    from (select card_no, min(month) as month, min(tapped_on) as day from batch group by 1) b
    join clearing.concession_ride e on e.card_no = b.card_no and e.posted_date < $1 and e.tapped_on >= least(b.month, b.day - 1)
), of_day as (
  select card_no, fare_rule, tapped_on, count(*) as rides from before group by 1, 2, 3
), of_month as (
  select card_no, fare_rule, date_trunc('month', tapped_on)::date as month, count(*) as rides from before group by 1, 2, 3
), counted as (
  select b.*,
         coalesce(d.rides, 0) + row_number() over (partition by b.card_no, b.fare_rule, b.tapped_on order by b.tapped_at, b.intake_id, b.record_index) as ride_of_day,
         coalesce(m.rides, 0) + row_number() over (partition by b.card_no, b.fare_rule, b.month order by b.tapped_at, b.intake_id, b.record_index) as ride_of_month
    from batch b
    left join of_day d on d.card_no = b.card_no and d.fare_rule = b.fare_rule and d.tapped_on = b.tapped_on
    left join of_month m on m.card_no = b.card_no and m.fare_rule = b.fare_rule and m.month = b.month
), fared as (
  select c.*, case when fare_rule is null then full_fen
                   when ride_of_day <= coalesce(rides_per_day, ride_of_day) and ride_of_month <= coalesce(rides_per_month, ride_of_month)
                     then full_fen * pays_percent / 100
                   else full_fen * then_pays_percent / 100 end as fare_fen
    from counted c
), in_order as (
  select card_no, business_date, intake_id, record_index, transfer_rule, tapped_at, line, true as of_batch from batch where transfer_rule is not null
   union all
  select card_no, business_date, intake_id, record_index, transfer_rule, tapped_at, line, false from before where transfer_rule is not null
), begun as (
  select o.*, x.transfers, (lag(o.tapped_at) over w is null or o.tapped_at - lag(o.tapped_at) over w > make_interval(mins => x.within_minutes)
                            or lag(o.line) over w = o.line)::integer as begins
    from in_order o join clearing.concession_rule x on x.rule_id = o.transfer_rule
  window w as (partition by o.card_no, o.transfer_rule order by o.tapped_at, o.intake_id, o.record_index)
), chained as (
  select b.*, sum(begins) over (partition by card_no, transfer_rule order by tapped_at, intake_id, record_index) as chain from begun b
), placed as (
  select c.*, row_number() over (partition by card_no, transfer_rule, chain order by tapped_at, intake_id, record_index) - 1 as place from chained c
), changed as (
  select f.*, case when p.place % (p.transfers + 1) > 0 then least(f.discount_fen, f.fare_fen) else 0 end as transfer_off_fen
    from fared f left join placed p on p.of_batch and p.card_no = f.card_no and p.business_date = f.business_date
                                   and p.intake_id = f.intake_id and p.record_index = f.record_index
), of_cap as (
  select card_no, cap_rule, tapped_on, sum(charged_fen)::bigint as charged_fen from before group by 1, 2, 3
), summed as (
  select c.*, least(c.paid_fen, c.fare_fen - c.transfer_off_fen) as owed_fen,
         coalesce(b.charged_fen, 0) + (sum(least(c.paid_fen, c.fare_fen - c.transfer_off_fen)) over (partition by c.card_no, c.cap_rule, c.tapped_on
           order by c.tapped_at, c.intake_id, c.record_index))::bigint as sum_fen
    from changed c left join of_cap b on b.card_no = c.card_no and b.cap_rule = c.cap_rule and b.tapped_on = c.tapped_on
), capped as (
  select s.*, case when cap_rule is null then owed_fen
                   else least(greatest(per_day_fen, sum_fen - owed_fen), sum_fen) - (sum_fen - owed_fen) end as due_fen
    from summed s
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
