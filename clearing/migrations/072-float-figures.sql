-- Figures of supervision as they are now and as each closed day left them: kept as they change, never added up when somebody asks.

-- What the cards' accounts hold, by kind, as of a chunk of the ledger. Sums follow the chain, so reading them costs nothing.
create table clearing.float_tally (
  kind    text primary key,
  debits  numeric not null,
  credits numeric not null
);
comment on table clearing.float_tally is 'Turnover of the accounts of cards by kind, as of the chunk in float_tally_head.';
create table clearing.float_tally_head (
  only_row boolean primary key default true,
  chunk_no bigint not null,
  -- How often the short way did not find every transfer and the long way was taken.
  recounts bigint not null default 0,
  constraint float_tally_head_single check (only_row)
);
comment on table clearing.float_tally_head is 'How far along the chain float_tally has come.';
-- How many pages of each part of the history had been read: what is new lies behind them, or not far before.
create table clearing.float_tally_part (
  part  text primary key,
  pages bigint not null
);
comment on table clearing.float_tally_part is 'How far each part of the history was read for float_tally.';

-- Takes float_tally on to the head of the chain and answers the chunk it stands at. Meant for a transaction with one snapshot.
-- What is new is looked for at the end of each part of the history; the chain says how many transfers there are to be found, and when
-- they are not all there the whole history since then is read by its index instead.
create function clearing.float_tally_advance() returns bigint language plpgsql set jit = off as $$
declare
  -- Parts grow at many places at once, as each connection fills a page of its own.
  v_overlap constant bigint := 512;
  v_from    bigint;
  v_to      bigint;
  v_wanted  bigint;
  v_found   bigint := 0;
  v_rows    bigint;
  v_since   date;
  v_part    record;
  v_debits  jsonb := '{}';
begin
  perform pg_advisory_xact_lock(hashtextextended('clearing float tally', 0));
  select h.chunk_no into v_to from clearing.ledger_head h;
  select h.chunk_no into v_from from clearing.float_tally_head h;
  if v_from is null then
    insert into clearing.float_tally select a.kind, sum(a.debits_posted), sum(a.credits_posted) from clearing.card_account a group by a.kind;
    insert into clearing.float_tally_head (chunk_no) values (v_to);
    insert into clearing.float_tally_part
    select c.oid::regclass::text, pg_relation_size(c.oid) / current_setting('block_size')::bigint
      from pg_partition_tree('clearing.ledger_transfer') t join pg_class c on c.oid = t.relid where t.isleaf;
    return v_to;
  end if;
  if v_to = v_from then return v_to; end if;
  select coalesce(sum(c.transfer_count), 0) into v_wanted from clearing.ledger_chunk c where c.chunk_no > v_from and c.chunk_no <= v_to;
  create temporary table if not exists float_tally_new (kind text not null, debits numeric not null, credits numeric not null) on commit delete rows;
  delete from float_tally_new;
  select min(d.business_date) into v_since from clearing.business_day d where d.state <> 'closed';
  for v_part in
    select c.oid, c.oid::regclass::text as part, pg_relation_size(c.oid) / current_setting('block_size')::bigint as pages, coalesce(p.pages, 0) as read
      from pg_partition_tree('clearing.ledger_transfer') t join pg_class c on c.oid = t.relid left join clearing.float_tally_part p on p.part = c.oid::regclass::text
     where t.isleaf and pg_relation_size(c.oid) > 0
       and (v_since is null or right(c.relname, 4) >= to_char(v_since, 'YYYY'))
  loop
    execute format($q$
      with fresh as materialized (
        select case when strpos(t.debit_account, ':') = 0 then t.debit_account end as d, case when strpos(t.credit_account, ':') = 0 then t.credit_account end as c,
               case when t.phase in ('posted', 'post') then clearing.sum_fen(t.amount_fen) else 0 end as amount, count(*) as n
          from %s t where t.ctid >= '(%s,0)'::tid and t.chunk_no > $1 and t.chunk_no <= $2 group by 1, 2, t.phase
      ), added as (
        insert into float_tally_new select d, amount, 0 from fresh where d is not null and amount > 0 union all select c, 0, amount from fresh where c is not null and amount > 0
      ) select coalesce(sum(n), 0) from fresh$q$, v_part.part, greatest(0, v_part.read - v_overlap)) into v_rows using v_from, v_to;
    v_found := v_found + v_rows;
    if v_part.pages <> v_part.read then
      insert into clearing.float_tally_part values (v_part.part, v_part.pages) on conflict (part) do update set pages = excluded.pages;
    end if;
  end loop;
  if v_found <> v_wanted then
    delete from float_tally_new;
    insert into float_tally_new
    select s.account, sum(s.debit), sum(s.credit)
      from clearing.ledger_transfer t
     cross join lateral (values (t.debit_account, t.amount_fen, 0), (t.credit_account, 0, t.amount_fen)) as s(account, debit, credit)
     where t.chunk_no > v_from and t.chunk_no <= v_to and t.phase in ('posted', 'post') and strpos(s.account, ':') = 0
     group by 1;
  end if;
  insert into clearing.float_tally (kind, debits, credits)
  select n.kind, sum(n.debits), sum(n.credits) from float_tally_new n group by n.kind
  on conflict (kind) do update set debits = float_tally.debits + excluded.debits, credits = float_tally.credits + excluded.credits;
  update clearing.float_tally_head set chunk_no = v_to, recounts = recounts + (v_found <> v_wanted)::integer;
  return v_to;
