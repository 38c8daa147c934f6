-- What concessions, transfers, daily caps and passes are worth, by date: rows of the documents that two people put in force.
alter table clearing.terms_version drop constraint terms_version_kind;
alter table clearing.terms_version add constraint terms_version_kind check (kind in ('fees', 'settlement', 'holidays', 'concessions'));

create table clearing.concession_rule (
  rule_id                  bigint generated always as identity primary key,
  kind                     text not null,
  participant_no           text references clearing.participant,
  industry                 smallint,
  -- Category of the holder; of a pass, its code. '' in transfers and caps: every category.
  category                 text not null,
  pays_percent             integer,
  rides_per_day            integer,
  rides_per_month          integer,
  then_pays_percent        integer,
  max_full_fare_fen        bigint,
  improbable_rides_per_day integer,
  improbable_minutes       integer,
  within_minutes           integer,
  discount_fen             bigint,
  transfers                integer,
  per_day_fen              bigint,
  -- How much of what operators forgo the finance bureau pays.
  subsidy_percent          integer,
  pass_days                integer,
  pass_rides               integer,
  price_fen                bigint,
  valid_from               date not null,
  valid_to                 date,
  version                  integer not null,
  subject text generated always as (kind || '/' || category || '/' || coalesce('participant:' || participant_no, 'industry:' || industry::text)) stored,
  constraint concession_rule_kind check (kind in ('fare', 'transfer', 'cap', 'pass')),
  constraint concession_rule_one_subject check (num_nonnulls(participant_no, industry) = 1),
  constraint concession_rule_category check (category ~ '^[a-z0-9-]{0,20}$' and (category <> '' or kind in ('transfer', 'cap'))),
  constraint concession_rule_fare check ((kind = 'fare') = (num_nulls(pays_percent, then_pays_percent, max_full_fare_fen) = 0)
    and pays_percent between 0 and 100 and then_pays_percent between 0 and 100 and max_full_fare_fen > 0),
  constraint concession_rule_transfer check ((kind = 'transfer') = (num_nulls(within_minutes, discount_fen, transfers) = 0)
    and within_minutes > 0 and discount_fen > 0 and transfers > 0),
  constraint concession_rule_cap check ((kind = 'cap') = (per_day_fen is not null) and per_day_fen >= 0),
  constraint concession_rule_pass check ((kind = 'pass') = (num_nulls(pass_days, price_fen) = 0) and pass_days > 0 and pass_rides > 0 and price_fen > 0),
  constraint concession_rule_subsidy check ((kind = 'pass') = (subsidy_percent is null) and subsidy_percent between 0 and 100),
  constraint concession_rule_dates check (valid_to >= valid_from),
  constraint concession_rule_no_overlap exclude using gist (subject with =, daterange(valid_from, valid_to, '[]') with &&)
);
comment on table clearing.concession_rule is 'Fares of categories, transfer discounts, daily caps and passes by the day they hold from; brought by documents of two persons.';
