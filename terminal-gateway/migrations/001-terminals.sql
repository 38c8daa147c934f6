-- The estate: which terminals exist, whose they are, what they may do, and the keys they hold (key blocks under the LMK).
create table gateway.terminal (
  terminal_no        text primary key,
  merchant_no        text not null,
  industry           smallint not null,
  sam_no             text,
  functions          text[] not null,
  mac_algorithm      text not null,
  status             text not null default 'active',
  tmk                text,
  tmk_kcv            text,
  mak                text,
  pik                text,
  next_mak           text,
  next_pik           text,
  last_settled_batch text,
  hotlist_version    bigint,
  last_seen_at       timestamptz,
  registered_at      timestamptz not null default now(),
  constraint terminal_number check (char_length(terminal_no) = 8),
  constraint terminal_functions check (functions <@ array['load', 'load-bound', 'purchase-upload', 'bill', 'enquiry']),
  constraint terminal_mac check (mac_algorithm in ('ecb', 'x9.19')),
  constraint terminal_status check (status in ('active', 'suspended', 'retired')),
  constraint terminal_sam check (sam_no ~ '^[0-9]{12}$')
);

-- What terminals are told about limits; a new row is a new version.
create table gateway.parameter_set (
  version                  bigint generated always as identity primary key,
  load_maximum_fen         bigint not null,
  purse_cap_fen            bigint not null,
  upload_interval_seconds  integer not null,
  record_age_limit_days    integer not null,
  hotlist_interval_seconds integer not null,
  published_at             timestamptz not null default now()
);
insert into gateway.parameter_set (load_maximum_fen, purse_cap_fen, upload_interval_seconds, record_age_limit_days, hotlist_interval_seconds)
values (100000, 100000, 900, 90, 900);

-- Requests and what was answered, as bytes: a repeat gets the same answer, across restarts and across gateways.
-- body is the answer from MTI to the last byte before field 64; null while a fact is committed but not yet answered
-- (a bill whose biller has not decided), then fact_id says which.
create table gateway.stored_answer (
  terminal_no    text not null,
  merchant_no    text not null,
  mti            text not null,
  batch_no       text not null,
  trace_no       text not null,
  city_date      date not null,
  content_sha256 bytea not null,
  request        bytea not null,
  code           text,
  body           bytea,
  fact_id        bigint,
  received_at    timestamptz not null,
  constraint stored_answer_key primary key (terminal_no, merchant_no, mti, batch_no, trace_no, city_date),
  constraint stored_answer_whole check ((code is null) = (body is null) and (body is not null or fact_id is not null))
) partition by hash (terminal_no);
do $$ begin
  for i in 0..7 loop
    execute format('create table gateway.%I partition of gateway.stored_answer for values with (modulus 8, remainder %s)', 'stored_answer_p' || i, i);
  end loop;
end $$;
