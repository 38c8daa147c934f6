-- Reports of closed days and periods as files. What a report says is captured once; files follow from it and are kept as they were signed.
create table clearing.report_set (
  -- A day 2026-11-20, a month 2026-11 or a quarter 2026Q4.
  period       text primary key,
  state        text not null default 'ordered',
  files_done   integer not null default 0,
  files_total  integer not null default 0,
  ordered_by   text not null,
  ordered_at   timestamptz not null default clock_timestamp(),
  finished_at  timestamptz,
  -- Why the last attempt failed, in a sentence.
  failure      text,
  constraint report_set_period check (period ~ '^20[0-9]{2}(-[0-9]{2}(-[0-9]{2})?|Q[1-4])$'),
  constraint report_set_state check (state in ('ordered', 'making', 'made', 'failed')),
  constraint report_set_finished check ((state = 'made') = (finished_at is not null))
);
comment on table clearing.report_set is 'Which sets of report files were ordered, and how far each is.';

create table clearing.report_data (
  period         text not null references clearing.report_set,
  report         text not null,
  -- The participant whose report it is; empty for those about everybody.
  subject        text not null default '',
  -- Canonical JSON: the hash printed in the files is of these bytes.
  content        text not null,
  content_sha256 bytea not null,
  captured_at    timestamptz not null default clock_timestamp(),
  constraint report_data_key primary key (period, report, subject),
  constraint report_data_hash check (content_sha256 = sha256(convert_to(content, 'UTF8')))
);
comment on table clearing.report_data is 'What a report says, captured once after its period was closed.';
create trigger report_data_guard before update or delete or truncate on clearing.report_data
  for each statement execute function clearing.day_record_guard();

create table clearing.report_file (
  period             text not null,
  report             text not null,
  subject            text not null default '',
  format             text not null,
  content            bytea not null,
  content_sha256     bytea not null,
  signature          bytea not null,
  certificate_serial text not null,
  made_at            timestamptz not null default clock_timestamp(),
  constraint report_file_key primary key (period, report, subject, format),
  constraint report_file_data foreign key (period, report, subject) references clearing.report_data,
  constraint report_file_format check (format in ('pdf', 'xlsx', 'csv', 'json')),
  constraint report_file_hash check (content_sha256 = sha256(content))
);
comment on table clearing.report_file is 'Report files as they were made and signed by a certificate of the city CA.';
create trigger report_file_guard before update or delete or truncate on clearing.report_file
  for each statement execute function clearing.day_record_guard();
