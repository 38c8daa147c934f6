-- Differences with counterparts as work: found once, owned, due, explained, and ended by a booking or a reason.

-- Who looks after what kind of difference, and until when; the newest version of a line holds.
create table reconciliation.difference_rule (
  rule_no          bigint generated always as identity primary key,
  counterpart_kind text not null,
  -- A kind of difference, or '*' for those without a line of their own.
  kind             text not null,
  owner_role       text not null,
  -- Days from the day it is found.
  due_days         integer not null,
  -- Amounts that differ by no more end at once, by this rule.
  tolerate_fen     bigint not null default 0,
  set_by           text,
  approved_by      text,
  set_at           timestamptz not null default clock_timestamp(),
  constraint difference_rule_counterpart check (counterpart_kind in ('city', 'bank', 'operator', 'agent', 'biller', 'card')),
  constraint difference_rule_kind check (kind = '*' or kind ~ '^[a-z][a-z-]{1,30}$'),
  constraint difference_rule_owner check (owner_role in ('finance-maker', 'finance-checker', 'platform', 'clerk')),
  constraint difference_rule_due check (due_days between 0 and 365),
  constraint difference_rule_tolerance check (tolerate_fen between 0 and 1000),
  constraint difference_rule_two_people check (approved_by <> set_by and (set_by is null) = (approved_by is null))
);
comment on table reconciliation.difference_rule is 'Owner, due days and tolerance of differences by counterpart and kind, every version; the newest holds. Set by two persons.';
create index difference_rule_newest on reconciliation.difference_rule (counterpart_kind, kind, rule_no desc);
create trigger difference_rule_guard before update or delete or truncate on reconciliation.difference_rule
  for each statement execute function clearing.day_record_guard();

insert into reconciliation.difference_rule (counterpart_kind, kind, owner_role, due_days) values
  -- The bank answers on the next day; what it does not know of a payment of ours may take one more.
  ('bank', '*', 'finance-maker', 1), ('bank', 'only-ours', 'finance-maker', 2),
  -- Agents and billers are settled only after both sides are equal.
  ('agent', '*', 'finance-maker', 1), ('biller', '*', 'finance-maker', 1),
  -- Depots upload within three days; terminals that are silent are the platform's to look after.
  ('operator', '*', 'finance-maker', 3), ('operator', 'silent', 'platform', 2), ('operator', 'hole', 'platform', 7),
  -- Another city answers on T+2.
  ('city', '*', 'finance-maker', 5),
  -- Missing records of a card are waited for fifteen days.
  ('card', '*', 'finance-maker', 15);

create table reconciliation.difference (
  difference_no    bigint generated always as identity primary key,
  counterpart_kind text not null,
  -- Participant number; of the bank the account number; of a card its number.
  counterpart      text not null,
  business_day     date not null,
  -- What it is about, in the words both sides use: a record, an entry, a file, a terminal.
  subject_key      text not null,
  kind             text not null,
  -- Grows when the same thing is found again after it was ended.
  occurrence       integer not null default 1,
  ours_fen         bigint,
  theirs_fen       bigint,
  evidence         jsonb not null,
  found_on         date not null,
  found_at         timestamptz not null default clock_timestamp(),
  due_on           date not null,
  rule_no          bigint not null references reconciliation.difference_rule,
  owner_role       text not null,
  -- The person who took it, or was given it.
  owner            text,
  -- Counts what was found of it: a decision is about one version.
  version          integer not null default 1,
  state            text not null default 'open',
  ended_at         timestamptz,
  ended_on         date,
  ended_by         text,
  reason           text,
  posting_key      text,
  adjusted_fen     bigint,
  decided_by       text,
  approved_by      text,
  constraint difference_once unique (counterpart_kind, counterpart, business_day, subject_key, kind, occurrence),
  constraint difference_counterpart_kind check (counterpart_kind in ('city', 'bank', 'operator', 'agent', 'biller', 'card')),
  constraint difference_counterpart check (counterpart ~ '^[!-~]{1,40}$'),
  constraint difference_subject check (length(subject_key) between 1 and 200),
  constraint difference_kind check (kind ~ '^[a-z][a-z-]{1,30}$'),
  constraint difference_state check (state in ('open', 'ended')),
  constraint difference_ended_by check (ended_by in ('match', 'rule', 'people')),
  constraint difference_ended_whole check (
    (state = 'ended') = (ended_at is not null) and (ended_at is null) = (ended_by is null) and (ended_at is null) = (ended_on is null)),
  -- Nothing ends without a reason; a booking has one too, and says how much it moved.
  constraint difference_ended_explained check (
    (state = 'ended') = (reason is not null) and length(btrim(reason)) >= 3
    and (posting_key is null or state = 'ended') and (adjusted_fen is null or posting_key is not null)),
  constraint difference_two_people check (
    coalesce(ended_by = 'people', false) = (decided_by is not null) and (decided_by is null) = (approved_by is null) and decided_by <> approved_by)
);
comment on table reconciliation.difference is 'What two sides disagree about: with whom, which day, what, how much, since when, whose work it is, and how it ended.';
create unique index difference_open_once on reconciliation.difference (counterpart_kind, counterpart, business_day, subject_key, kind) where state = 'open';
create index difference_open_due on reconciliation.difference (due_on, difference_no) where state = 'open';
create index difference_ended on reconciliation.difference (ended_on, difference_no) where state = 'ended';
create index difference_found on reconciliation.difference (found_on);

-- What was ended stays as it was, and what it is about never changes.
create function reconciliation.difference_guard() returns trigger language plpgsql as $$
begin
  if tg_op <> 'UPDATE' or old.state = 'ended'
     or (new.difference_no, new.counterpart_kind, new.counterpart, new.business_day, new.subject_key, new.kind, new.occurrence, new.found_at, new.found_on)
        is distinct from (old.difference_no, old.counterpart_kind, old.counterpart, old.business_day, old.subject_key, old.kind, old.occurrence, old.found_at, old.found_on) then
    raise exception 'a difference is neither deleted nor changed after its end';
  end if;
  return new;
end $$;
create trigger difference_guard before update or delete on reconciliation.difference for each row execute function reconciliation.difference_guard();
create trigger difference_no_truncate before truncate on reconciliation.difference for each statement execute function clearing.day_record_guard();

create table reconciliation.difference_event (
  difference_no bigint not null references reconciliation.difference,
  event_no      integer not null,
  at            timestamptz not null default clock_timestamp(),
  -- A principal, or 'system'.
  actor         text not null,
  event         text not null,
  words         text not null default '',
  detail        jsonb not null default '{}',
  -- Of a proposal: what the second person approves.
  approval_id   bigint,
  constraint difference_event_key primary key (difference_no, event_no),
  constraint difference_event_event check (event in ('found', 'changed', 'comment', 'owner', 'proposed', 'ended')),
  constraint difference_event_proposal check ((event = 'proposed') = (approval_id is not null))
);
comment on table reconciliation.difference_event is 'What happened to a difference: found, changed, commented, given to somebody, proposed to end, ended.';
create trigger difference_event_guard before update or delete or truncate on reconciliation.difference_event
  for each statement execute function clearing.day_record_guard();
