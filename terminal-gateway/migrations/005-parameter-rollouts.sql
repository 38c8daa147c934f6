-- Parameter sets reach terminals by roll-outs: some terminals first, then everybody; the newest that names a terminal counts for it.
alter table gateway.parameter_set
  -- Tags beyond those with columns of their own, as [{"tag": 6, "value": "00ff"}]; terminals skip what they do not know.
  add column more_tags    jsonb not null default '[]',
  add column note         text not null default '',
  add column published_by text not null default 'installation',
  add constraint parameter_set_limits check (
    load_maximum_fen between 0 and 4294967295 and purse_cap_fen between 0 and 4294967295
    and upload_interval_seconds > 0 and hotlist_interval_seconds > 0 and record_age_limit_days between 1 and 65535);

create table gateway.parameter_rollout (
  rollout_no   bigint generated always as identity primary key,
  version      bigint not null references gateway.parameter_set,
  everybody    boolean not null default false,
  participants text[] not null default '{}',
  groups       text[] not null default '{}',
  terminals    text[] not null default '{}',
  reason       text not null,
  started_by   text not null,
  started_at   timestamptz not null default now(),
  constraint parameter_rollout_names_somebody check (
    everybody <> (cardinality(participants) + cardinality(groups) + cardinality(terminals) > 0))
);
comment on table gateway.parameter_rollout is 'Which terminals are given which parameter set; the newest roll-out that names a terminal counts.';
insert into gateway.parameter_rollout (version, everybody, reason, started_by)
select max(version), true, 'the limits the installation began with', 'installation' from gateway.parameter_set having max(version) is not null;

create table gateway.parameter_confirmation (
  terminal_no  text not null,
  confirmed_at timestamptz not null,
  version      bigint not null references gateway.parameter_set,
  constraint parameter_confirmation_key primary key (terminal_no, confirmed_at)
);
comment on table gateway.parameter_confirmation is 'Which terminal adopted which parameter set, and when (message 4, 361).';
