-- What terminals and depots have uploaded, by SAM: the numbers a SAM gives its transactions have no holes, and a SAM that is in use
-- goes on uploading.

-- Transaction numbers that have arrived, as runs without holes.
create table reconciliation.sam_run (
  sam_no    text not null,
  from_no   bigint not null,
  to_no     bigint not null,
  -- The business day on which the run was first seen.
  since_day date not null,
  constraint sam_run_key primary key (sam_no, from_no),
  constraint sam_run_range check (from_no between 0 and to_no)
);
comment on table reconciliation.sam_run is 'Terminal transaction numbers of each SAM that have arrived, as runs without holes.';

create table reconciliation.sam_upload (
  sam_no         text primary key,
  participant_no text not null,
  first_day      date not null,
  last_day       date not null,
  last_tapped_at timestamptz,
  -- Business days on which records of it came in.
  days           integer not null
);
comment on table reconciliation.sam_upload is 'When records of each SAM came in first and last, and on how many business days.';

-- Business days that were looked at, by subject, so that none is left out; looking again changes nothing.
create table reconciliation.looked_at (
  subject       text not null,
  business_date date not null,
  looked_at     timestamptz not null default clock_timestamp(),
  found         bigint not null default 0,
  constraint looked_at_key primary key (subject, business_date)
);
comment on table reconciliation.looked_at is 'Business days each subject of reconciliation has been looked at for, and how many differences were found.';

-- How long a side may be late before it counts as a difference; every version is kept, the newest holds.
create table reconciliation.patience (
  patience_no bigint generated always as identity primary key,
  subject     text not null,
  days        integer not null,
  set_by      text,
  approved_by text,
  set_at      timestamptz not null default clock_timestamp(),
  constraint patience_subject check (subject in ('sam-hole', 'sam-silent', 'batch-totals', 'payment', 'payment-status', 'cash-slip', 'cash-supply', 'agent-file')),
  constraint patience_days check (days between 0 and 90),
  constraint patience_two_people check (approved_by <> set_by and (set_by is null) = (approved_by is null))
);
comment on table reconciliation.patience is 'Days a side may be late before it is a difference, by subject, every version; set by two persons.';
create index patience_newest on reconciliation.patience (subject, patience_no desc);
create trigger patience_guard before update or delete or truncate on reconciliation.patience
  for each statement execute function clearing.day_record_guard();
insert into reconciliation.patience (subject, days) values
  -- Depots upload within three days.
  ('sam-hole', 3), ('sam-silent', 3),
  -- Purchases of a batch may still be on their way when its totals are said.
  ('batch-totals', 1),
  -- The bank books and answers on the day it is asked to pay; a holiday may lie between.
  ('payment', 1), ('payment-status', 1),
  -- Cash is carried to the bank on the next working day, and fetched on the same.
  ('cash-slip', 3), ('cash-supply', 1),
  -- Agents deliver the file of a day on the next.
  ('agent-file', 2);

-- What an operator says it has delivered: its own list of the files of a day.
create table reconciliation.operator_file_list (
  participant_no text not null,
  listed_day     date not null,
  sha256         bytea not null,
  file_count     integer not null,
  received_at    timestamptz not null default clock_timestamp(),
  constraint operator_file_list_key primary key (participant_no, listed_day)
);
comment on table reconciliation.operator_file_list is 'Days for which an operator has said which files it delivered.';
create table reconciliation.operator_listed_file (
  participant_no text not null,
  listed_day     date not null,
  file_name      text not null,
  record_count   bigint not null,
  amount_fen     bigint not null,
  constraint operator_listed_file_key primary key (participant_no, file_name),
  constraint operator_listed_file_list foreign key (participant_no, listed_day) references reconciliation.operator_file_list,
  constraint operator_listed_file_figures check (record_count >= 0 and amount_fen >= 0)
);
create index operator_listed_file_by_day on reconciliation.operator_listed_file (participant_no, listed_day);
comment on table reconciliation.operator_listed_file is 'Files an operator says it has delivered, with their records and amounts.';
