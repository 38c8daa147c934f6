-- Industries as data: an industry is a document with a version, put in force by two people from a day on. The pattern it
-- names is code; everything else about it stands in the document.
create table clearing.industry_version (
  industry        smallint not null,
  version         integer not null,
  valid_from      date not null,
  document        text not null,
  document_sha256 text not null,
  approval_id     bigint not null,
  proposed_by     text not null,
  proposed_at     timestamptz not null default clock_timestamp(),
  approved_by     text,
  approved_at     timestamptz,
  withdrawn_at    timestamptz,
  constraint industry_version_key primary key (industry, version),
  constraint industry_version_code check (industry between 1 and 255),
  constraint industry_version_hash check (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
  constraint industry_version_approved check ((approved_by is null) = (approved_at is null)),
  constraint industry_version_two_people check (approved_by <> proposed_by),
  constraint industry_version_withdrawn check (withdrawn_at is null or approved_at is null)
);
create unique index industry_version_one_proposal on clearing.industry_version (industry)
  where approved_at is null and withdrawn_at is null;
create index industry_version_in_force on clearing.industry_version (industry, valid_from desc, version desc) where approved_at is not null;

-- What is in force decides what people paid: a version that was approved or withdrawn stays as it is.
create function clearing.industry_version_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.approved_at is not null or old.withdrawn_at is not null
     or (new.industry, new.version, new.valid_from, new.document) is distinct from (old.industry, old.version, old.valid_from, old.document) then
    raise exception 'version % of industry % is kept as it is', old.version, old.industry using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger industry_version_guard before update or delete on clearing.industry_version
  for each row execute function clearing.industry_version_guard();

-- Funds that are not float (medical, social security): what a fund holds for people, what it owes to those who treated
-- them, and each card's part of it. They balance among themselves and no account of the float is ever beside them in a posting.
insert into clearing.account_kind (kind, normal_side, card_keyed) values ('fund-pool', 'debit', false), ('fund-claim', 'credit', false);
alter table clearing.card_account drop constraint card_account_kind;
alter table clearing.card_account add constraint card_account_kind
  check (kind in ('purse', 'pending-credit', 'online', 'card-deposit') or kind ~ '^fund-[0-9a-f]{2}$');
alter table clearing.account drop constraint account_not_of_card;
alter table clearing.account add constraint account_not_of_card
  check (kind not in ('purse', 'pending-credit', 'online', 'card-deposit') and kind !~ '^fund-[0-9a-f]{2}$');
create index card_account_of_fund on clearing.card_account (kind) where kind like 'fund-%';

-- Accepted purchases of industries whose pattern has a second look: what their industry data says, and what is wrong with it.
create table clearing.industry_entry (
  card_no        text not null,
  business_date  date not null,
  intake_id      bigint not null,
  record_index   integer not null,
  industry       smallint not null,
  -- The version it was looked at by.
  version        integer not null,
  participant_no text not null,
  posted_date    date not null,
  tapped_at      timestamptz not null,
  amount_fen     bigint not null,
  -- The industry data as the layout of the version reads it.
  facts          jsonb not null,
  -- What the purchase should have cost, where the industry can tell.
  expected_fen   bigint,
  -- What a fund paid of it.
  fund_fen       bigint not null default 0,
  -- Null: all is as it should be.
  finding        text,
  examined_at    timestamptz not null default clock_timestamp(),
  constraint industry_entry_key primary key (card_no, business_date, intake_id, record_index),
  constraint industry_entry_fund check (fund_fen >= 0)
) partition by hash (card_no);

-- What a card may enter with, without money at the gate.
create sequence clearing.entitlement_no;
create table clearing.entitlement (
  card_no        text not null,
  entitlement_no bigint not null default nextval('clearing.entitlement_no'),
  industry       smallint not null,
  valid_from     date not null,
  valid_to       date not null,
  -- Null: as often as the holder likes.
  visits_allowed integer,
  visits_used    integer not null default 0,
  reference      text not null,
  granted_by     text not null,
  granted_at     timestamptz not null default clock_timestamp(),
  ended_on       date,
  constraint entitlement_key primary key (card_no, entitlement_no),
  constraint entitlement_validity check (valid_to >= valid_from),
  constraint entitlement_visits check (visits_used >= 0 and visits_allowed > 0 and visits_used <= coalesce(visits_allowed, visits_used))
) partition by hash (card_no);

-- Credits of a fund to cards: ordered by one person as a list, booked when a second one has confirmed it.
create table clearing.fund_credit_list (
  list_no     bigint generated always as identity primary key,
  industry    smallint not null,
  reference   text not null,
  line_count  integer not null,
  amount_fen  bigint not null,
  sha256      text not null,
  approval_id bigint not null,
  ordered_by  text not null,
  approved_by text,
  booked_date date,
  constraint fund_credit_list_once unique (industry, reference),
  constraint fund_credit_list_sums check (line_count > 0 and amount_fen > 0),
  constraint fund_credit_list_two_people check (approved_by <> ordered_by)
);
create table clearing.fund_credit (
  card_no    text not null,
  list_no    bigint not null,
  line_no    integer not null,
  amount_fen bigint not null,
  constraint fund_credit_key primary key (card_no, list_no, line_no),
  constraint fund_credit_amount check (amount_fen > 0)
) partition by hash (card_no);

-- What a fund has paid to those it owes, outside our bank accounts: booked by two people from the fund's own paper.
create table clearing.fund_payment (
  approval_id    bigint primary key,
  industry       smallint not null,
  participant_no text not null references clearing.participant,
  reference      text not null,
  amount_fen     bigint not null,
  proposed_by    text not null,
  approved_by    text,
  booked_date    date,
  constraint fund_payment_once unique (industry, reference),
  constraint fund_payment_amount check (amount_fen > 0),
  constraint fund_payment_two_people check (approved_by <> proposed_by)
);

select clearing.create_card_partitions('industry_entry', false), clearing.create_card_partitions('entitlement', false),
       clearing.create_card_partitions('fund_credit', false);
create index industry_entry_by_day on clearing.industry_entry (posted_date, industry);
create index industry_entry_findings on clearing.industry_entry (industry, posted_date) where finding is not null;
-- Bus and taxi are the mass of all records and are never looked at twice; the others are few.
create index purchase_record_second_look on clearing.purchase_record (posted_date, industry) where posted_date is not null and industry > 2;

-- The lines per industry of a day, as they were when it was priced.
create table clearing.industry_line (
  business_date     date not null references clearing.business_day,
  industry          smallint not null,
  name              text not null,
  pattern           text not null,
  purchase_count    bigint not null,
  purchase_fen      bigint not null,
  refund_fen        bigint not null,
  fee_fen           bigint not null,
  net_fen           bigint not null,
  visit_count       bigint not null,
  fund_fen          bigint not null,
  finding_count     bigint not null,
  constraint industry_line_key primary key (business_date, industry)
);

comment on table clearing.industry_version is 'Versions of industries: what is known of each beside the code of its pattern.';
comment on table clearing.industry_entry is 'Purchases that their industry has looked at again, and what it found.';
comment on table clearing.industry_line is 'The settlement report by industry, day by day.';
comment on table clearing.entitlement is 'What a card may enter with, without money.';
comment on table clearing.fund_credit_list is 'Lists of what funds credit to cards, confirmed by a second person.';
comment on table clearing.fund_credit is 'Lines of such lists.';
comment on table clearing.fund_payment is 'Payments that funds made themselves to those they owe.';
