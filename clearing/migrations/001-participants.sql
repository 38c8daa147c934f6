-- Who takes part: small reference tables, joined by text number, never referenced by card-keyed tables.
create extension if not exists btree_gist;

create table clearing.participant (
  participant_no     text primary key,
  name               text not null,
  kind               text not null,
  industry           smallint,
  city_code          text,
  settlement_account jsonb,
  status             text not null default 'production',
  admitted_at        timestamptz not null default now(),
  -- The characters an account code may hold, so that every participant can have accounts.
  constraint participant_no_form check (participant_no ~ '^[0-9A-Za-z.-]{4,15}$'),
  constraint participant_kind check (kind in ('operator', 'agent', 'biller', 'city', 'bank', 'company')),
  constraint participant_industry check (industry between 1 and 255),
  constraint participant_city_code check ((kind = 'city') = (city_code is not null) and city_code ~ '^[0-9]{4}$'),
  constraint participant_status check (status in ('test', 'production', 'suspended', 'exited'))
);
create unique index participant_city on clearing.participant (city_code) where city_code is not null;

-- A SAM belongs to one participant at a time; a record is judged by who held its SAM when the card was tapped.
create table clearing.sam_assignment (
  sam_no         text not null,
  participant_no text not null references clearing.participant,
  terminal_no    text,
  valid_from     timestamptz not null,
  valid_to       timestamptz,
  constraint sam_no_digits check (sam_no ~ '^[0-9]{12}$'),
  constraint sam_assignment_order check (valid_to is null or valid_to > valid_from),
  constraint sam_assignment_one_holder exclude using gist (sam_no with =, tstzrange(valid_from, valid_to) with &&)
);
create index sam_assignment_by_terminal on clearing.sam_assignment (terminal_no, valid_from);

create table clearing.alarm (
  alarm_id  bigint generated always as identity primary key,
  kind      text not null,
  severity  text not null,
  subject   text not null,
  evidence  jsonb not null,
  raised_at timestamptz not null default now(),
  constraint alarm_severity check (severity in ('notice', 'warning', 'critical'))
);
create index alarm_by_kind on clearing.alarm (kind, raised_at);
