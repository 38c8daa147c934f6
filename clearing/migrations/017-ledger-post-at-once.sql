-- clearing.ledger_post, the way almost every set goes: nothing unusual in it, so every table is touched by one statement, without
-- working tables. What is unusual (a key known already, an account that is missing or would fall below its floor, a pending posting
-- that is resolved or not there, a decision to ignore a floor) is noticed by a count that differs; then everything is taken back and
-- the careful way (003) decides item by item. Outcomes, hashes and rows are the same both ways.
--
-- Why this shape (500 purchases a set, PostgreSQL alone): the working tables of 003 with their indexes cost more than the ledger itself.
-- Locks: the outer side of each update is sorted and joins are nested loops, so rows are locked in the order of 003: card accounts,
-- then others, then the chain's head.
alter function clearing.ledger_post(date, integer[], text[], text[], smallint[], text[], text[], bigint[], text[], text[], text[], boolean[])
  rename to ledger_post_carefully;

create function clearing.ledger_post(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_force boolean[]
) returns table (item integer, outcome text, detail text) language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_items    integer;
  v_wanted   integer;
  v_done     integer;
  v_item     integer[] := p_item;
  v_card     text[] := p_card;
  v_key      text[] := p_key;
  v_leg      smallint[] := p_leg;
  v_debit    text[] := p_debit;
  v_credit   text[] := p_credit;
  v_amount   bigint[] := p_amount;
  v_phase    text[] := p_phase;
  v_resolves text[] := p_resolves;
  v_reason   text[] := p_reason;
  v_some_resolve boolean := false;
  v_some_pending boolean := false;
  v_now      timestamptz;
  v_chunk    bigint;
  v_head     bytea;
  v_hash     bytea;
