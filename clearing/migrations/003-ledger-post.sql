-- clearing.ledger_post: one round trip decides and writes a whole set of postings.
--
-- Input: one array element per leg. item numbers the posting inside the set (ascending); a 'post' or 'void' element names
-- the pending posting it resolves and takes accounts and amounts from there, so it comes alone and with nulls for them.
-- Output: one row per item: posted | repeat | key-conflict | floor | no-account | pending-missing | pending-resolved.
--
-- Why this shape: locks are taken once, in one order (card accounts, then others, then the chain head), so that no mix
-- of sets can deadlock; every account is updated once per set however many legs touch it; and only items that touch an
-- account which the set's debits together could exhaust ("tight") are decided one by one, in order. The others fit
-- whatever the order, so a hot account with money enough costs one row update per set and a set of a thousand purchases
-- of which three do not fit walks three.
--
-- Inside, joins are nested loops over indexes and nothing else: plans are kept by each connection from when its tables
-- were small and the working tables have no statistics, so the planner would read whole tables of cards for one posting.
-- An index serves every join here at any size. Up to PostgreSQL 17 a plan forced like this has a cost so high that each
-- statement would be compiled first (jit), which takes a hundred times as long as running it.
--
-- Working tables keep their rows over the commit and are emptied by DELETE, with a TRUNCATE only when they have grown:
-- both ON COMMIT DELETE ROWS and TRUNCATE rebuild their indexes, which makes every statement be planned anew (measured: 16.6 ms
-- of CPU for a single posting instead of 3.5).

create function clearing.ledger_post(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_force boolean[]
) returns table (item integer, outcome text, detail text) language plpgsql
  set client_min_messages = warning set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
  set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_now      timestamptz;
  v_chunk    bigint;
  v_head     bytea;
  v_hash     bytea;
  v_count    integer;
  v_claimed  integer;
  v_written  integer;
  v_item     record;
  v_problem  text;
