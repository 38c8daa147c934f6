-- Daily looks are matches by plans: what they found, and what both sides were, so that nothing is matched again that has not changed.
alter table reconciliation.match_run
  add column found integer,
  -- Of both sides and the terms, where both are kept here.
  add column input_sha256 bytea,
  -- What the files that are sent were announced with, by side: lines and fen.
  add column promised jsonb;
create index match_run_newest on reconciliation.match_run (plan, counterpart, business_day, run_no desc);

-- How long what was sent for matches is kept; every version stays, the newest of each kind holds.
create table reconciliation.match_retention (
  retention_no bigint generated always as identity primary key,
  what         text not null,
  -- Days from the end of the match; of one that was never started, from its order.
  keep_days    integer not null,
  set_by       text,
  approved_by  text,
  set_at       timestamptz not null default clock_timestamp(),
  constraint match_retention_what check (what in ('sent-files', 'sent-files-failed')),
  constraint match_retention_days check (keep_days between 7 and 3650),
  constraint match_retention_two_people check (approved_by <> set_by and (set_by is null) = (approved_by is null))
);
comment on table reconciliation.match_retention is 'Days files sent for matches are kept, by what became of the match, every version; set by two persons. Results stay for good.';
create index match_retention_newest on reconciliation.match_retention (what, retention_no desc);
create trigger match_retention_guard before update or delete or truncate on reconciliation.match_retention
  for each statement execute function clearing.day_record_guard();
insert into reconciliation.match_retention (what, keep_days) values
  -- Long enough for every dispute about a day; what was decided about each line stays in the result.
  ('sent-files', 180),
  -- Files of matches that failed or were never started are only good for looking why.
  ('sent-files-failed', 30);

-- The content goes, its hash stays: that it was sent, and what it was, can still be proved.
alter table reconciliation.match_input alter column content drop not null;
alter table reconciliation.match_input drop constraint match_input_hash;
alter table reconciliation.match_input
  add column dropped_at timestamptz,
  add constraint match_input_hash check (content is null or sha256 = sha256(content)),
  add constraint match_input_dropped check ((content is null) = (dropped_at is not null));
create index match_input_kept on reconciliation.match_input (run_no) where content is not null;
