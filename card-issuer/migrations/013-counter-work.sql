-- Cards that a counter has begun to make and not yet handed out. A row goes when its card is issued, so the table stays as
-- small as the number of counters; it ties a clerk's request to one chip, whatever breaks off on the way.
create table issuer.counter_work (
  clerk           text not null,
  idempotency_key text not null,
  chip_serial     text not null,
  product         text not null,
  resident_id     bigint not null,
  begun_at        timestamptz not null default now(),
  constraint counter_work_key primary key (clerk, idempotency_key)
);
create index counter_work_by_age on issuer.counter_work (begun_at);
