-- Requests about loads that arrive together are decided together: what they need to know is read in one go each, by walks
-- over indexes whatever the planner thinks of an array's length (see 003 on plans that are kept).

-- How much a card was loaded with on a day: the daily limit.
create index load_by_day on clearing.load (card_no, city_date);

-- One element per request: the loads of its card at the counters from p_from to p_to, and those a request of this identity opened
-- since a day. A load both ways is answered once.
create function clearing.loads_of_requests(
  p_card text[], p_from integer[], p_to integer[], p_terminal text[], p_merchant text[], p_batch text[], p_trace text[], p_since date[]
) returns setof clearing.load language plpgsql stable
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select l.* from unnest(p_card, p_from, p_to) as r(card, lowest, highest)
    join clearing.load l on l.card_no = r.card and l.online_counter between r.lowest and r.highest
  union all
  select l.* from unnest(p_card, p_from, p_to, p_terminal, p_merchant, p_batch, p_trace, p_since) as r(card, lowest, highest, terminal, merchant, batch, trace, since)
    join clearing.load l on l.card_no = r.card and l.terminal_no = r.terminal and l.merchant_no = r.merchant and l.batch_no = r.batch
     and l.trace_no = r.trace and l.city_date >= r.since and l.online_counter not between r.lowest and r.highest;
end $$;

-- What else a new load depends on, one row per element in the order given: whether its identity is barred, what the card was loaded
-- with or may have been on that day, and what it has to be loaded with.
create function clearing.load_circumstances(
  p_card text[], p_terminal text[], p_merchant text[], p_batch text[], p_trace text[], p_date date[], p_barred_days integer
) returns table (place integer, barred boolean, loaded_fen bigint, pending_credit_fen bigint) language plpgsql stable
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select r.place::integer,
         exists (select from clearing.load_barred b
                  where b.card_no = r.card and b.terminal_no = r.terminal and b.merchant_no = r.merchant and b.batch_no = r.batch
                    and b.trace_no = r.trace and b.barred_at > now() - make_interval(days => p_barred_days)),
         (select coalesce(sum(l.amount_fen), 0)::bigint from clearing.load l
           where l.card_no = r.card and l.city_date = r.date and l.state <> 'void'),
         (select a.available_fen from clearing.card_account a where a.card_no = r.card and a.kind = 'pending-credit')
    from unnest(p_card, p_terminal, p_merchant, p_batch, p_trace, p_date) with ordinality as r(card, terminal, merchant, batch, trace, date, place);
end $$;

-- Limits of loads, each from a day on; the newest that has begun holds. A limit without a row, or with no amount, is none.
-- 'named-cap' and 'anonymous-cap' bound what a purse may hold beside its own cap.
create table clearing.load_limit (
  limit_name  text not null,
  valid_from  date not null,
  amount_fen  bigint,
  approval_id bigint,
  set_by      text,
  approved_by text,
  constraint load_limit_key primary key (limit_name, valid_from),
  constraint load_limit_name check (limit_name in ('single', 'daily', 'named-cap', 'anonymous-cap')),
  constraint load_limit_amount check (amount_fen > 0),
  constraint load_limit_two_people check (approved_by <> set_by)
);
-- The limits prepaid cards have had since 2012, and the purse cap of the default product as the largest single load.
insert into clearing.load_limit (limit_name, valid_from, amount_fen) values
  ('single', '2008-01-01', 100000), ('daily', '2008-01-01', null), ('named-cap', '2008-01-01', 500000), ('anonymous-cap', '2008-01-01', 100000);

-- Whether the holder's identity is confirmed: only then is a purse given a cap above that of anonymous cards.
create function clearing.is_named_cap(p_cap bigint) returns boolean language sql stable as $$
  select p_cap > coalesce((select l.amount_fen from clearing.load_limit l
                            where l.limit_name = 'anonymous-cap' and l.valid_from <= (now() at time zone 'Asia/Shanghai')::date
                            order by l.valid_from desc limit 1), p_cap)
$$;
alter table clearing.purse add column named boolean not null default false;
update clearing.purse set named = clearing.is_named_cap(purse_cap_fen) where clearing.is_named_cap(purse_cap_fen);

-- The purses of a set, locked in one order until the transaction ends: of two sets that share a card, one waits.
create function clearing.lock_purses(p_card text[]) returns setof clearing.purse language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  return query select p.* from clearing.purse p where p.card_no = any(p_card) order by p.card_no for update;
end $$;

create function clearing.write_load_states(p_card text[], p_load bigint[], p_state text[], p_by text[], p_tac bytea[]) returns void language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  update clearing.load l set state = s.state, resolved_by = s.by, tac = coalesce(s.tac, l.tac), resolved_at = now()
    from unnest(p_card, p_load, p_state, p_by, p_tac) as s(card, load_id, state, by, tac)
   where l.card_no = s.card and l.load_id = s.load_id;
end $$;

create function clearing.write_proven_counters(p_card text[], p_counter integer[]) returns void language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  update clearing.purse p set highest_proven_counter = s.counter
    from unnest(p_card, p_counter) as s(card, counter) where p.card_no = s.card and p.highest_proven_counter < s.counter;
end $$;
