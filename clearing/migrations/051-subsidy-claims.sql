-- What the finance bureau is asked to pay for concessions: a claim per month and category, ride by ride.
insert into clearing.account_kind (kind, normal_side, card_keyed) values ('subsidy-payable', 'credit', false);

create table clearing.subsidy_claim (
  claim_no       bigint generated always as identity primary key,
  month          date not null,
  category       text not null,
  state          text not null default 'proposed',
  ride_count     bigint not null,
  amount_fen     bigint not null,
  excluded_count bigint not null,
  excluded_fen   bigint not null,
  improbable_count bigint not null,
  improbable_fen bigint not null,
  lines_sha256   text not null,
  approval_id    bigint,
  proposed_by    text not null,
  proposed_at    timestamptz not null default clock_timestamp(),
  approved_by    text,
  posted_date    date,
  paid_fen       bigint not null default 0,
  constraint subsidy_claim_month check (extract(day from month) = 1),
  constraint subsidy_claim_state check (state in ('proposed', 'approved', 'paid', 'withdrawn')),
  constraint subsidy_claim_amounts check (least(ride_count, amount_fen, excluded_count, excluded_fen, improbable_count, improbable_fen, paid_fen) >= 0 and paid_fen <= amount_fen),
  constraint subsidy_claim_two_people check (approved_by <> proposed_by),
  constraint subsidy_claim_approved check ((state in ('approved', 'paid')) = (approved_by is not null and posted_date is not null))
);
create unique index subsidy_claim_once on clearing.subsidy_claim (month, category) where state <> 'withdrawn';
create table clearing.subsidy_line (
  card_no        text not null,
  claim_no       bigint not null,
  business_date  date not null,
  intake_id      bigint not null,
  record_index   integer not null,
  participant_no text not null,
  posted_date    date not null,
  tapped_at      timestamptz not null,
  full_fen       bigint not null,
  -- What the holder paid in the end.
  paid_fen       bigint not null,
  subsidy_fen    bigint not null,
  -- Why it is not claimed; null: it is.
  excluded       text,
  -- Claimed, but somebody should look at it.
  improbable     text,
  constraint subsidy_line_key primary key (card_no, claim_no, business_date, intake_id, record_index),
  constraint subsidy_line_excluded check (excluded in ('not-entitled', 'fare-too-high')),
  constraint subsidy_line_improbable check (improbable in ('rides-per-day', 'two-at-once'))
) partition by hash (card_no);
select clearing.create_card_partitions('subsidy_line', false);
create index subsidy_line_of_claim on clearing.subsidy_line (claim_no);
create table clearing.subsidy_share (
  claim_no       bigint not null references clearing.subsidy_claim,
  participant_no text not null,
  ride_count     bigint not null,
  amount_fen     bigint not null,
  paid_fen       bigint not null default 0,
  constraint subsidy_share_key primary key (claim_no, participant_no),
  constraint subsidy_share_amounts check (amount_fen > 0 and paid_fen between 0 and amount_fen)
);
comment on table clearing.subsidy_claim is 'Claims on the finance bureau for concessions, per month and category; asked for by one person, approved by another.';
comment on table clearing.subsidy_line is 'The rides of a claim, with those left out and why.';
comment on table clearing.subsidy_share is 'What of a claim each operator gets once the bureau has paid.';