end $$;

-- The figures people look at, written anew every second: one row, read by everybody.
create table clearing.float_live (
  only_row boolean primary key default true,
  taken_at timestamptz not null,
  chunk_no bigint not null,
  figures  jsonb not null,
  constraint float_live_single check (only_row)
) with (fillfactor = 50);
comment on table clearing.float_live is 'The live figures of supervision: float, cover of agents, positions of cities, and how old they are.';

-- One row set per closed day.
create table clearing.float_day (
  business_date   date primary key references clearing.business_day,
  owed_fen        bigint not null,
  receivable_fen  bigint not null,
  reserve_fen     bigint not null,
  cash_fen        bigint not null,
  difference_fen  bigint not null,
  unexplained_fen bigint not null,
  deposits_fen    bigint not null,
  deposits_difference_fen bigint not null,
  suspense_fen    bigint not null,
  in_transit_fen  bigint not null,
  own_funds_fen   bigint not null,
  -- Owed, receivable and reserve by kind, as in the float identity.
  parts           jsonb not null
);
comment on table clearing.float_day is 'The float identity as each closed day left it.';
create trigger float_day_guard before update or delete or truncate on clearing.float_day
  for each statement execute function clearing.day_record_guard();
create table clearing.float_day_participant (
  business_date  date not null references clearing.business_day,
  participant_no text not null,
  prefund_fen    bigint not null,
  pending_fen    bigint not null,
  payable_fen    bigint not null,
  -- Of cities: what they owe (above zero) or are owed.
  city_fen       bigint not null,
  constraint float_day_participant_key primary key (business_date, participant_no)
);
comment on table clearing.float_day_participant is 'What each participant had paid in or was owed as each closed day ended.';
create trigger float_day_participant_guard before update or delete or truncate on clearing.float_day_participant
  for each statement execute function clearing.day_record_guard();

-- What the bank says of each account for each closed day; a row without a statement is a proof that is missing.
create table clearing.float_proof (
  business_date date not null references clearing.business_day,
  account_code  text not null,
  ledger_fen    bigint not null,
  statement_fen bigint,
  constraint float_proof_key primary key (business_date, account_code)
);
comment on table clearing.float_proof is 'Each bank account as a closed day left it, beside the closing balance the bank states; without one the proof is missing.';
create index float_proof_open on clearing.float_proof (business_date) where statement_fen is distinct from ledger_fen;

-- The month in which the holder last paid or loaded: written once a month for a card that is used.
create table clearing.card_activity (
  card_no    text not null,
  last_month date not null,
  constraint card_activity_key primary key (card_no)
) partition by hash (card_no);
select clearing.create_card_partitions('card_activity', false);
comment on table clearing.card_activity is 'The month in which a card was last used by its holder.';
create table clearing.float_day_dormancy (
  business_date date not null references clearing.business_day,
  -- Whole years since the month of the last use: 0, 1, 2, 3, 4, and 5 for five and more.
  years         smallint not null,
  cards         bigint not null,
  balance_fen   bigint not null,
  constraint float_day_dormancy_key primary key (business_date, years)
);
comment on table clearing.float_day_dormancy is 'Purse balances by the years for which their cards were not used, as each closed day left them.';
create table clearing.dormancy_progress (
  only_row      boolean primary key default true,
  business_date date not null,
  constraint dormancy_progress_single check (only_row)
);
comment on table clearing.dormancy_progress is 'The last closed day whose use of cards was taken over into card_activity.';