begin
  if true = any (p_force) then
    return query select * from clearing.ledger_post_carefully(p_business_date, p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_force);
    return;
  end if;
  begin
    select count(distinct i), coalesce(bool_or(phase in ('post', 'void')), false), coalesce(bool_or(phase = 'pending'), false)
      into v_items, v_some_resolve, v_some_pending from unnest(p_item, p_phase) as l(i, phase);

    if v_some_resolve then
      select array_agg(w.item), array_agg(w.card), array_agg(w.key), array_agg(w.leg), array_agg(w.debit), array_agg(w.credit),
             array_agg(w.amount), array_agg(w.phase), array_agg(w.resolves), array_agg(w.reason)
        into v_item, v_card, v_key, v_leg, v_debit, v_credit, v_amount, v_phase, v_resolves, v_reason
        from (select l.item, l.card, l.key, coalesce(p.leg, l.leg) as leg, coalesce(p.debit_account, l.debit) as debit,
                     coalesce(p.credit_account, l.credit) as credit, coalesce(p.amount_fen, l.amount) as amount, l.phase, l.resolves, l.reason
                from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason)
                     as l(item, card, key, leg, debit, credit, amount, phase, resolves, reason)
                left join clearing.ledger_pending p on p.card_no = l.card and p.posting_key = l.resolves) w;
      if array_position(v_amount, null) is not null then raise exception using errcode = 'CC001'; end if;
    end if;

    -- taken is what could leave the account if nothing came in first: a set that fits by that fits in any order.
    with effect as materialized (
      select e.card, e.account, sum(e.dp) as dp, sum(e.cp) as cp, sum(e.dpend) as dpend, sum(e.cpend) as cpend,
             sum(e.cp - e.dp - e.dpend) as change, sum(least(e.cp - e.dp - e.dpend, 0)) as taken
        from (select l.card, s.account,
                     case when s.debits and l.phase in ('posted', 'post') then l.amount else 0 end as dp,
                     case when not s.debits and l.phase in ('posted', 'post') then l.amount else 0 end as cp,
                     case when not s.debits or l.phase = 'posted' then 0 when l.phase = 'pending' then l.amount else -l.amount end as dpend,
                     case when s.debits or l.phase = 'posted' then 0 when l.phase = 'pending' then l.amount else -l.amount end as cpend
                from unnest(v_card, v_debit, v_credit, v_amount, v_phase) as l(card, debit, credit, amount, phase)
               cross join lateral (values (l.debit, true), (l.credit, false)) as s(account, debits)
               where strpos(s.account, ':') = 0) e
       group by e.card, e.account order by e.card, e.account
    ), done as (
      update clearing.card_account a
         set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, debits_pending = a.debits_pending + e.dpend,
             credits_pending = a.credits_pending + e.cpend, forced_fen = greatest(0, a.floor_fen - a.available_fen - e.change)
        from effect e
       where a.card_no = e.card and a.kind = e.account and (e.taken = 0 or a.available_fen + e.taken >= a.floor_fen)
      returning 1
    )
    select (select count(*) from effect), (select count(*) from done) into v_wanted, v_done;
    if v_done <> v_wanted then raise exception using errcode = 'CC001'; end if;

    with effect as materialized (
      select e.account, sum(e.dp) as dp, sum(e.cp) as cp, sum(e.dpend) as dpend, sum(e.cpend) as cpend,
             sum(e.cp - e.dp - e.dpend) as credit_change, sum(least(e.cp - e.dp - e.dpend, 0)) as credit_taken,
             sum(e.dp - e.cp - e.cpend) as debit_change, sum(least(e.dp - e.cp - e.cpend, 0)) as debit_taken
        from (select s.account,
                     case when s.debits and l.phase in ('posted', 'post') then l.amount else 0 end as dp,
                     case when not s.debits and l.phase in ('posted', 'post') then l.amount else 0 end as cp,
                     case when not s.debits or l.phase = 'posted' then 0 when l.phase = 'pending' then l.amount else -l.amount end as dpend,
                     case when s.debits or l.phase = 'posted' then 0 when l.phase = 'pending' then l.amount else -l.amount end as cpend
                from unnest(v_debit, v_credit, v_amount, v_phase) as l(debit, credit, amount, phase)
               cross join lateral (values (l.debit, true), (l.credit, false)) as s(account, debits)
               where strpos(s.account, ':') <> 0) e
       group by e.account order by e.account
    ), done as (
      update clearing.account a
         set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, debits_pending = a.debits_pending + e.dpend,
             credits_pending = a.credits_pending + e.cpend,
             forced_fen = greatest(0, coalesce(a.floor_fen - a.available_fen - case a.normal_side when 'credit' then e.credit_change else e.debit_change end, 0))
        from effect e
       where a.account_code = e.account
         and (a.floor_fen is null or case a.normal_side when 'credit' then e.credit_taken else e.debit_taken end = 0
              or a.available_fen + case a.normal_side when 'credit' then e.credit_taken else e.debit_taken end >= a.floor_fen)
      returning 1
    )
    select (select count(*) from effect), (select count(*) from done) into v_wanted, v_done;
    if v_done <> v_wanted then raise exception using errcode = 'CC001'; end if;

    insert into clearing.ledger_posting (card_no, posting_key, content_sha256, business_date)
    select min(l.card), min(l.key),
           clearing.ledger_content_hash(array_agg(clearing.ledger_leg_text(l.leg, l.debit, l.credit, l.amount, l.phase, l.resolves, l.reason) order by l.leg)),
           p_business_date
      from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason)
           as l(item, card, key, leg, debit, credit, amount, phase, resolves, reason)
     group by l.item order by min(l.card), min(l.key) on conflict do nothing;
    get diagnostics v_done = row_count;
    if v_done <> v_items then raise exception using errcode = 'CC001'; end if;

    if v_some_pending then
      insert into clearing.ledger_pending (card_no, posting_key, leg, debit_account, credit_account, amount_fen)
      select l.card, l.key, l.leg, l.debit, l.credit, l.amount
        from unnest(v_card, v_key, v_leg, v_debit, v_credit, v_amount, v_phase) as l(card, key, leg, debit, credit, amount, phase)
       where l.phase = 'pending';
    end if;
    if v_some_resolve then
      update clearing.ledger_pending p set state = case l.phase when 'post' then 'posted' else 'void' end
        from unnest(v_card, v_leg, v_phase, v_resolves) as l(card, leg, phase, resolves)
       where l.phase in ('post', 'void') and p.card_no = l.card and p.posting_key = l.resolves and p.leg = l.leg and p.state = 'pending';
      get diagnostics v_done = row_count;
      select count(*) into v_wanted from unnest(v_phase) as phase where phase in ('post', 'void');
      if v_done <> v_wanted then raise exception using errcode = 'CC001'; end if;
    end if;

    -- Sealing time is taken under the head's lock and never runs back, so that the chain is in order of time as well.
    select h.chunk_no + 1, h.chunk_sha256, greatest(clock_timestamp(), h.sealed_at) into v_chunk, v_head, v_now from clearing.ledger_head h for update;
    with placed as (
      select l.*, row_number() over (order by l.item, l.leg)::integer as place
        from unnest(v_item, v_card, v_key, v_leg, v_debit, v_credit, v_amount, v_phase, v_resolves, v_reason)
             as l(item, card, key, leg, debit, credit, amount, phase, resolves, reason)
    ), written as (
      insert into clearing.ledger_transfer
      select t.card, p_business_date, t.key, t.leg, t.debit, t.credit, t.amount, t.phase, t.resolves, t.reason, v_now, v_chunk, t.place,
             clearing.ledger_row_hash(t.card, p_business_date, t.key, t.leg, t.debit, t.credit, t.amount, t.phase, t.resolves, t.reason, v_now, v_chunk, t.place)
        from placed t
      returning position, row_sha256
    )
    select clearing.ledger_chunk_hash(v_head, v_chunk, count(*)::integer, v_now, string_agg(w.row_sha256, ''::bytea order by w.position)), count(*)
      into v_hash, v_wanted from written w;
    insert into clearing.ledger_chunk (chunk_no, previous_sha256, chunk_sha256, transfer_count, sealed_at)
    values (v_chunk, v_head, v_hash, v_wanted, v_now);
    update clearing.ledger_head set chunk_no = v_chunk, chunk_sha256 = v_hash, sealed_at = v_now;
  exception when sqlstate 'CC001' or check_violation then
    return query select * from clearing.ledger_post_carefully(p_business_date, p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_force);
    return; end;
  return query select distinct i, 'posted'::text, null::text from unnest(p_item) as i order by 1;
end $$;

-- Rows that change in place leave room beside them for their next version, so that no index has to learn where it went.
do $$
declare v_table text;
begin
  foreach v_table in array array['card_account', 'purse', 'ledger_pending', 'load'] loop
    for i in 0..7 loop
      execute format('alter table clearing.%I set (fillfactor = 75)', v_table || '_p' || i);
    end loop;
  end loop;
end $$;
alter table clearing.account set (fillfactor = 25);
alter table clearing.ledger_head set (fillfactor = 10);
