-- clearing.ledger_post, rewritten: one statement reads a set's legs once and updates, inserts and seals from there.
--
-- Why this shape (sets of 500 purchases of different cards; a transfer's time in PostgreSQL, before and after, is in
-- docs/performance.md): ten arrays were unnested in five statements, sums of fen went through numeric, four regular
-- expressions and two concatenated texts were paid per row, and every row went into three wide indexes in random order.
-- Now the legs are unnested once; sums stay bigint; a row's digest is taken over its binary form, and the chain hashes
-- digests; identities are kept by key first, so that keys given out in order touch the same pages; the history is
-- indexed by card alone, and by day and chunk through block ranges, which cost next to nothing to write.
-- What a row may hold is asked once per set instead of by constraints, which every statement would read anew for every
-- partition; what an account may hold stays a constraint of the account: nobody gets past that.

do $$ begin
  if exists (select from clearing.ledger_transfer) then
    raise exception 'this database was made by a version before the first release; its ledger cannot be taken over: begin with a new data directory';
  end if;
end $$;

drop function clearing.ledger_post(date, integer[], text[], text[], smallint[], text[], text[], bigint[], text[], text[], text[], boolean[]);
drop function clearing.ledger_post_carefully(date, integer[], text[], text[], smallint[], text[], text[], bigint[], text[], text[], text[], boolean[]);
drop function clearing.ledger_row_hash(text, date, text, smallint, text, text, bigint, text, text, text, timestamptz, bigint, integer);
drop function clearing.ledger_leg_text(smallint, text, text, bigint, text, text, text);
drop function clearing.ledger_content_hash(text[]);
drop table clearing.ledger_transfer, clearing.ledger_posting;

-- The identity of a posting, for life. What it holds is read from its transfers, by card and day.
create table clearing.ledger_posting (
  card_no       text not null,
  posting_key   text not null,
  business_date date not null,
  constraint ledger_posting_key primary key (posting_key, card_no)
) partition by hash (card_no);

create table clearing.ledger_transfer (
  card_no        text not null,
  business_date  date not null,
  posting_key    text not null,
  leg            smallint not null,
  debit_account  text not null,
  credit_account text not null,
  amount_fen     bigint not null,
  phase          text not null,
  resolves_key   text,
  reason         text not null,
  -- When a pending leg is void by itself; null for every other.
  expires_at     timestamptz,
  posted_at      timestamptz not null,
  chunk_no       bigint not null,
  position       integer not null,
  row_sha256     bytea not null,
  constraint ledger_transfer_key primary key (card_no, business_date, chunk_no, position)
) partition by hash (card_no);

select clearing.create_card_partitions('ledger_posting', false), clearing.create_card_partitions('ledger_transfer', true);
select clearing.create_year_partitions('ledger_transfer', year) from generate_series(2026, 2027) as year;
-- Days are asked for (almost) one after the other, and chunks are written one after the other: block ranges find both.
create index ledger_transfer_by_day on clearing.ledger_transfer using brin (business_date, chunk_no) with (pages_per_range = 32, autosummarize = on);

alter table clearing.ledger_pending add column expires_at timestamptz;
create index ledger_pending_expiring on clearing.ledger_pending (expires_at) where state = 'pending' and expires_at is not null;

-- available_fen is written by the posting that changes it; one constraint holds what the amounts of an account may be. Kinds of card
-- accounts follow from the chart of accounts, which verification asks: a constraint here would be asked with every purchase.
alter table clearing.card_account alter column available_fen drop expression;
alter table clearing.card_account alter column available_fen set default 0;
alter table clearing.card_account alter column available_fen set not null;
alter table clearing.card_account drop constraint card_account_kind, drop constraint card_account_sums, drop constraint card_account_floor;
alter table clearing.card_account add constraint card_account_floor check (
  available_fen + forced_fen >= floor_fen and available_fen = credits_posted - debits_posted - debits_pending
  and least(debits_posted, credits_posted, debits_pending, credits_pending, forced_fen) >= 0);
