-- clearing.ledger_post: one round trip decides and writes a whole set of postings.
--
-- Input: one array element per leg. item numbers the posting inside the set (ascending); a 'post' or 'void' leg names
-- the pending posting it resolves and takes accounts and amounts from there.
-- Output: one row per item: posted | repeat | key-conflict | floor | no-account | pending-missing | pending-resolved.
--
-- Why this shape: locks are taken once, in one order (card accounts, then others, then the chain head), so that no mix
-- of sets can deadlock; every account is updated once per set however many legs touch it; the common case, in which every
-- item fits, is decided by one window query, and only a set in which some floor would break is walked item by item.

create function clearing.ledger_post(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_force boolean[]
) returns table (item integer, outcome text, detail text) language plpgsql as $$
declare
  v_now      timestamptz := clock_timestamp();
  v_chunk    bigint;
  v_head     bytea;
  v_hash     bytea;
  v_count    integer;
  v_item     record;
  v_problem  text;
begin
  create temporary table if not exists ledger_work (
    item integer not null, card_no text not null, posting_key text not null, leg smallint not null, debit_account text,
    credit_account text, amount_fen bigint, phase text not null, resolves_key text, reason text not null, forced boolean not null
  ) on commit delete rows;
  create temporary table if not exists ledger_item (
    item integer primary key, card_no text not null, posting_key text not null, content_sha256 bytea not null, outcome text, detail text
  ) on commit delete rows;
  -- One row per account a leg touches, with what the leg does to each column; available is the change on the normal side.
  create temporary table if not exists ledger_effect (
    item integer not null, leg smallint not null, card_no text not null, account text not null, dp bigint not null, cp bigint not null,
    dpend bigint not null, cpend bigint not null, available bigint not null, forced boolean not null
  ) on commit delete rows;
  create temporary table if not exists ledger_balance (
    card_no text not null, account text not null, normal_side text not null, available bigint not null, floor_fen bigint, forced_fen bigint not null,
    primary key (card_no, account)
  ) on commit delete rows;
  truncate ledger_work, ledger_item, ledger_effect, ledger_balance;

  insert into ledger_item
  select i.item, min(i.card_no), min(i.posting_key),
         sha256(convert_to(string_agg(concat_ws(chr(31), i.leg, i.debit, i.credit, i.amount, i.phase, coalesce(i.resolves, ''), i.reason), chr(30) order by i.leg), 'UTF8'))
    from unnest(p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves, p_reason)
         as i(item, card_no, posting_key, leg, debit, credit, amount, phase, resolves, reason)
   group by i.item;

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
    from ledger_item f
   where i.outcome is null and f.card_no = i.card_no and f.posting_key = i.posting_key
     and f.item = (select min(m.item) from ledger_item m where m.card_no = i.card_no and m.posting_key = i.posting_key) and f.item < i.item;

  update ledger_item i set outcome = 'pending-missing', detail = w.resolves_key
    from ledger_work w where i.outcome is null and w.item = i.item and w.phase in ('post', 'void') and w.amount_fen is null;
  perform 1 from clearing.ledger_pending p join ledger_work w on p.card_no = w.card_no and p.posting_key = w.resolves_key
    where w.phase in ('post', 'void') order by p.card_no, p.posting_key, p.leg for update of p;
  update ledger_item i set outcome = 'pending-resolved', detail = p.state
    from ledger_work w join clearing.ledger_pending p on p.card_no = w.card_no and p.posting_key = w.resolves_key
   where i.outcome is null and w.item = i.item and w.phase in ('post', 'void') and p.state <> 'pending';
  update ledger_item i set outcome = 'pending-resolved', detail = 'twice in one set'
    from ledger_work w
   where i.outcome is null and w.item = i.item and w.phase in ('post', 'void')
     and exists (select from ledger_work e join ledger_item ei on ei.item = e.item
                  where e.card_no = w.card_no and e.resolves_key = w.resolves_key and e.item < w.item and ei.outcome is null);

  insert into ledger_balance
  select a.card_no, a.kind, 'credit', a.available_fen, a.floor_fen, a.forced_fen from clearing.card_account a
   where (a.card_no, a.kind) in (select w.card_no, w.debit_account from ledger_work w union select w.card_no, w.credit_account from ledger_work w)
  union all
  select '', a.account_code, a.normal_side, a.available_fen, a.floor_fen, a.forced_fen from clearing.account a
   where a.account_code in (select w.debit_account from ledger_work w union select w.credit_account from ledger_work w);

  insert into ledger_effect
  select w.item, w.leg, b.card_no, b.account,
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

  update ledger_item i set outcome = 'no-account', detail = m.account
    from (select w.item, s.account from ledger_work w cross join lateral (values (w.debit_account), (w.credit_account)) as s(account)
           where w.amount_fen is not null
             and not exists (select from ledger_balance b where b.account = s.account and b.card_no in ('', w.card_no))) m
   where i.outcome is null and m.item = i.item;
  delete from ledger_effect e using ledger_item i where i.item = e.item and i.outcome is not null;

  if exists (
    select from (
      select b.floor_fen, b.forced_fen, b.available + sum(e.available) over (partition by e.card_no, e.account order by e.item, e.leg) as running, e.available, e.forced
        from ledger_effect e join ledger_balance b using (card_no, account)) r
     where r.floor_fen is not null and not r.forced and r.available < 0 and r.running + r.forced_fen < r.floor_fen
  ) or exists (select from ledger_effect e where e.forced) then
    -- Some item does not fit or ignores a floor: decide one by one, in order.
    for v_item in select distinct e.item, e.forced from ledger_effect e order by e.item loop
      select b.account into v_problem
        from (select e.card_no, e.account, sum(e.available) as change from ledger_effect e where e.item = v_item.item group by 1, 2) c
        join ledger_balance b using (card_no, account)
       where not v_item.forced and c.change < 0 and b.floor_fen is not null and b.available + c.change + b.forced_fen < b.floor_fen
       order by b.account limit 1;
      if v_problem is not null then
        update ledger_item i set outcome = 'floor', detail = v_problem where i.item = v_item.item;
        delete from ledger_effect e where e.item = v_item.item;
      else
        update ledger_balance b
           set available = b.available + c.change,
               forced_fen = case when v_item.forced then greatest(b.forced_fen, 0) else b.forced_fen end
          from (select e.card_no, e.account, sum(e.available) as change from ledger_effect e where e.item = v_item.item group by 1, 2) c
         where b.card_no = c.card_no and b.account = c.account;
        update ledger_balance b
           set forced_fen = case when v_item.forced then greatest(0, b.floor_fen - b.available) else least(b.forced_fen, greatest(0, b.floor_fen - b.available)) end
         where b.floor_fen is not null and (b.card_no, b.account) in (select e.card_no, e.account from ledger_effect e where e.item = v_item.item);
      end if;
      v_problem := null;
    end loop;
  else
    update ledger_balance b
       set available = b.available + c.change, forced_fen = least(b.forced_fen, greatest(0, coalesce(b.floor_fen, 0) - (b.available + c.change)))
      from (select e.card_no, e.account, sum(e.available) as change from ledger_effect e group by 1, 2) c
     where b.card_no = c.card_no and b.account = c.account;
  end if;

  update clearing.card_account a
     set debits_posted = a.debits_posted + c.dp, credits_posted = a.credits_posted + c.cp,
         debits_pending = a.debits_pending + c.dpend, credits_pending = a.credits_pending + c.cpend, forced_fen = b.forced_fen
    from (select e.card_no, e.account, sum(e.dp) dp, sum(e.cp) cp, sum(e.dpend) dpend, sum(e.cpend) cpend from ledger_effect e where e.card_no <> '' group by 1, 2) c
    join ledger_balance b using (card_no, account)
   where a.card_no = c.card_no and a.kind = c.account;
  update clearing.account a
     set debits_posted = a.debits_posted + c.dp, credits_posted = a.credits_posted + c.cp,
         debits_pending = a.debits_pending + c.dpend, credits_pending = a.credits_pending + c.cpend, forced_fen = b.forced_fen
    from (select e.account, sum(e.dp) dp, sum(e.cp) cp, sum(e.dpend) dpend, sum(e.cpend) cpend from ledger_effect e where e.card_no = '' group by 1) c
    join ledger_balance b on b.card_no = '' and b.account = c.account
   where a.account_code = c.account;

  update ledger_item i set outcome = 'posted' where i.outcome is null;
  select count(*) into v_count from ledger_work w join ledger_item i using (item) where i.outcome = 'posted';
  if v_count > 0 then
    insert into clearing.ledger_posting (card_no, posting_key, content_sha256, business_date)
    select i.card_no, i.posting_key, i.content_sha256, p_business_date from ledger_item i where i.outcome = 'posted';
    insert into clearing.ledger_pending (card_no, posting_key, leg, debit_account, credit_account, amount_fen)
    select w.card_no, w.posting_key, w.leg, w.debit_account, w.credit_account, w.amount_fen
      from ledger_work w join ledger_item i using (item) where i.outcome = 'posted' and w.phase = 'pending';
    update clearing.ledger_pending p set state = case w.phase when 'post' then 'posted' else 'void' end
      from ledger_work w join ledger_item i using (item)
     where i.outcome = 'posted' and w.phase in ('post', 'void') and p.card_no = w.card_no and p.posting_key = w.resolves_key;

    select h.chunk_no + 1, h.chunk_sha256 into v_chunk, v_head from clearing.ledger_head h for update;
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
    select sha256(v_head || int8send(v_chunk) || string_agg(w.row_sha256, ''::bytea order by w.position)) into v_hash from written w;
    insert into clearing.ledger_chunk values (v_chunk, v_head, v_hash, v_count, v_now);
    update clearing.ledger_head set chunk_no = v_chunk, chunk_sha256 = v_hash;
  end if;

  return query select i.item, i.outcome, i.detail from ledger_item i order by i.item;
end $$;

-- Every field of a transfer, in order, separated by unit separators (no field may hold one).
create function clearing.ledger_row_hash(
  p_card text, p_date date, p_key text, p_leg smallint, p_debit text, p_credit text, p_amount bigint, p_phase text, p_resolves text,
  p_reason text, p_at timestamptz, p_chunk bigint, p_position integer
) returns bytea language sql immutable parallel safe as $$
  select sha256(convert_to(concat_ws(chr(31), p_card, p_date - date '2000-01-01', p_key, p_leg, p_debit, p_credit, p_amount, p_phase,
    coalesce(p_resolves, ''), p_reason, (extract(epoch from p_at) * 1000000)::bigint, p_chunk, p_position), 'UTF8'))
$$;
