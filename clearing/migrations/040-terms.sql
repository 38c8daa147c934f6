-- What two people put in force by date, each as one document: fees, settlement terms of participants, bank holidays.
-- The rows a version brings (tariff, settlement_terms, holiday_year) are what the clearing day reads; the document is what was read and signed.
create table clearing.terms_version (
  kind            text not null,
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
  constraint terms_version_key primary key (kind, version),
  constraint terms_version_kind check (kind in ('fees', 'settlement', 'holidays')),
  constraint terms_version_hash check (document_sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex')),
  constraint terms_version_two_people check (approved_by <> proposed_by),
  constraint terms_version_decided check ((approved_by is null) = (approved_at is null) and (approved_at is null or withdrawn_at is null))
);
create unique index terms_version_one_open on clearing.terms_version (kind) where approved_at is null and withdrawn_at is null;

-- Fees by product of the card, rounded per settlement line or per transaction, counted per day or over a calendar month,
-- shared between institutions.
alter table clearing.tariff drop constraint tariff_no_overlap;
alter table clearing.tariff drop column subject;
alter table clearing.tariff
  add column product text,
  add column subject text generated always as ((case when participant_no is not null then 'participant:' || participant_no
                                                     when industry is not null then 'industry:' || industry::text else 'everybody' end)
                                               || coalesce('/' || product, '')) stored,
  add column rounding text not null default 'line',
  add column period text not null default 'day',
  add column shares jsonb,
  add column version integer,
  add constraint tariff_product check (product ~ '^[0-9A-F]{4}$'),
  add constraint tariff_rounding check (rounding in ('line', 'transaction')),
  add constraint tariff_period check (period in ('day', 'month')),
  add constraint tariff_no_overlap exclude using gist (subject with =, daterange(valid_from, valid_to, '[]') with &&);
comment on column clearing.tariff.product is 'Main and sub type of the card, two hexadecimal digits each; null: all cards.';
comment on column clearing.tariff.rounding is 'Where half a fen is rounded up: once per settlement line, or once per transaction.';
comment on column clearing.tariff.period is 'What a ladder, a minimum, a maximum and a fixed fee count over: the day or the calendar month.';
comment on column clearing.tariff.shares is 'Who gets how much of the fee; null: all of it is the company''s.';
comment on column clearing.tariff.version is 'Fee table that brought the row; null: an industry''s own or the first table.';

-- A line is the sum of its parts, one per tariff; shares of each part are what the ledger moved, to the fen.
alter table clearing.pricing_line alter column tariff_id drop not null;
comment on column clearing.pricing_line.tariff_id is 'The tariff, when the line has one alone; see pricing_part.';
create table clearing.pricing_part (
  business_date  date not null,
  participant_no text not null,
  tariff_id      bigint not null references clearing.tariff,
  sales_count    bigint not null,
  sales_fen      bigint not null,
  refund_count   bigint not null,
  refund_fen     bigint not null,
  -- What the same tariff had counted before in the calendar month; zero for tariffs that count by the day.
  before_count   bigint not null,
  before_fen     bigint not null,
  fee_fen        bigint not null,
  constraint pricing_part_key primary key (business_date, participant_no, tariff_id),
  constraint pricing_part_line foreign key (business_date, participant_no) references clearing.pricing_line
);
create index pricing_part_by_tariff on clearing.pricing_part (tariff_id, participant_no, business_date);
create table clearing.pricing_share (
  business_date  date not null,
  participant_no text not null,
  tariff_id      bigint not null,
  institution    text not null,
  account_code   text not null references clearing.account,
  amount_fen     bigint not null,
  constraint pricing_share_key primary key (business_date, participant_no, tariff_id, institution),
  constraint pricing_share_part foreign key (business_date, participant_no, tariff_id) references clearing.pricing_part
);
insert into clearing.pricing_part (business_date, participant_no, tariff_id, sales_count, sales_fen, refund_count, refund_fen, before_count, before_fen, fee_fen)
select business_date, participant_no, tariff_id, sales_count, sales_fen, refund_count, refund_fen, 0, 0, fee_fen from clearing.pricing_line;
insert into clearing.pricing_share (business_date, participant_no, tariff_id, institution, account_code, amount_fen)
select business_date, participant_no, tariff_id, 'company', 'fee-income:main', fee_fen from clearing.pricing_line where fee_fen <> 0;

-- Years of bank holidays beyond those the program was delivered with, from the notice of the State Council.
create table clearing.holiday_year (
  year     integer primary key,
  notice   text not null,
  holidays jsonb not null,
  made_up  jsonb not null,
  version  integer not null,
  constraint holiday_year_range check (year between 2025 and 2199)
);