begin
  create temporary table if not exists ledger_work (
    item integer not null, card_no text not null, posting_key text not null, leg smallint not null, debit_account text,
    credit_account text, amount_fen bigint, phase text not null, resolves_key text, reason text not null, forced boolean not null,
    primary key (item, leg)
  );
  -- follows: the earlier item of this set with the same key.
  create temporary table if not exists ledger_item (
    item integer primary key, card_no text not null, posting_key text not null, content_sha256 bytea not null, follows integer, outcome text, detail text
  );
  -- One row per account a leg touches, with what the leg does to each column; available is the change on the normal side.
  create temporary table if not exists ledger_effect (
    item integer not null, card_no text not null, account text not null, dp bigint not null, cp bigint not null,
    dpend bigint not null, cpend bigint not null, available bigint not null, forced boolean not null
  );
  create index if not exists ledger_effect_by_item on ledger_effect (item);
  -- Accounts as they stand once locked; of tight ones, available runs along while their items are decided.
  create temporary table if not exists ledger_balance (
    card_no text not null, account text not null, normal_side text not null, available bigint not null, floor_fen bigint, tight boolean not null default false,
    primary key (card_no, account)
  );
  if pg_relation_size('pg_temp.ledger_effect') > 4194304 then
    truncate ledger_work, ledger_item, ledger_effect, ledger_balance;
  else
    delete from ledger_work;
    delete from ledger_item;
    delete from ledger_effect;
    delete from ledger_balance;
  end if;

  insert into ledger_item (item, card_no, posting_key, content_sha256, follows)
  select c.item, c.card_no, c.posting_key, c.content_sha256, nullif(min(c.item) over (partition by c.card_no, c.posting_key), c.item)
    from (select i.item, min(i.card_no) as card_no, min(i.posting_key) as posting_key,
                 clearing.ledger_content_hash(array_agg(clearing.ledger_leg_text(i.leg, i.debit, i.credit, i.amount, i.phase, i.resolves, i.reason) order by i.leg)) as content_sha256
            from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason)
                 as i(item, card_no, posting_key, leg, debit, credit, amount, phase, resolves, reason)
           group by i.item) c;

  -- A pending posting is resolved whole: its legs become the legs of the resolving posting.
  insert into ledger_work
  select i.item, i.card_no, i.key, coalesce(p.leg, i.leg), coalesce(i.debit, p.debit_account), coalesce(i.credit, p.credit_account),
         coalesce(i.amount, p.amount_fen), i.phase, i.resolves, i.reason, i.force
    from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_force)
         as i(item, card_no, key, leg, debit, credit, amount, phase, resolves, reason, force)
    left join clearing.ledger_pending p on i.resolves is not null and p.card_no = i.card_no and p.posting_key = i.resolves;

  perform 1 from clearing.card_account a
   where (a.card_no, a.kind) in (select w.card_no, w.debit_account from ledger_work w union select w.card_no, w.credit_account from ledger_work w)
   order by a.card_no, a.kind for update;
  perform 1 from clearing.account a
   where a.account_code in (select w.debit_account from ledger_work w union select w.credit_account from ledger_work w)
   order by a.account_code for update;

  -- Known keys, now that their accounts are ours: what another transaction committed before is visible.
  update ledger_item i
     set outcome = case when p.content_sha256 = i.content_sha256 then 'repeat' else 'key-conflict' end
    from clearing.ledger_posting p where p.card_no = i.card_no and p.posting_key = i.posting_key;
  update ledger_item i
     set outcome = case when f.content_sha256 = i.content_sha256 then 'repeat' else 'key-conflict' end
    from ledger_item f where i.outcome is null and f.item = i.follows;

  update ledger_item i set outcome = 'pending-missing', detail = w.resolves_key
    from ledger_work w where i.outcome is null and w.item = i.item and w.phase in ('post', 'void') and w.amount_fen is null;
  update ledger_item i set outcome = 'pending-resolved', detail = p.state
    from ledger_work w join clearing.ledger_pending p on p.card_no = w.card_no and p.posting_key = w.resolves_key
   where i.outcome is null and w.item = i.item and w.phase in ('post', 'void') and p.state <> 'pending';
  -- Of two resolutions of one pending posting in a set the first holds; a resolution never breaks a floor.
  update ledger_item i set outcome = 'pending-resolved', detail = e.state
    from (select w.item, first_value(w.item) over s as first_item, case first_value(w.phase) over s when 'post' then 'posted' else 'void' end as state
            from ledger_work w join ledger_item k on k.item = w.item and k.outcome is null
           where w.phase in ('post', 'void') window s as (partition by w.card_no, w.resolves_key order by w.item)) e
   where e.item = i.item and e.first_item < e.item;

  insert into ledger_balance (card_no, account, normal_side, available, floor_fen)
  select a.card_no, a.kind, 'credit', a.available_fen, a.floor_fen from clearing.card_account a
   where (a.card_no, a.kind) in (select w.card_no, w.debit_account from ledger_work w union select w.card_no, w.credit_account from ledger_work w)
  union all
  select '', a.account_code, a.normal_side, a.available_fen, a.floor_fen from clearing.account a
   where a.account_code in (select w.debit_account from ledger_work w union select w.credit_account from ledger_work w);

  update ledger_item i set outcome = 'no-account', detail = m.account
    from (select w.item, min(s.account) as account
            from ledger_work w cross join lateral (values (w.debit_account), (w.credit_account)) as s(account)
           where w.amount_fen is not null
             and not exists (select from ledger_balance b where b.account = s.account and b.card_no in ('', w.card_no))
           group by w.item) m
   where i.outcome is null and m.item = i.item;

  insert into ledger_effect
  select w.item, b.card_no, b.account,
         case when s.side = 'debit' and w.phase in ('posted', 'post') then w.amount_fen else 0 end,
         case when s.side = 'credit' and w.phase in ('posted', 'post') then w.amount_fen else 0 end,
         case when s.side = 'debit' then case w.phase when 'pending' then w.amount_fen when 'posted' then 0 else -w.amount_fen end else 0 end,
         case when s.side = 'credit' then case w.phase when 'pending' then w.amount_fen when 'posted' then 0 else -w.amount_fen end else 0 end,
         case when s.side = b.normal_side
              then case when w.phase in ('posted', 'post') then w.amount_fen else 0 end
              else case w.phase when 'posted' then -w.amount_fen when 'pending' then -w.amount_fen when 'post' then 0 else w.amount_fen end end,
         w.forced
    from ledger_work w
    join ledger_item i on i.item = w.item and i.outcome is null
   cross join lateral (values ('debit', w.debit_account), ('credit', w.credit_account)) as s(side, account)
    join ledger_balance b on b.account = s.account and b.card_no in ('', w.card_no);

  update ledger_balance b set tight = true
    from (select e.card_no, e.account, sum(least(e.available, 0)) as debits from ledger_effect e group by 1, 2) c
   where c.card_no = b.card_no and c.account = b.account and b.available + c.debits < b.floor_fen;
  if found then
    for v_item in
      select e.item, bool_or(e.forced) as forced from ledger_effect e join ledger_balance b using (card_no, account)
       where b.tight group by e.item order by e.item
    loop
      v_problem := null;
      select b.account into v_problem
        from (select e.card_no, e.account, sum(e.available) as change from ledger_effect e where e.item = v_item.item group by 1, 2) c
        join ledger_balance b using (card_no, account)
       where b.tight and not v_item.forced and c.change < 0 and b.available + c.change < b.floor_fen
       order by b.card_no desc, b.account limit 1;
      if v_problem is not null then
        update ledger_item i set outcome = 'floor', detail = v_problem where i.item = v_item.item;
        delete from ledger_effect e where e.item = v_item.item;
      else
        update ledger_balance b set available = b.available + c.change
          from (select e.card_no, e.account, sum(e.available) as change from ledger_effect e where e.item = v_item.item group by 1, 2) c
         where b.tight and b.card_no = c.card_no and b.account = c.account;
      end if;
    end loop;
  end if;

  -- forced_fen is what stands below the floor afterwards: more only by an item that ignored it, less as money comes in.
  update clearing.card_account a
     set debits_posted = a.debits_posted + c.dp, credits_posted = a.credits_posted + c.cp,
         debits_pending = a.debits_pending + c.dpend, credits_pending = a.credits_pending + c.cpend,
         forced_fen = greatest(0, a.floor_fen - a.available_fen - c.available)
    from (select e.card_no, e.account, sum(e.dp) as dp, sum(e.cp) as cp, sum(e.dpend) as dpend, sum(e.cpend) as cpend, sum(e.available) as available
            from ledger_effect e where e.card_no <> '' group by 1, 2) c
   where a.card_no = c.card_no and a.kind = c.account;
  update clearing.account a
     set debits_posted = a.debits_posted + c.dp, credits_posted = a.credits_posted + c.cp,
         debits_pending = a.debits_pending + c.dpend, credits_pending = a.credits_pending + c.cpend,
         forced_fen = greatest(0, coalesce(a.floor_fen - a.available_fen - c.available, 0))
    from (select e.account, sum(e.dp) as dp, sum(e.cp) as cp, sum(e.dpend) as dpend, sum(e.cpend) as cpend, sum(e.available) as available
            from ledger_effect e where e.card_no = '' group by 1) c
   where a.account_code = c.account;

  update ledger_item i set outcome = 'posted' where i.outcome is null;
  -- Who repeats an item that was not posted shares its fate.
  update ledger_item i set outcome = f.outcome, detail = f.detail
    from ledger_item f where f.item = i.follows and i.outcome = 'repeat' and f.outcome not in ('posted', 'repeat');

  select count(distinct w.item), count(*) into v_count, v_written from ledger_work w join ledger_item i using (item) where i.outcome = 'posted';
  if v_count > 0 then
    insert into clearing.ledger_posting (card_no, posting_key, content_sha256, business_date)
    select i.card_no, i.posting_key, i.content_sha256, p_business_date from ledger_item i where i.outcome = 'posted'
    order by i.card_no, i.posting_key on conflict do nothing;
    get diagnostics v_claimed = row_count;
    if v_claimed <> v_count then
      -- Another transaction used one of these keys with other accounts meanwhile; tried again, the key is seen as known.
      raise exception 'a posting key was taken by a concurrent transaction' using errcode = 'serialization_failure';
    end if;
    insert into clearing.ledger_pending (card_no, posting_key, leg, debit_account, credit_account, amount_fen)
    select w.card_no, w.posting_key, w.leg, w.debit_account, w.credit_account, w.amount_fen
      from ledger_work w join ledger_item i using (item) where i.outcome = 'posted' and w.phase = 'pending';
    update clearing.ledger_pending p set state = case w.phase when 'post' then 'posted' else 'void' end
      from ledger_work w join ledger_item i using (item)
     where i.outcome = 'posted' and w.phase in ('post', 'void') and p.card_no = w.card_no and p.posting_key = w.resolves_key and p.leg = w.leg;

    -- Sealing time is taken under the head's lock and never runs back, so that the chain is in order of time as well.
    select h.chunk_no + 1, h.chunk_sha256, greatest(clock_timestamp(), h.sealed_at) into v_chunk, v_head, v_now from clearing.ledger_head h for update;
    with placed as (
      select w.*, row_number() over (order by w.item, w.leg)::integer as place
        from ledger_work w join ledger_item i using (item) where i.outcome = 'posted'
    ), written as (
      insert into clearing.ledger_transfer
      select t.card_no, p_business_date, t.posting_key, t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, v_now, v_chunk, t.place,
             clearing.ledger_row_hash(t.card_no, p_business_date, t.posting_key, t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, v_now, v_chunk, t.place)
        from placed t
      returning position, row_sha256
    )
    select clearing.ledger_chunk_hash(v_head, v_chunk, v_written, v_now, string_agg(w.row_sha256, ''::bytea order by w.position)) into v_hash from written w;
    insert into clearing.ledger_chunk (chunk_no, previous_sha256, chunk_sha256, transfer_count, sealed_at)
    values (v_chunk, v_head, v_hash, v_written, v_now);
    update clearing.ledger_head set chunk_no = v_chunk, chunk_sha256 = v_hash, sealed_at = v_now;
  end if;

  return query select i.item, i.outcome, i.detail from ledger_item i order by i.item;
