-- The estate in depth: models and their software, whose a terminal was and when, who changed what, keys on their way.

create table gateway.terminal_model (
  model            text not null,
  software_version text not null,
  maker            text not null,
  state            text not null default 'test',
  -- The acceptance report that let it into production.
  report_no        bigint,
  registered_by    text not null,
  registered_at    timestamptz not null default now(),
  state_by         text,
  state_at         timestamptz,
  constraint terminal_model_key primary key (model, software_version),
  constraint terminal_model_code check (model ~ '^[0-9A-Za-z.-]{2,32}$'),
  constraint terminal_model_version check (software_version ~ '^[0-9A-Za-z.+_-]{1,32}$'),
  constraint terminal_model_state check (state in ('test', 'production', 'withdrawn'))
);
comment on table gateway.terminal_model is 'Models of terminals, one row per software version, and whether it may serve the public.';

alter table gateway.terminal
  add column model                text,
  add column group_name           text,
  -- Reachable by TLS only; then the ECB-MAC will do for messages that move money.
  add column tls_only             boolean not null default false,
  -- Counts what people decide about the terminal, not what it does: the version behind the ETag.
  add column revision             bigint not null default 1,
  add column status_reason        text,
  add column status_at            timestamptz,
  add column replaced_by          text,
  add column next_tmk             text,
  add column next_tmk_kcv         text,
  -- Free text of the sign-on. It carries no MAC, so it counts from the first message that is right under the keys it brought.
  add column software             text,
  add column software_at          timestamptz,
  add column next_software        text,
  add column hotlist_confirmed_at timestamptz,
  -- wanted: told from the start at its next download; running: being told.
  add column hotlist_afresh       text,
  add column parameters_version   bigint,
  add column parameters_confirmed_at timestamptz,
  -- The set whose first block it was given last; later blocks are of the same set.
  add column parameters_offered   bigint,
  add constraint terminal_afresh check (hotlist_afresh in ('wanted', 'running')),
  add constraint terminal_group check (group_name ~ '^[0-9A-Za-z._-]{1,32}$'),
  add constraint terminal_replacement check (replaced_by is null or status = 'retired');
create index terminal_by_merchant on gateway.terminal (merchant_no, terminal_no);
create unique index terminal_sam_once on gateway.terminal (sam_no) where sam_no is not null and status <> 'retired';
create index terminal_afresh on gateway.terminal (terminal_no) where hotlist_afresh is not null;

create table gateway.terminal_assignment (
  terminal_no text not null references gateway.terminal,
  valid_from  timestamptz not null,
  valid_to    timestamptz,
  merchant_no text not null,
  industry    smallint not null,
  constraint terminal_assignment_key primary key (terminal_no, valid_from),
  constraint terminal_assignment_order check (valid_to is null or valid_to > valid_from)
);
create unique index terminal_assignment_now on gateway.terminal_assignment (terminal_no) where valid_to is null;
comment on table gateway.terminal_assignment is 'Whose a terminal was, and when.';
insert into gateway.terminal_assignment (terminal_no, valid_from, merchant_no, industry)
select terminal_no, registered_at, merchant_no, industry from gateway.terminal;

create table gateway.terminal_event (
  terminal_no text not null,
  event_no    bigint generated always as identity,
  at          timestamptz not null default clock_timestamp(),
  event       text not null,
  done_by     text not null,
  detail      jsonb not null default '{}',
  constraint terminal_event_key primary key (terminal_no, event_no)
);
comment on table gateway.terminal_event is 'What was done to a terminal, when and by whom.';

-- What one officer proposes and another carries out by approving: content is what the second one sees.
create sequence gateway.terminal_change_no;
create table gateway.terminal_change (
  change_no    bigint primary key default nextval('gateway.terminal_change_no'),
  approval_id  bigint not null,
  kind         text not null,
  subject      text not null,
  content      jsonb not null,
  reason       text not null,
  state        text not null default 'proposed',
  proposed_by  text not null,
  proposed_at  timestamptz not null default now(),
  decided_by   text,
  decided_at   timestamptz,
  constraint terminal_change_kind check (kind in ('hand-over-keys', 'adopt-key', 'move', 'provision', 'resume', 'activate-model', 'publish-parameters')),
  constraint terminal_change_state check (state in ('proposed', 'approved', 'withdrawn')),
  constraint terminal_change_decided check ((state = 'proposed') = (decided_at is null))
);
create index terminal_change_open on gateway.terminal_change (change_no) where state = 'proposed';
comment on table gateway.terminal_change is 'Changes to the estate that need two persons: keys, money, software in production.';
