-- Matches of two sides line by line: what was ordered, the files that were sent for it, how far it is, and its result for good.
create table reconciliation.match_run (
  run_no           bigint generated always as identity primary key,
  plan             text not null,
  counterpart_kind text not null,
  counterpart      text not null,
  business_day     date not null,
  -- Passes, tolerance and window it was ordered with.
  terms            jsonb not null,
  -- Opens and ends no differences.
  dry_run          boolean not null,
  state            text not null default 'waiting',
  percent          integer not null default 0,
  attempts         integer not null default 0,
  ordered_by       text not null,
  ordered_at       timestamptz not null default clock_timestamp(),
  started_at       timestamptz,
  finished_at      timestamptz,
  -- Why the last attempt failed, in a sentence.
  failure          text,
  our_lines        bigint,
  their_lines      bigint,
  ours_fen         bigint,
  theirs_fen       bigint,
  -- By state: results, lines and amounts of both sides.
  states           jsonb,
  opened           integer,
  changed          integer,
  ended            integer,
  constraint match_run_counterpart_kind check (counterpart_kind in ('city', 'bank', 'operator', 'agent', 'biller', 'card')),
  constraint match_run_state check (state in ('waiting', 'ordered', 'running', 'done', 'failed')),
  constraint match_run_percent check (percent between 0 and 100),
  constraint match_run_done check ((state = 'done') = (states is not null) and (state = 'done') = (our_lines is not null))
);
comment on table reconciliation.match_run is 'Matches of two sides line by line: with whom, by what terms, how far, and what came out.';
create index match_run_to_do on reconciliation.match_run (run_no) where state in ('ordered', 'running');
create index match_run_by_day on reconciliation.match_run (business_day);

create table reconciliation.match_input (
  run_no  bigint not null references reconciliation.match_run,
  side    text not null,
  part_no integer not null,
  sha256  bytea not null,
  content bytea not null,
  constraint match_input_key primary key (run_no, side, part_no),
  constraint match_input_side check (side in ('ours', 'theirs')),
  constraint match_input_part check (part_no > 0),
  constraint match_input_hash check (sha256 = sha256(content))
);
comment on table reconciliation.match_input is 'Files sent for a match, in parts.';

create table reconciliation.match_result (
  run_no  bigint not null references reconciliation.match_run,
  -- Rows of `revised` stand in place of those of `main` about the same lines.
  file    text not null,
  part_no integer not null,
  content bytea not null,
  constraint match_result_key primary key (run_no, file, part_no),
  constraint match_result_file check (file in ('main', 'revised'))
);
comment on table reconciliation.match_result is 'What became of every line of a match, as Parquet, in parts.';
create trigger match_result_guard before update or delete or truncate on reconciliation.match_result
  for each statement execute function clearing.day_record_guard();
