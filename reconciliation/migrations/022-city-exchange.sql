-- How far the exchange with each city is: the run under way, or how the newest ended. What there is to do is read from here alone.
create table reconciliation.city_exchange (
  city          text primary key,
  state         text not null default 'ordered',
  -- What the run is at, and how much of it is done.
  step          text not null default 'waiting',
  percent       integer not null default 0,
  -- Who asked for it last; 'timer' when nobody did.
  ordered_by    text not null default 'timer',
  ordered_at    timestamptz not null default clock_timestamp(),
  started_at    timestamptz,
  finished_at   timestamptz,
  runs          bigint not null default 0,
  -- Of the newest run that ended: files made and signed, delivered, refused by the city, not reached it yet.
  files         integer not null default 0,
  delivered     integer not null default 0,
  refused       integer not null default 0,
  waiting       integer not null default 0,
  failure       text,
  failing_since timestamptz,
  constraint city_exchange_city check (city ~ '^[0-9]{4}$'),
  constraint city_exchange_state check (state in ('ordered', 'running', 'done', 'failed')),
  constraint city_exchange_percent check (percent between 0 and 100),
  constraint city_exchange_counts check (files >= 0 and delivered >= 0 and refused >= 0 and waiting >= 0 and runs >= 0),
  constraint city_exchange_failed check ((state = 'failed') <= (failure is not null) and (failure is null) = (failing_since is null))
);
comment on table reconciliation.city_exchange is 'How far the exchange of files with each city is, and how its newest run ended.';
