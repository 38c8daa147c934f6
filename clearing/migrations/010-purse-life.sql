-- Purses of cards handed out but not yet received, and of cards whose validity is over.
alter table clearing.purse drop constraint purse_status;
alter table clearing.purse add constraint purse_status
  check (status in ('inactive', 'active', 'lost-reported', 'blocked', 'expired', 'replaced', 'returned'));

-- Who rides at a reduced fare, and from when to when: what pricing and the finance bureau's share go by.
create sequence clearing.concession_no;
create table clearing.concession (
  card_no       text not null,
  concession_no bigint not null default nextval('clearing.concession_no'),
  category      text not null,
  valid_from    date not null,
  valid_to      date not null,
  constraint concession_key primary key (card_no, concession_no),
  constraint concession_validity check (valid_to >= valid_from)
) partition by hash (card_no);

-- Taps of a card whose balance has gone elsewhere already: told to people once, and paid by what two of them decide.
create table clearing.late_tap (
  card_no       text not null,
  business_date date not null,
  intake_id     bigint not null,
  record_index  integer not null,
  amount_fen    bigint not null,
  noticed_at    timestamptz not null default clock_timestamp(),
  paid_by       text,
  decided_by    text,
  approved_by   text,
  decided_at    timestamptz,
  constraint late_tap_key primary key (card_no, business_date, intake_id, record_index),
  constraint late_tap_paid_by check (paid_by in ('company', 'successor')),
  constraint late_tap_two_people check (approved_by <> decided_by),
  constraint late_tap_decided check ((paid_by is null) = (decided_at is null))
) partition by hash (card_no);
create index late_tap_open on clearing.late_tap (noticed_at) where paid_by is null;

select clearing.create_card_partitions('concession', false), clearing.create_card_partitions('late_tap', false);
