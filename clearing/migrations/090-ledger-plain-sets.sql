-- Sets of plain postings (one leg, posted at once: every purchase) get a statement of their own within clearing.ledger_post; what it does is as in 029.
--
-- Reading, summing and starting the columns of phases, resolutions and expiries cost such sets a twentieth at 500 postings and a tenth at 50. And
-- a column of which all elements are the same is sent once: the debits and reasons of a set may be arrays of one element, items may be left out
-- of plain sets, whose postings are numbered as they come.
create or replace function clearing.ledger_post(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_expires timestamptz[], p_force boolean[], p_balances boolean
) returns table (
  outcomes text[], details text[], balance_card text[], balance_account text[], balance_posted bigint[], balance_available bigint[]
) language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_sort = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  -- As asked, with what was sent once set out for every element.
  a_debit    constant text[] := case when cardinality(p_debit) = 1 then array_fill(p_debit[1], array[cardinality(p_card)]) else p_debit end;
  a_reason   constant text[] := case when cardinality(p_reason) = 1 then array_fill(p_reason[1], array[cardinality(p_card)]) else p_reason end;
  v_item     integer[] := p_item;
  v_card     text[] := p_card;
  v_key      text[] := p_key;
  v_leg      smallint[] := p_leg;
  -- The leg each resolving posting begins with; null where that is leg 1.
  v_lead     smallint[];
  v_debit    text[] := a_debit;
  v_credit   text[] := p_credit;
  v_amount   bigint[] := p_amount;
  v_phase    text[] := p_phase;
  v_resolves text[] := p_resolves;
  v_reason   text[] := a_reason;
  v_expires  timestamptz[] := p_expires;
  v_wanted   integer;
  v_done     integer;
  v_sound    boolean;
  v_cards    text[];
  v_accounts text[];
  v_posted   bigint[];
  v_available bigint[];
