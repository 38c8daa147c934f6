-- Day files of load agents (domain.md B.7): what an agent says it did on a city date, line by line, and what two persons did about it.
create table reconciliation.agent_statement (
  participant_no text not null,
  city_date      date not null,
  sha256         bytea not null,
  line_count     integer not null,
  load_count     bigint not null,
  load_fen       bigint not null,
  cancel_count   bigint not null,
  cancel_fen     bigint not null,
  -- Ours, when it was compared last: posted loads and cancellations of that date.
  our_load_count   bigint not null default 0,
  our_load_fen     bigint not null default 0,
  our_cancel_count bigint not null default 0,
  our_cancel_fen   bigint not null default 0,
  equal_count    bigint not null default 0,
  received_at    timestamptz not null default clock_timestamp(),
  compared_at    timestamptz,
  -- No line is open.
  closed_at      timestamptz,
  constraint agent_statement_key primary key (participant_no, city_date)
);
comment on table reconciliation.agent_statement is 'Day files of load agents: their totals, ours, how many lines are equal, and when no line was open any more.';

create table reconciliation.agent_line (
  participant_no text not null,
  city_date      date not null,
  line_no        integer not null,
  kind           text not null,
  terminal_no    text not null,
  batch_no       text not null,
  trace_no       text not null,
  card_no        text not null,
  amount_fen     bigint not null,
  -- The card's online counter before the load, where the agent knows it.
  online_counter integer,
  constraint agent_line_key primary key (participant_no, city_date, line_no),
  constraint agent_line_statement foreign key (participant_no, city_date) references reconciliation.agent_statement,
  constraint agent_line_kind check (kind in ('load', 'cancel')),
  constraint agent_line_amount check (amount_fen > 0)
);
create index agent_line_by_load on reconciliation.agent_line (participant_no, terminal_no, batch_no, trace_no, card_no);
comment on table reconciliation.agent_line is 'Lines of load agents'' day files, as they were delivered.';

-- What is done about a line, by two persons, once per difference.
create table reconciliation.agent_action (
  difference_no  bigint primary key references reconciliation.difference,
  participant_no text not null,
  city_date      date not null,
  action         text not null,
  amount_fen     bigint not null,
  reason         text not null,
  proposed_by    text not null,
  approval_id    bigint not null,
  approved_by    text,
  posting_key    text,
  done_at        timestamptz,
  constraint agent_action_action check (action in ('confirm-ours', 'void-ours', 'make-up-ours', 'make-up-theirs', 'cancel-theirs')),
  constraint agent_action_done check ((approved_by is null) = (done_at is null) and (done_at is not null or posting_key is null)),
  constraint agent_action_two_people check (approved_by <> proposed_by)
);
create index agent_action_by_statement on reconciliation.agent_action (participant_no, city_date);
comment on table reconciliation.agent_action is 'What two persons did about a line of an agent''s day file: confirmed, voided or made up on our side, made up or cancelled on theirs.';
