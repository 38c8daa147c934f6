-- Passes: a period or a number of rides, paid for in advance. What was paid is owed to operators by use.
insert into clearing.account_kind (kind, normal_side, card_keyed) values ('pass-unearned', 'credit', false);

create sequence clearing.pass_no;
create table clearing.pass (
  card_no       text not null,
  pass_no       bigint not null default nextval('clearing.pass_no'),
  code          text not null,
  rule_id       bigint not null,
  -- What it is good for: one industry or one operator.
  participant_no text,
  industry      smallint,
  price_fen     bigint not null,
  valid_from    date not null,
  valid_to      date not null,
  -- Null: as often as the holder likes.
  rides_allowed integer,
  paid_from     text not null,
  sold_by       text not null,
  sold_on       date not null,
  sold_at       timestamptz not null default clock_timestamp(),
  -- The settlement of passes that gave its price to operators.
  apportioned   bigint,
  constraint pass_key primary key (card_no, pass_no),
  constraint pass_validity check (valid_to >= valid_from),
  constraint pass_amounts check (price_fen > 0 and rides_allowed > 0)
) partition by hash (card_no);
create table clearing.pass_use (
  card_no        text not null,
  business_date  date not null,
  intake_id      bigint not null,
  record_index   integer not null,
  pass_no        bigint not null,
  participant_no text not null,
  posted_date    date not null,
  tapped_at      timestamptz not null,
  constraint pass_use_key primary key (card_no, business_date, intake_id, record_index)
) partition by hash (card_no);
select clearing.create_card_partitions('pass', false), clearing.create_card_partitions('pass_use', false);
create index pass_ending on clearing.pass (valid_to) where apportioned is null;
create index pass_use_of_pass on clearing.pass_use (card_no, pass_no);
create index pass_use_by_day on clearing.pass_use (posted_date);

create table clearing.pass_apportionment (
  apportionment_no bigint generated always as identity primary key,
  code             text not null,
  month            date not null,
  pass_count       bigint not null,
  use_count        bigint not null,
  amount_fen       bigint not null,
  approval_id      bigint not null,
  proposed_by      text not null,
  approved_by      text,
  posted_date      date,
  constraint pass_apportionment_once unique (code, month),
  constraint pass_apportionment_amount check (amount_fen > 0),
  constraint pass_apportionment_two_people check (approved_by <> proposed_by),
  constraint pass_apportionment_posted check ((approved_by is null) = (posted_date is null))
);
create table clearing.pass_share (
  apportionment_no bigint not null references clearing.pass_apportionment,
  -- Who gets it: an operator; '' is the company, when nobody ever rode.
  participant_no   text not null,
  use_count        bigint not null,
  amount_fen       bigint not null,
  constraint pass_share_key primary key (apportionment_no, participant_no),
  constraint pass_share_amount check (amount_fen >= 0)
);
comment on table clearing.pass is 'Passes sold to cards; a renewal is another pass that begins where the one before ends.';
comment on table clearing.pass_use is 'Rides at zero fare on a pass.';
comment on table clearing.pass_apportionment is 'The price of the passes of a kind that ended in a month, given to operators by use.';
comment on table clearing.pass_share is 'What of such a price each operator gets; the parts are the whole.';