end $$;

-- The content of a posting, for its identity: what the caller gave, so that a resolution is its key and outcome alone.
create function clearing.ledger_leg_text(
  p_leg smallint, p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text, p_reason text
) returns text language sql stable parallel safe as $$
  select concat_ws(chr(31), p_leg, p_debit, p_credit, p_amount, p_phase, coalesce(p_resolves, ''), p_reason)
$$;

create function clearing.ledger_content_hash(p_legs text[]) returns bytea language sql stable parallel safe as $$
  select sha256(convert_to(array_to_string(p_legs, chr(30)), 'UTF8'))
$$;

-- Every field of a transfer, in order, separated by unit separators (no field may hold one).
create function clearing.ledger_row_hash(
  p_card text, p_date date, p_key text, p_leg smallint, p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text,
  p_reason text, p_at timestamptz, p_chunk bigint, p_position integer
) returns bytea language sql stable parallel safe as $$
  select sha256(convert_to(concat_ws(chr(31), p_card, p_date - date '2000-01-01', p_key, p_leg, p_debit, p_credit, p_amount, p_phase,
    coalesce(p_resolves, ''), p_reason, (extract(epoch from p_at) * 1000000)::bigint, p_chunk, p_position), 'UTF8'))
$$;

-- A chunk seals its number, size, time and rows onto the chunk before it.
create function clearing.ledger_chunk_hash(p_previous bytea, p_chunk bigint, p_count integer, p_at timestamptz, p_rows bytea)
returns bytea language sql stable parallel safe as $$
  select sha256(p_previous || int8send(p_chunk) || int4send(p_count) || int8send((extract(epoch from p_at) * 1000000)::bigint) || p_rows)
$$;

create function clearing.account_terms_hash(p_code text, p_kind text, p_side text, p_owner text, p_floor bigint, p_opened timestamptz)
returns bytea language sql stable parallel safe as $$
  select sha256(convert_to(concat_ws(chr(31), p_code, p_kind, p_side, coalesce('=' || p_owner, '-'), coalesce(p_floor::text, '-'),
    (extract(epoch from p_opened) * 1000000)::bigint), 'UTF8'))
$$;