begin
  begin
    if p_force is not null then raise exception using errcode = 'CC001'; end if;
    if p_resolves is not null then
      select array_agg(w.item), array_agg(w.card), array_agg(w.key), array_agg(w.leg), array_agg(w.lead), array_agg(w.debit), array_agg(w.credit),
             array_agg(w.amount), array_agg(w.phase), array_agg(w.resolves), array_agg(w.reason), array_agg(w.expires)
        into v_item, v_card, v_key, v_leg, v_lead, v_debit, v_credit, v_amount, v_phase, v_resolves, v_reason, v_expires
        from (select l.item, l.card, l.key, coalesce(p.leg, l.leg, 1::smallint) as leg, min(coalesce(p.leg, l.leg, 1::smallint)) over (partition by l.item) as lead,
                     coalesce(p.debit_account, l.debit) as debit, coalesce(p.credit_account, l.credit) as credit, coalesce(p.amount_fen, l.amount) as amount,
                     l.phase, l.resolves, l.reason, l.expires
                from unnest(p_item, p_card, p_key, p_leg, a_debit, p_credit, p_amount, p_phase, p_resolves, a_reason, p_expires)
                     as l(item, card, key, leg, debit, credit, amount, phase, resolves, reason, expires)
                left join clearing.ledger_pending p on p.card_no = l.card and p.posting_key = l.resolves
               order by l.item, p.leg, l.leg) w;
      if array_position(v_amount, null) is not null then raise exception using errcode = 'CC001'; end if;
    end if;

    -- One leg each, posted at once. Locks are taken as below.
    if num_nonnulls(p_leg, p_phase, p_resolves, p_expires) = 0 then
      with leg as materialized (
        select l.card, l.debit, l.credit, l.amount, l.key, l.reason, l.place,
               sha256(record_send(row(l.card, p_business_date, l.key, l.debit, l.credit, l.amount, l.reason, l.place))) as digest
          from (select unnest(p_card) as card, unnest(a_debit) as debit, unnest(p_credit) as credit, unnest(p_amount) as amount, unnest(p_key) as key,
                       unnest(a_reason) as reason, generate_series(1, cardinality(p_card)) as place) l
      ), effect as materialized (
        select s.card, s.account, clearing.sum_fen(s.dp) as dp, clearing.sum_fen(s.cp) as cp
          from (select case when strpos(l.debit, ':') = 0 then l.card else '' end as card, l.debit as account, l.amount as dp, null::bigint as cp from leg l
                 union all
                select case when strpos(l.credit, ':') = 0 then l.card else '' end, l.credit, null, l.amount from leg l) s
         group by s.card, s.account
      ), size as materialized (
        select count(*) filter (where card <> '') as cards, count(*) filter (where card = '') as others from effect
      ), card_done as (
        update clearing.card_account a
           set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, available_fen = a.available_fen + e.cp - e.dp,
               forced_fen = greatest(0, a.floor_fen - a.available_fen - e.cp + e.dp)
          from (select * from effect where card <> '' order by card, account) e
         where true and a.card_no = e.card and a.kind = e.account and (e.dp = 0 or a.available_fen - e.dp >= a.floor_fen)
        returning a.card_no, a.kind, a.credits_posted - a.debits_posted as posted, a.available_fen
      ), done as (
        update clearing.account a
           set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp,
               available_fen = a.available_fen + case a.normal_side when 'credit' then e.cp - e.dp else e.dp - e.cp end,
               forced_fen = greatest(0, coalesce(a.floor_fen - a.available_fen - case a.normal_side when 'credit' then e.cp - e.dp else e.dp - e.cp end, 0))
          from (select * from effect where card = '' order by account) e
         where (select count(*) from card_done) = (select cards from size) and a.account_code = e.account
           and (a.floor_fen is null or case a.normal_side when 'credit' then e.dp else e.cp end = 0
                or a.available_fen - case a.normal_side when 'credit' then e.dp else e.cp end >= a.floor_fen)
        returning a.account_code, case a.normal_side when 'credit' then a.credits_posted - a.debits_posted else a.debits_posted - a.credits_posted end as posted, a.available_fen
      ), head as materialized (
        select h.chunk_no + 1 as chunk_no, h.chunk_sha256 as previous, greatest(clock_timestamp(), h.sealed_at + interval '1 microsecond') as at
          from clearing.ledger_head h where (select count(*) from done) = (select others from size) for update
      ), sealed as materialized (
        select h.chunk_no, h.previous, h.at, l.count, clearing.ledger_chunk_hash(h.previous, h.chunk_no, l.count, h.at, l.digests) as chunk_sha256, l.sound
          from head h
         cross join (select count(*)::integer as count, string_agg(digest, ''::bytea) as digests, bool_and(clearing.ledger_leg_is_sound(debit, credit, amount, 'posted', null, null)) as sound from leg) l
      ), claimed as (
        insert into clearing.ledger_posting (card_no, posting_key, business_date)
        select l.card, l.key, p_business_date from leg l where (select count(*) from head) = 1
      ), written as (
        insert into clearing.ledger_transfer
        select l.card, p_business_date, l.key, 1, l.debit, l.credit, l.amount, 'posted', null, l.reason, null, h.at, h.chunk_no, l.place, l.digest
          from leg l cross join head h
      ), turned as (
        insert into clearing.chunk_turnover (chunk_no, kinds, debits, credits)
        select s.chunk_no, coalesce(k.kinds, '{}'), coalesce(k.debits, '{}'), coalesce(k.credits, '{}')
          from sealed s
         cross join (select array_agg(account) as kinds, array_agg(debit) as debits, array_agg(credit) as credits
                       from (select account, clearing.sum_fen(dp) as debit, clearing.sum_fen(cp) as credit from effect where card <> '' group by account) g) k
      ), chained as (
        insert into clearing.ledger_chunk (chunk_no, previous_sha256, chunk_sha256, transfer_count, sealed_at)
        select s.chunk_no, s.previous, s.chunk_sha256, s.count, s.at from sealed s
      ), moved as (
        update clearing.ledger_head h set chunk_no = s.chunk_no, chunk_sha256 = s.chunk_sha256, sealed_at = s.at from sealed s
      )
      select s.sound, b.cards, b.accounts, b.posted, b.available
        into v_sound, v_cards, v_accounts, v_posted, v_available
        from sealed s
       cross join (select array_agg(card_no) as cards, array_agg(kind) as accounts, array_agg(posted) as posted, array_agg(available_fen) as available
                from (select card_no, kind, posted, available_fen from card_done where p_balances union all select '', account_code, posted, available_fen from done where p_balances) d) b;
      if v_sound is distinct from true then raise exception using errcode = 'CC001'; end if;
      return query select null::text[], null::text[], v_cards, v_accounts, v_posted, v_available;
      return;
    end if;

    with leg as materialized (
      select l.card, l.debit, l.credit, l.amount, coalesce(l.phase, 'posted') as phase, l.key, coalesce(l.leg, 1::smallint) as leg,
             l.resolves, l.reason, l.expires, l.place as place,
             clearing.ledger_row_hash(l.card, p_business_date, l.key, coalesce(l.leg, 1::smallint), l.debit, l.credit, l.amount, coalesce(l.phase, 'posted'),
                                      l.resolves, l.reason, l.expires, l.place) as digest, coalesce(l.leg, 1) = coalesce(l.lead, 1) as first
        from (select unnest(v_card) as card, unnest(v_key) as key, unnest(v_leg) as leg, unnest(v_lead) as lead, unnest(v_debit) as debit, unnest(v_credit) as credit,
                     unnest(v_amount) as amount, unnest(v_phase) as phase, unnest(v_resolves) as resolves, unnest(v_reason) as reason, unnest(v_expires) as expires,
                     generate_series(1, cardinality(v_card)) as place) l
    ), effect as materialized (
      select e.card, e.account, clearing.sum_fen(e.dp) as dp, clearing.sum_fen(e.cp) as cp, clearing.sum_fen(e.dpend) as dpend,
             clearing.sum_fen(e.cpend) as cpend, clearing.sum_fen(e.dout) as dout, clearing.sum_fen(e.cout) as cout
        from (select case when strpos(l.debit, ':') = 0 then l.card else '' end as card, l.debit as account,
                     case when l.phase in ('posted', 'post') then l.amount else 0 end as dp, 0::bigint as cp,
                     case l.phase when 'posted' then 0 when 'pending' then l.amount else -l.amount end as dpend, 0::bigint as cpend,
                     case when l.phase in ('posted', 'pending') then l.amount else 0 end as dout, 0::bigint as cout
                from leg l
               union all
              select case when strpos(l.credit, ':') = 0 then l.card else '' end, l.credit,
                     0, case when l.phase in ('posted', 'post') then l.amount else 0 end,
                     0, case l.phase when 'posted' then 0 when 'pending' then l.amount else -l.amount end,
                     0, case when l.phase in ('posted', 'pending') then l.amount else 0 end
                from leg l) e
       group by e.card, e.account
    ), card_done as (
      update clearing.card_account a
         set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, debits_pending = a.debits_pending + e.dpend,
             credits_pending = a.credits_pending + e.cpend, available_fen = a.available_fen + e.cp - e.dp - e.dpend,
             forced_fen = greatest(0, a.floor_fen - a.available_fen - e.cp + e.dp + e.dpend)
        from (select * from effect where card <> '' order by card, account) e
       where true and a.card_no = e.card and a.kind = e.account and (e.dout = 0 or a.available_fen - e.dout >= a.floor_fen)
      returning a.card_no, a.kind, a.credits_posted - a.debits_posted as posted, a.available_fen
    ), done as (
      update clearing.account a
         set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, debits_pending = a.debits_pending + e.dpend,
             credits_pending = a.credits_pending + e.cpend,
             available_fen = a.available_fen + case a.normal_side when 'credit' then e.cp - e.dp - e.dpend else e.dp - e.cp - e.cpend end,
             forced_fen = greatest(0, coalesce(a.floor_fen - a.available_fen
                                               - case a.normal_side when 'credit' then e.cp - e.dp - e.dpend else e.dp - e.cp - e.cpend end, 0))
        from (select * from effect where card = '' order by account) e
       where (select count(*) from card_done) = (select count(*) from effect where card <> '') and a.account_code = e.account
         and (a.floor_fen is null or case a.normal_side when 'credit' then e.dout else e.cout end = 0
              or a.available_fen - case a.normal_side when 'credit' then e.dout else e.cout end >= a.floor_fen)
      returning a.account_code, case a.normal_side when 'credit' then a.credits_posted - a.debits_posted else a.debits_posted - a.credits_posted end as posted, a.available_fen
    ), head as materialized (
      select h.chunk_no + 1 as chunk_no, h.chunk_sha256 as previous, greatest(clock_timestamp(), h.sealed_at + interval '1 microsecond') as at
        from clearing.ledger_head h where (select count(*) from done) = (select count(*) from effect where card = '') for update
    ), sealed as materialized (
      select h.chunk_no, h.previous, h.at, l.count, clearing.ledger_chunk_hash(h.previous, h.chunk_no, l.count, h.at, l.digests) as chunk_sha256, l.sound
        from head h
       cross join (select count(*)::integer as count, string_agg(digest, ''::bytea) as digests,
                          bool_and(clearing.ledger_leg_is_sound(debit, credit, amount, phase, resolves, expires)) as sound from leg) l
    ), claimed as (
      insert into clearing.ledger_posting (card_no, posting_key, business_date)
      select l.card, l.key, p_business_date from leg l where l.first and (select count(*) from head) = 1
    ), written as (
      insert into clearing.ledger_transfer
      select l.card, p_business_date, l.key, l.leg, l.debit, l.credit, l.amount, l.phase, l.resolves, l.reason, l.expires, h.at, h.chunk_no, l.place, l.digest
        from leg l cross join head h
    ), turned as (
      -- Summed once here, where the sums per account are at hand, and not again for each look at the figures.
      insert into clearing.chunk_turnover (chunk_no, kinds, debits, credits)
      select s.chunk_no, coalesce(k.kinds, '{}'), coalesce(k.debits, '{}'), coalesce(k.credits, '{}')
        from sealed s
       cross join (select array_agg(account) as kinds, array_agg(debit) as debits, array_agg(credit) as credits
                     from (select account, clearing.sum_fen(dp) as debit, clearing.sum_fen(cp) as credit from effect where card <> '' group by account) g) k
    ), chained as (
      insert into clearing.ledger_chunk (chunk_no, previous_sha256, chunk_sha256, transfer_count, sealed_at)
      select s.chunk_no, s.previous, s.chunk_sha256, s.count, s.at from sealed s
    ), moved as (
      update clearing.ledger_head h set chunk_no = s.chunk_no, chunk_sha256 = s.chunk_sha256, sealed_at = s.at from sealed s
    ), balance as materialized (
      select card_no, kind, posted, available_fen from card_done union all select '', account_code, posted, available_fen from done
    )
    select (select count(*) from effect), (select count(*) from balance), (select sound from sealed), b.cards, b.accounts, b.posted, b.available
      into v_wanted, v_done, v_sound, v_cards, v_accounts, v_posted, v_available
      from (select array_agg(card_no) as cards, array_agg(kind) as accounts, array_agg(posted) as posted, array_agg(available_fen) as available
              from balance where p_balances) b;
    if v_done <> v_wanted or v_sound is distinct from true then raise exception using errcode = 'CC001'; end if;

    if p_phase is not null then
      insert into clearing.ledger_pending (card_no, posting_key, leg, debit_account, credit_account, amount_fen, expires_at)
      select l.card, l.key, coalesce(l.leg, 1::smallint), l.debit, l.credit, l.amount, l.expires
        from unnest(v_card, v_key, v_leg, v_debit, v_credit, v_amount, v_phase, v_expires) as l(card, key, leg, debit, credit, amount, phase, expires)
       where l.phase = 'pending';
    end if;
    if p_resolves is not null then
      update clearing.ledger_pending p set state = case l.phase when 'post' then 'posted' else 'void' end
        from unnest(v_card, v_leg, v_phase, v_resolves) as l(card, leg, phase, resolves)
       where l.phase in ('post', 'void') and p.card_no = l.card and p.posting_key = l.resolves and p.leg = l.leg and p.state = 'pending';
      get diagnostics v_done = row_count;
      select count(*) into v_wanted from unnest(v_phase) as phase where phase in ('post', 'void');
      if v_done <> v_wanted then raise exception using errcode = 'CC001'; end if;
    end if;
    return query select null::text[], null::text[], v_cards, v_accounts, v_posted, v_available;
    return;
  exception when sqlstate 'CC001' or unique_violation or check_violation or not_null_violation then null; end;

  select array_agg(c.outcome order by c.item), array_agg(c.detail order by c.item) into outcomes, details
    from clearing.ledger_post_carefully(p_business_date, coalesce(p_item, array(select generate_series(0, cardinality(p_card) - 1))), p_card, p_key, p_leg, a_debit,
                                        p_credit, p_amount, p_phase, p_resolves, a_reason, p_expires, p_force) c;
  -- What was decided one by one is the last chunk, whose effects the working tables still hold.
  insert into clearing.chunk_turnover (chunk_no, kinds, debits, credits)
  select h.chunk_no, coalesce(k.kinds, '{}'), coalesce(k.debits, '{}'), coalesce(k.credits, '{}')
    from clearing.ledger_head h
   cross join (select array_agg(account) as kinds, array_agg(debit) as debits, array_agg(credit) as credits
                 from (select e.account, clearing.sum_fen(e.dp) as debit, clearing.sum_fen(e.cp) as credit from ledger_effect e where e.card_no <> '' group by e.account) g) k
   where exists (select from ledger_item i where i.outcome = 'posted')
  on conflict do nothing;
  if p_balances then
    select array_agg(b.card_no), array_agg(b.account), array_agg(b.posted), array_agg(b.available_fen)
      into balance_card, balance_account, balance_posted, balance_available
      from (select n.card_no, n.account, a.credits_posted - a.debits_posted as posted, a.available_fen
              from ledger_balance n join clearing.card_account a on a.card_no = n.card_no and a.kind = n.account where n.card_no <> ''
            union all
            select '', n.account, case a.normal_side when 'credit' then a.credits_posted - a.debits_posted else a.debits_posted - a.credits_posted end, a.available_fen
              from ledger_balance n join clearing.account a on a.account_code = n.account where n.card_no = '') b;
  end if;
  return next;
end $$;
