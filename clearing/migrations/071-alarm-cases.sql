-- What was raised is evidence and stays as it was; people work on cases, each of which gathers all that one thing has raised.

create table clearing.supervision_rule (
  rule_name        text not null,
  version          integer not null,
  severity         text not null,
  -- By name; what each means, and between what bounds it may lie, is in clearing/supervision/rules.ts.
  thresholds       jsonb not null,
  -- Unacknowledged for so long, it goes to the next level of the roster; and is said again so often.
  escalate_minutes integer not null,
  repeat_minutes   integer not null,
  approval_id      bigint,
  set_by           text,
  approved_by      text,
  set_at           timestamptz not null default clock_timestamp(),
  constraint supervision_rule_key primary key (rule_name, version),
  constraint supervision_rule_severity check (severity in ('notice', 'warning', 'critical')),
  constraint supervision_rule_minutes check (escalate_minutes between 1 and 1440 and repeat_minutes between 5 and 10080),
  constraint supervision_rule_two_people check (approved_by <> set_by)
);
comment on table clearing.supervision_rule is 'Rules of supervision with their thresholds, every version of them; the newest holds. Set by two supervisors.';
create trigger supervision_rule_guard before update or delete or truncate on clearing.supervision_rule
  for each statement execute function clearing.day_record_guard();

create table clearing.alarm_case (
  case_no         bigint generated always as identity primary key,
  kind            text not null,
  -- What the alarms of the case have in common besides their kind: nothing, or their subject.
  group_key       text not null,
  severity        text not null,
  state           text not null default 'open',
  alarm_count     bigint not null,
  first_at        timestamptz not null,
  last_at         timestamptz not null,
  -- How far up the roster it has gone, and when it goes on.
  level           integer not null default 0,
  next_level_at   timestamptz,
  next_repeat_at  timestamptz,
  repeats         integer not null default 0,
  acknowledged_by text,
  acknowledged_at timestamptz,
  closed_by       text,
  closed_at       timestamptz,
  finding         text,
  constraint alarm_case_severity check (severity in ('notice', 'warning', 'critical')),
  constraint alarm_case_state check (state in ('open', 'acknowledged', 'closed')),
  constraint alarm_case_acknowledged check ((acknowledged_by is null) = (acknowledged_at is null) and (state <> 'acknowledged' or acknowledged_by is not null)),
  constraint alarm_case_closed check ((state = 'closed') = (closed_by is not null) and (closed_by is null) = (closed_at is null) and (closed_by is null) = (finding is null)),
  constraint alarm_case_count check (alarm_count > 0)
);
comment on table clearing.alarm_case is 'What one thing has raised, in one line with a count; acknowledged, answered and closed by people.';
create unique index alarm_case_open on clearing.alarm_case (kind, group_key) where state <> 'closed';
create index alarm_case_due on clearing.alarm_case (next_level_at) where state = 'open';
create index alarm_case_by_time on clearing.alarm_case (last_at);

alter table clearing.alarm add column case_no bigint references clearing.alarm_case;
create index alarm_not_gathered on clearing.alarm (alarm_id) where case_no is null;
create index alarm_by_case on clearing.alarm (case_no, alarm_id);

-- An alarm is evidence: it is gathered into a case once, and otherwise never changes nor goes.
create function clearing.alarm_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.case_no is not null or (new.alarm_id, new.kind, new.severity, new.subject, new.evidence, new.raised_at)
       is distinct from (old.alarm_id, old.kind, old.severity, old.subject, old.evidence, old.raised_at) then
    raise exception 'an alarm is only ever added to';
  end if;
  return new;
end $$;
create trigger alarm_guard before update or delete on clearing.alarm for each row execute function clearing.alarm_guard();

-- What people and the clock did with a case.
create table clearing.alarm_case_act (
  case_no bigint not null references clearing.alarm_case,
  act_no  integer not null,
  act     text not null,
  actor   text not null,
  acted_at timestamptz not null default clock_timestamp(),
  words   text not null default '',
  constraint alarm_case_act_key primary key (case_no, act_no),
  constraint alarm_case_act_act check (act in ('acknowledge', 'answer', 'close', 'escalate'))
);
comment on table clearing.alarm_case_act is 'Who acknowledged, answered or closed a case, in what words, and when it went up the roster.';
create trigger alarm_case_act_guard before update or delete or truncate on clearing.alarm_case_act
  for each statement execute function clearing.day_record_guard();

-- Only a supervisor closes a case, and a case that is closed stays closed.
create function clearing.alarm_case_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or old.state = 'closed' or (new.kind, new.group_key, new.first_at) is distinct from (old.kind, old.group_key, old.first_at)
     or new.alarm_count < old.alarm_count then
    raise exception 'a case is neither deleted nor opened again nor made smaller';
  end if;
  if new.state = 'closed' and not exists (select from platform.principal p where p.id = new.closed_by and 'supervisor' = any (p.roles)) then
    raise exception 'only a supervisor closes a case' using errcode = 'check_violation', constraint = 'alarm_case_closed_by_supervisor';
  end if;
  return new;
end $$;
create trigger alarm_case_guard before update or delete on clearing.alarm_case for each row execute function clearing.alarm_case_guard();
