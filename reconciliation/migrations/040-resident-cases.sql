-- Residents' cases: something is wrong with a fare, a load or a bill. What a person said, and how to reach that person, is sealed.

-- How many days a participant has for its answer, and the company for the end; every version is kept.
create table reconciliation.resident_case_rule (
  kind        text not null,
  version     integer not null,
  answer_days integer not null,
  end_days    integer not null,
  set_by      text not null,
  set_at      timestamptz not null default clock_timestamp(),
  constraint resident_case_rule_key primary key (kind, version),
  constraint resident_case_rule_kind check (kind in ('charged-twice', 'wrong-fare', 'load-missing', 'bill-missing')),
  constraint resident_case_rule_days check (answer_days between 1 and 30 and end_days between answer_days and 60)
);
comment on table reconciliation.resident_case_rule is 'Days for a participant to answer a case of a resident, and for the company to end it; the newest version counts.';

create sequence reconciliation.resident_case_no;
create table reconciliation.resident_case (
  case_no        bigint primary key default nextval('reconciliation.resident_case_no'),
  kind           text not null,
  channel        text not null,
  -- The hotline's own number of its order.
  order_no       text,
  card_no        text not null,
  occurred_on    date not null,
  -- What the person says it was about; 0 when nothing was said.
  amount_fen     bigint not null default 0,
  -- Whose answer is asked for; empty when it is the company's own to look into.
  participant_no text not null default '',
  state          text not null,
  opened_by      text not null,
  opened_at      timestamptz not null default clock_timestamp(),
  answer_due_at  timestamptz not null,
  end_due_at     timestamptz not null,
  -- 1 when the participant let its time pass, 2 when the company did.
  level          smallint not null default 0,
  finding        text,
  answer         text,
  answered_by    text,
  answered_at    timestamptz,
  outcome        text,
  reason         text,
  -- The card that was given something back; the case names the correction.
  credited_card  text,
  credited_fen   bigint,
  ended_by       text,
  ended_at       timestamptz,
  constraint resident_case_kind check (kind in ('charged-twice', 'wrong-fare', 'load-missing', 'bill-missing')),
  constraint resident_case_channel check (channel in ('counter', 'phone', 'kiosk', 'hotline-12345')),
  constraint resident_case_order check ((channel = 'hotline-12345') = (order_no is not null)),
  constraint resident_case_order_once unique (order_no),
  constraint resident_case_state check (state in ('with-participant', 'with-company', 'ended')),
  constraint resident_case_level check (level between 0 and 2),
  constraint resident_case_amount check (amount_fen >= 0),
  constraint resident_case_answer check (num_nulls(finding, answer, answered_by, answered_at) in (0, 4) and finding in ('agrees', 'disagrees')),
  constraint resident_case_asked check (state <> 'with-participant' or participant_no <> ''),
  -- Nothing ends without a credit or a written reason.
  constraint resident_case_ended check ((state = 'ended') = (outcome is not null) and num_nulls(outcome, ended_by, ended_at) in (0, 3)),
  constraint resident_case_outcome check (outcome is null
    or outcome = 'credited' and credited_card is not null and credited_fen > 0
    or outcome = 'refused' and char_length(reason) >= 10 and credited_card is null)
);
create index resident_case_by_card on reconciliation.resident_case (card_no, occurred_on);
create index resident_case_open on reconciliation.resident_case (end_due_at) where state <> 'ended';
create index resident_case_by_time on reconciliation.resident_case (opened_at);
comment on table reconciliation.resident_case is 'A resident says that something is wrong: what, with which card, who has to answer until when, and how it ended.';

create table reconciliation.resident_case_words (
  case_no  bigint not null references reconciliation.resident_case,
  words_no integer not null,
  sealed   bytea not null,
  constraint resident_case_words_key primary key (case_no, words_no)
);
comment on table reconciliation.resident_case_words is 'What the person said and how to reach that person, sealed under the keys of the HSM.';

-- What the system found about the card around that day: when the case was opened, and again when it changed.
create table reconciliation.resident_case_chain (
  case_no  bigint not null references reconciliation.resident_case,
  chain_no integer not null,
  taken_at timestamptz not null default clock_timestamp(),
  content  jsonb not null,
  sha256   bytea not null,
  constraint resident_case_chain_key primary key (case_no, chain_no)
);
comment on table reconciliation.resident_case_chain is 'The record chain of the card around the day of a case, as it was found.';

create table reconciliation.resident_case_event (
  case_no  bigint not null references reconciliation.resident_case,
  event_no integer not null,
  at       timestamptz not null default clock_timestamp(),
  actor    text not null,
  event    text not null,
  words    text not null default '',
  constraint resident_case_event_key primary key (case_no, event_no),
  constraint resident_case_event_kind check (event in ('opened', 'said-again', 'comment', 'answered', 'overdue', 'words-read', 'credit-proposed', 'ended'))
);
comment on table reconciliation.resident_case_event is 'What happened to a case of a resident, and by whom; nothing of it changes.';
create function reconciliation.resident_case_record_guard() returns trigger language plpgsql as $$
begin
  raise exception '% is never changed', tg_table_name;
end $$;
create trigger resident_case_event_guard before update or delete or truncate on reconciliation.resident_case_event
  for each statement execute function reconciliation.resident_case_record_guard();
create trigger resident_case_chain_guard before update or delete or truncate on reconciliation.resident_case_chain
  for each statement execute function reconciliation.resident_case_record_guard();

-- An ended case stays as it ended, and a credit is only claimed where one was booked.
create function reconciliation.resident_case_guard() returns trigger language plpgsql as $$
begin
  if old.state = 'ended' then
    raise exception 'case % has ended', old.case_no;
  end if;
  if new.outcome = 'credited' and not exists (
    select from clearing.credit_correction c
     where c.card_no = new.credited_card and c.case_no = 'RC' || new.case_no and c.amount_fen = new.credited_fen and c.posted_date is not null) then
    raise exception 'case % has no booked credit', new.case_no;
  end if;
  return new;
end $$;
create trigger resident_case_guard before update on reconciliation.resident_case for each row execute function reconciliation.resident_case_guard();