alter table clearing.account alter column available_fen drop expression;
alter table clearing.account alter column available_fen set default 0;
alter table clearing.account alter column available_fen set not null;
alter table clearing.account drop constraint account_sums, drop constraint account_floor;
alter table clearing.account add constraint account_floor check (
  (floor_fen is null or available_fen + forced_fen >= floor_fen)
  and available_fen = case normal_side when 'credit' then credits_posted - debits_posted - debits_pending
                                       else debits_posted - credits_posted - credits_pending end
  and least(debits_posted, credits_posted, debits_pending, credits_pending, forced_fen) >= 0);

-- Sums of fen that stay whole 64-bit numbers (sum(bigint) goes through numeric); an overflow is an error.
create aggregate clearing.sum_fen(bigint) (sfunc = int8pl, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe);

-- Every field of a transfer but its chunk and the time it was sealed, in the binary form a client would be sent: the length of
-- each field is part of it, so no two rows are written alike. Chunk and time are the chunk's, whose hash covers them.
create function clearing.ledger_row_hash(
  p_card text, p_date date, p_key text, p_leg smallint, p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text,
  p_reason text, p_expires timestamptz, p_position integer
) returns bytea language sql stable parallel safe as $$
  select sha256(record_send(row(p_card, p_date, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_expires, p_position)))
$$;

-- What a leg says, for telling whether a known key comes with the content it had.
create function clearing.ledger_leg_content(
  p_leg smallint, p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text, p_reason text
) returns bytea language sql stable parallel safe as $$
  select record_send(row(p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason))
$$;

-- The content of a known posting as its caller gave it: a resolution is its key and outcome alone. Null when its year is archived.
create function clearing.ledger_known_content(p_card text, p_date date, p_key text) returns bytea language sql stable as $$
  select case when min(t.resolves_key) is null
              then string_agg(clearing.ledger_leg_content(t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, null, t.reason), ''::bytea order by t.leg)
              else clearing.ledger_leg_content(1::smallint, null, null, null, min(t.phase), min(t.resolves_key), min(t.reason)) end
    from clearing.ledger_transfer t where t.card_no = p_card and t.business_date = p_date and t.posting_key = p_key
$$;

-- What a row of the ledger may hold.
create function clearing.ledger_leg_is_sound(p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text, p_expires timestamptz)
returns boolean language sql immutable parallel safe as $$
  select p_amount > 0 and p_debit <> p_credit and p_phase in ('posted', 'pending', 'post', 'void')
     and (p_phase in ('post', 'void')) = (p_resolves is not null) and (p_expires is null or p_phase = 'pending')
$$;

