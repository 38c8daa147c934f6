-- Received records are judged card by card. A million purchases in the order they came touch every page of purses, accounts and keys
-- many times over; in the order of their cards each page is touched once. What is decided of a card depends on its own purchases
-- alone, and these keep the order they came in.
--
-- A pass takes the oldest undecided records of one business day, as many as one process can sort, and decides them in sets. Until all
-- of it is decided, undecided_intake says where the pass began.

create table clearing.validation_pass (
  one           boolean primary key default true check (one),
  pass_no       bigint not null generated always as identity,
  business_date date not null,
  record_count  integer not null,
  -- Records are decided in the order of their serials, of one card in the order of their intakes and places; so many are.
  decided_count integer not null default 0,
  decided_fen   bigint not null default 0,
  constraint validation_pass_decided check (decided_count between 0 and record_count - 1)
);
comment on table clearing.validation_pass is 'The pass over received purchase records that is under way, and how far it is.';

create table clearing.validation_pass_part (
  intake_id  bigint primary key references clearing.intake,
  content_id bigint not null,
  from_index integer not null,
  to_index   integer not null,
  constraint validation_pass_part_range check (from_index >= 0 and from_index < to_index)
);
comment on table clearing.validation_pass_part is 'Which records of messages and files the pass under way takes: from_index up to, but without, to_index.';

-- How much nobody has judged yet, by business day.
create view clearing.undecided_day as
select u.business_date, (sum(u.record_count - u.next_index) - coalesce(max(p.decided_count), 0))::bigint as record_count,
       (sum(u.left_fen) - coalesce(max(p.decided_fen), 0))::bigint as amount_fen
  from clearing.undecided_intake u left join clearing.validation_pass p on p.business_date = u.business_date
 group by u.business_date;
comment on view clearing.undecided_day is 'Received purchase records that nobody has judged yet, by business day.';

create or replace view clearing.day_outcome as
select business_date, state, reason_code, count(*) as count, sum(amount_fen)::bigint as amount_fen
  from clearing.purchase_record group by business_date, state, reason_code
union all
select business_date, 'received', null, record_count, amount_fen from clearing.undecided_day;

create or replace function clearing.undecided_records(p_card_no text default null)
  returns table (card_no text, business_date date, intake_id bigint, record_index integer, raw bytea, issuer_city text,
                 amount_fen bigint, participant_no text)
  language sql stable as $$
  select r.* from (
  select case when d.serial ~ '^0310[0-9]{16}$' then substr(d.serial, 2) else d.serial end as card_no, u.business_date, u.intake_id,
         (c.start / 64 + n)::integer as record_index, d.raw, encode(substring(d.raw from 3 for 2), 'hex'),
         ('x' || encode(substring(d.raw from 27 for 4), 'hex'))::bit(32)::bigint, i.participant_no
    from clearing.undecided_intake u
    join clearing.intake i on i.intake_id = u.intake_id
    join clearing.received_content c on c.content_id = u.content_id
   cross join lateral (select c.bytes || ''::bytea as bytes offset 0) whole
   cross join lateral generate_series(greatest(u.next_index - c.start / 64, 0), octet_length(whole.bytes) / 64 - 1) as n
   cross join lateral (select substring(whole.bytes from (n * 64 + 1)::integer for 64) as raw,
                              encode(substring(whole.bytes from (n * 64 + 5)::integer for 10), 'hex') as serial) d
   where c.start + octet_length(c.bytes) > u.next_index * 64::bigint
     and (p_card_no is null
          or position(decode(lpad(p_card_no, 20, '0'), 'hex') in whole.bytes) > 0 and d.serial = lpad(p_card_no, 20, '0'))) r
   -- Of the pass under way some are decided.
   where not exists (select from clearing.validation_pass p where p.decided_count > 0 and p.business_date = r.business_date)
      or not exists (select from clearing.purchase_record d where d.intake_id = r.intake_id and d.record_index = r.record_index
                        and d.card_no = r.card_no and d.business_date = r.business_date)
$$;

-- Chains are looked at as records are judged, and only those that are odd closely; what was judged before waits for its turn.
insert into clearing.chain_work
select business_date, intake_id, 0, next_index from clearing.undecided_intake where next_index > 0 on conflict do nothing;
