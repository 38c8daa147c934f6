-- What kind of installation this database holds, and how far its demo has come.
create table installation.mark (
  only_row      boolean primary key default true,
  kind          text not null,
  state         text not null,
  seed          bigint,
  business_date date,
  changed_at    timestamptz not null default now(),
  constraint mark_single check (only_row),
  constraint mark_kind check (kind in ('demo', 'production')),
  constraint mark_state check (state in ('founded', 'playing', 'played'))
);

-- Sandbox terminals and card numbers handed out so far: each call gets numbers nobody had before.
create sequence installation.sandbox_terminal minvalue 1 maxvalue 9999 no cycle;
create sequence installation.sandbox_card minvalue 1 maxvalue 999999999 no cycle;