-- The careful way: item by item where it must be. Input, outcomes and locks as described at ledger_post below; working tables keep
-- their rows over the commit and are emptied by DELETE, with a TRUNCATE only when they have grown: both ON COMMIT DELETE ROWS and
-- TRUNCATE rebuild their indexes, which makes every statement be planned anew.
create function clearing.ledger_post_carefully(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_expires timestamptz[], p_force boolean[]
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
    credit_account text, amount_fen bigint, phase text not null, resolves_key text, reason text not null, expires_at timestamptz,
    forced boolean not null, primary key (item, leg)
  );
  -- follows: the earlier item of this set with the same key.
  create temporary table if not exists ledger_item (
    item integer primary key, card_no text not null, posting_key text not null, content bytea not null, follows integer, outcome text, detail text
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

  insert into ledger_item (item, card_no, posting_key, content, follows)
  select c.item, c.card_no, c.posting_key, c.content, nullif(min(c.item) over (partition by c.card_no, c.posting_key), c.item)
    from (select i.item, min(i.card) as card_no, min(i.key) as posting_key,
                 string_agg(clearing.ledger_leg_content(coalesce(i.leg, 1::smallint), i.debit, i.credit, i.amount, coalesce(i.phase, 'posted'), i.resolves, i.reason),
                            ''::bytea order by i.leg) as content
            from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason)
                 as i(item, card, key, leg, debit, credit, amount, phase, resolves, reason)
           group by i.item) c;

  -- A pending posting is resolved whole: its legs become the legs of the resolving posting.
  insert into ledger_work
  select i.item, i.card, i.key, coalesce(p.leg, i.leg, 1::smallint), coalesce(i.debit, p.debit_account), coalesce(i.credit, p.credit_account),
         coalesce(i.amount, p.amount_fen), coalesce(i.phase, 'posted'), i.resolves, i.reason, i.expires, coalesce(i.force, false)
    from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_expires, p_force)
         as i(item, card, key, leg, debit, credit, amount, phase, resolves, reason, expires, force)
    left join clearing.ledger_pending p on i.resolves is not null and p.card_no = i.card and p.posting_key = i.resolves;
  if exists (select from ledger_work w where w.amount_fen is not null
                and not coalesce(clearing.ledger_leg_is_sound(w.debit_account, w.credit_account, w.amount_fen, w.phase, w.resolves_key, w.expires_at), false)) then
    raise exception 'a leg of the set is no transfer: its amount, sides, phase or expiry' using errcode = 'check_violation';
  end if;

  perform 1 from clearing.card_account a
   where (a.card_no, a.kind) in (select w.card_no, w.debit_account from ledger_work w union select w.card_no, w.credit_account from ledger_work w)
   order by a.card_no, a.kind for update;
  perform 1 from clearing.account a
   where a.account_code in (select w.debit_account from ledger_work w union select w.credit_account from ledger_work w)
   order by a.account_code for update;

  -- Known keys, now that their accounts are ours: what another transaction committed before is visible.
  update ledger_item i
     set outcome = case when clearing.ledger_known_content(p.card_no, p.business_date, p.posting_key) = i.content then 'repeat' else 'key-conflict' end
    from clearing.ledger_posting p where p.card_no = i.card_no and p.posting_key = i.posting_key;
  update ledger_item i
     set outcome = case when f.content = i.content then 'repeat' else 'key-conflict' end
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
         available_fen = a.available_fen + c.available, forced_fen = greatest(0, a.floor_fen - a.available_fen - c.available)
    from (select e.card_no, e.account, sum(e.dp) as dp, sum(e.cp) as cp, sum(e.dpend) as dpend, sum(e.cpend) as cpend, sum(e.available) as available
            from ledger_effect e where e.card_no <> '' group by 1, 2) c
   where a.card_no = c.card_no and a.kind = c.account;
  update clearing.account a
     set debits_posted = a.debits_posted + c.dp, credits_posted = a.credits_posted + c.cp,
         debits_pending = a.debits_pending + c.dpend, credits_pending = a.credits_pending + c.cpend,
         available_fen = a.available_fen + c.available, forced_fen = greatest(0, coalesce(a.floor_fen - a.available_fen - c.available, 0))
    from (select e.account, sum(e.dp) as dp, sum(e.cp) as cp, sum(e.dpend) as dpend, sum(e.cpend) as cpend, sum(e.available) as available
            from ledger_effect e where e.card_no = '' group by 1) c
   where a.account_code = c.account;

  update ledger_item i set outcome = 'posted' where i.outcome is null;
  -- Who repeats an item that was not posted shares its fate.
  update ledger_item i set outcome = f.outcome, detail = f.detail
    from ledger_item f where f.item = i.follows and i.outcome = 'repeat' and f.outcome not in ('posted', 'repeat');

  select count(distinct w.item), count(*) into v_count, v_written from ledger_work w join ledger_item i using (item) where i.outcome = 'posted';
  if v_count > 0 then
    -- Keys are claimed under the head's lock, here and below: two sets that share a key cannot wait for each other.
    -- Sealing time is taken under it and always moves on, so that the chain is in order of time as well.
    select h.chunk_no + 1, h.chunk_sha256, greatest(clock_timestamp(), h.sealed_at + interval '1 microsecond') into v_chunk, v_head, v_now
      from clearing.ledger_head h for update;
    insert into clearing.ledger_posting (card_no, posting_key, business_date)
    select i.card_no, i.posting_key, p_business_date from ledger_item i where i.outcome = 'posted'
    order by i.card_no, i.posting_key on conflict do nothing;
    get diagnostics v_claimed = row_count;
    if v_claimed <> v_count then
      -- Another transaction used one of these keys with other accounts meanwhile; tried again, the key is seen as known.
      raise exception 'a posting key was taken by a concurrent transaction' using errcode = 'serialization_failure';
    end if;
    insert into clearing.ledger_pending (card_no, posting_key, leg, debit_account, credit_account, amount_fen, expires_at)
    select w.card_no, w.posting_key, w.leg, w.debit_account, w.credit_account, w.amount_fen, w.expires_at
      from ledger_work w join ledger_item i using (item) where i.outcome = 'posted' and w.phase = 'pending';
    update clearing.ledger_pending p set state = case w.phase when 'post' then 'posted' else 'void' end
      from ledger_work w join ledger_item i using (item)
     where i.outcome = 'posted' and w.phase in ('post', 'void') and p.card_no = w.card_no and p.posting_key = w.resolves_key and p.leg = w.leg;

    with placed as (
      select w.*, row_number() over (order by w.item, w.leg)::integer as place
        from ledger_work w join ledger_item i using (item) where i.outcome = 'posted'
    ), written as (
      insert into clearing.ledger_transfer
      select t.card_no, p_business_date, t.posting_key, t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, t.expires_at,
             v_now, v_chunk, t.place,
             clearing.ledger_row_hash(t.card_no, p_business_date, t.posting_key, t.leg, t.debit_account, t.credit_account, t.amount_fen, t.phase, t.resolves_key, t.reason, t.expires_at, t.place)
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

-- clearing.ledger_post: one round trip decides and writes a whole set of postings.
--
-- Input: one array element per leg. item numbers the posting inside the set, from 0; a 'post' or 'void' element names the pending
-- posting it resolves and takes accounts and amounts from there, so it comes alone and with nulls for them. An array is null when
-- all its elements would be: legs 1, phases 'posted', nothing resolved, nothing that expires, no floor ignored.
-- Output: one row. outcomes and details are null when every posting was posted; otherwise one element per item: posted | repeat |
-- key-conflict | floor | no-account | pending-missing | pending-resolved. With p_balances, every account the set names, once, as it
-- stands after the set (card '' for accounts that are no card's).
--
-- Nothing unusual in a set, and one statement does it. What is unusual (a key known already, an account that is missing or would fall
-- below its floor, a pending posting that is resolved or not there, a decision to ignore a floor) is noticed by a count that differs or
-- by a constraint; then everything is taken back and the careful way decides item by item. Outcomes, hashes and rows are the same.
--
-- Locks: card accounts, then other accounts, each in order, then the chain's head, under which keys are claimed; no mix of sets can
-- deadlock. An account is updated once however many legs touch it. dout and cout are what leaves on either side if nothing comes in
-- first: a set that fits by that fits in any order.
--
-- Joins are nested loops over indexes and nothing else: plans are kept by each connection from when its tables were small, so the
-- planner would read whole tables of cards for one posting. Up to PostgreSQL 17 a plan forced like this has a cost so high that each
-- statement would be compiled first (jit), which takes a hundred times as long as running it.
create function clearing.ledger_post(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_expires timestamptz[], p_force boolean[], p_balances boolean
) returns table (
  outcomes text[], details text[], balance_card text[], balance_account text[], balance_posted bigint[], balance_available bigint[]
) language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_item     integer[] := p_item;
  v_card     text[] := p_card;
  v_key      text[] := p_key;
  v_leg      smallint[] := p_leg;
  -- The leg each resolving posting begins with; null where that is leg 1.
  v_lead     smallint[];
  v_debit    text[] := p_debit;
  v_credit   text[] := p_credit;
  v_amount   bigint[] := p_amount;
  v_phase    text[] := p_phase;
  v_resolves text[] := p_resolves;
  v_reason   text[] := p_reason;
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
                from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_expires)
                     as l(item, card, key, leg, debit, credit, amount, phase, resolves, reason, expires)
                left join clearing.ledger_pending p on p.card_no = l.card and p.posting_key = l.resolves
               order by l.item, p.leg, l.leg) w;
      if array_position(v_amount, null) is not null then raise exception using errcode = 'CC001'; end if;
    end if;

    with leg as materialized (
      select l.card, l.key, coalesce(l.leg, 1::smallint) as leg, coalesce(l.leg, 1) = coalesce(l.lead, 1) as first, l.debit, l.credit, l.amount,
             coalesce(l.phase, 'posted') as phase, coalesce(l.phase, 'posted') = 'posted' as plain, l.resolves, l.reason, l.expires, l.place::integer as place,
             clearing.ledger_row_hash(l.card, p_business_date, l.key, coalesce(l.leg, 1::smallint), l.debit, l.credit, l.amount, coalesce(l.phase, 'posted'),
                                      l.resolves, l.reason, l.expires, l.place::integer) as digest
        from unnest(v_card, v_key, v_leg, v_lead, v_debit, v_credit, v_amount, v_phase, v_resolves, v_reason, v_expires) with ordinality
             as l(card, key, leg, lead, debit, credit, amount, phase, resolves, reason, expires, place)
    ), effect as materialized (
      select e.card, e.account, clearing.sum_fen(e.dp) as dp, clearing.sum_fen(e.cp) as cp, clearing.sum_fen(e.dpend) as dpend,
             clearing.sum_fen(e.cpend) as cpend, clearing.sum_fen(e.dout) as dout, clearing.sum_fen(e.cout) as cout
        from (select case when strpos(l.debit, ':') = 0 then l.card else '' end as card, l.debit as account,
                     case when l.plain or l.phase = 'post' then l.amount else 0 end as dp, 0::bigint as cp,
                     case when l.plain then 0 when l.phase = 'pending' then l.amount else -l.amount end as dpend, 0::bigint as cpend,
                     case when l.plain or l.phase = 'pending' then l.amount else 0 end as dout, 0::bigint as cout
                from leg l
               union all
              select case when strpos(l.credit, ':') = 0 then l.card else '' end, l.credit,
                     0, case when l.plain or l.phase = 'post' then l.amount else 0 end,
                     0, case when l.plain then 0 when l.phase = 'pending' then l.amount else -l.amount end,
                     0, case when l.plain or l.phase = 'pending' then l.amount else 0 end
                from leg l) e
       group by e.card, e.account order by e.card, e.account
    ), card_done as (
      update clearing.card_account a
         set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, debits_pending = a.debits_pending + e.dpend,
             credits_pending = a.credits_pending + e.cpend, available_fen = a.available_fen + e.cp - e.dp - e.dpend,
             forced_fen = greatest(0, a.floor_fen - a.available_fen - e.cp + e.dp + e.dpend)
        from effect e
       where e.card <> '' and a.card_no = e.card and a.kind = e.account and (e.dout = 0 or a.available_fen - e.dout >= a.floor_fen)
      returning a.card_no, a.kind, a.credits_posted - a.debits_posted as posted, a.available_fen
    ), done as (
      update clearing.account a
         set debits_posted = a.debits_posted + e.dp, credits_posted = a.credits_posted + e.cp, debits_pending = a.debits_pending + e.dpend,
             credits_pending = a.credits_pending + e.cpend,
             available_fen = a.available_fen + case a.normal_side when 'credit' then e.cp - e.dp - e.dpend else e.dp - e.cp - e.cpend end,
             forced_fen = greatest(0, coalesce(a.floor_fen - a.available_fen
                                               - case a.normal_side when 'credit' then e.cp - e.dp - e.dpend else e.dp - e.cp - e.cpend end, 0))
        from effect e
       where e.card = '' and (select count(*) from card_done) = (select count(*) from effect where card <> '') and a.account_code = e.account
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
    from clearing.ledger_post_carefully(p_business_date, p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason, p_expires, p_force) c;
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

-- Rows that change in place leave room beside them for their next version, as in 017.
do $$ begin
  for i in 0..7 loop
    execute format('alter table clearing.%I set (fillfactor = 75)', 'ledger_pending_p' || i);
  end loop;
end $$;
