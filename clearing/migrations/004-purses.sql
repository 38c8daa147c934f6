-- Purses as the back office knows them, the hotlist, and loads between counter and card.

create table clearing.purse (
  card_no                text not null,
  issuer_city            text not null,
  algorithm              text not null default '3des',
  main_type              smallint not null default 1,
  sub_type               smallint not null default 0,
  valid_from             date not null,
  valid_to               date not null,
  purse_cap_fen          bigint not null,
  status                 text not null,
  -- Online counter of the newest load proved to be on the card; -1 before the first.
  highest_proven_counter integer not null default -1,
  sandbox                boolean not null default false,
  opened_at              timestamptz not null default now(),
  constraint purse_key primary key (card_no),
  constraint purse_algorithm check (algorithm in ('3des', 'sm4')),
  constraint purse_status check (status in ('active', 'lost-reported', 'blocked', 'replaced', 'returned')),
  constraint purse_validity check (valid_to >= valid_from)
) partition by hash (card_no);

-- Append-only: version n is the nth entry, for ever. The head row is locked while an entry is added, so versions have no
-- holes and become visible in order.
create table clearing.hotlist_entry (
  version            bigint primary key,
  action             text not null,
  application_serial text not null,
  reason             text not null,
  published_at       timestamptz not null default clock_timestamp(),
  constraint hotlist_action check (action in ('add', 'remove')),
  constraint hotlist_serial check (application_serial ~ '^[0-9]{20}$')
);
create index hotlist_by_serial on clearing.hotlist_entry (application_serial, version);
create table clearing.hotlist_head (only_row boolean primary key default true check (only_row), version bigint not null);
insert into clearing.hotlist_head (version) values (0);

create table clearing.hotlist_confirmation (
  terminal_no  text not null,
  version      bigint not null,
  confirmed_at timestamptz not null,
  constraint hotlist_confirmation_key primary key (terminal_no, confirmed_at, version)
);

-- A sequence of its own: identity columns of partitioned tables are younger than the oldest PostgreSQL we run on.
create sequence clearing.load_id;

create table clearing.load (
  card_no             text not null,
  load_id             bigint not null default nextval('clearing.load_id'),
  terminal_no         text not null,
  merchant_no         text not null,
  batch_no            text not null,
  trace_no            text not null,
  city_date           date not null,
  kind                text not null,
  online_counter      integer not null,
  balance_before_fen  bigint not null,
  amount_fen          bigint not null,
  sam_no              text not null,
  host_date           text not null,
  host_time           text not null,
  posting_key         text not null,
  state               text not null default 'pending',
  resolved_by         text,
  tac                 bytea,
  opened_at           timestamptz not null,
  resolved_at         timestamptz,
  constraint load_key primary key (card_no, load_id),
  constraint load_identity unique (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date),
  constraint load_kind check (kind in ('agent-cash', 'bound-account')),
  constraint load_state check (state in ('pending', 'posted', 'void')),
  constraint load_amount check (amount_fen > 0),
  constraint load_counter check (online_counter between 0 and 65535)
) partition by hash (card_no);
create index load_by_counter on clearing.load (card_no, online_counter);
create index load_by_terminal_batch on clearing.load (terminal_no, batch_no);

-- Reversals that came before (or without) their load: a request of that identity opens nothing any more.
create table clearing.load_barred (
  card_no     text not null,
  terminal_no text not null,
  merchant_no text not null,
  batch_no    text not null,
  trace_no    text not null,
  barred_at   timestamptz not null,
  constraint load_barred_key primary key (card_no, terminal_no, merchant_no, batch_no, trace_no)
) partition by hash (card_no);

select clearing.create_card_partitions('purse', false), clearing.create_card_partitions('load', false),
       clearing.create_card_partitions('load_barred', false);
