-- Rides that a concession, a transfer discount or a daily cap is about: what each should have cost, what went back to the card,
-- and what the finance bureau is asked for. Written once, when the day the ride was posted on is priced.
create table clearing.concession_ride (
  card_no          text not null,
  business_date    date not null,
  intake_id        bigint not null,
  record_index     integer not null,
  posted_date      date not null,
  tapped_at        timestamptz not null,
  tapped_on        date not null,
  participant_no   text not null,
  industry         smallint not null,
  -- Where a transfer is told from riding on: line of the bus, else the operator.
  line             text not null,
  category         text not null,
  full_fen         bigint not null,
  paid_fen         bigint not null,
  fare_rule        bigint,
  transfer_rule    bigint,
  cap_rule         bigint,
  -- Which ride of its day and month it is, among those of the same rule.
  ride_of_day      integer not null,
  ride_of_month    integer not null,
  -- What the card should have been charged less, by what.
  category_off_fen bigint not null,
  transfer_off_fen bigint not null,
  cap_off_fen      bigint not null,
  back_fen         bigint not null,
  subsidy_fen      bigint not null,
  finding          text,
  constraint concession_ride_key primary key (card_no, business_date, intake_id, record_index),
  constraint concession_ride_amounts check (least(full_fen, paid_fen, category_off_fen, transfer_off_fen, cap_off_fen, back_fen, subsidy_fen) >= 0
    and back_fen <= paid_fen and subsidy_fen <= full_fen - (paid_fen - back_fen)),
  constraint concession_ride_finding check (finding in ('fare-too-high', 'card-is-history', 'charged-too-little', 'charged-too-much'))
) partition by hash (card_no);
select clearing.create_card_partitions('concession_ride', false);
create index concession_ride_by_day on clearing.concession_ride (posted_date, category);
create index concession_ride_of_card on clearing.concession_ride (card_no, tapped_on);
comment on table clearing.concession_ride is 'Rides with a concession, a transfer discount or a daily cap: fare, payment, what went back and the subsidy.';
