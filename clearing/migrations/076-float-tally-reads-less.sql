-- clearing.float_tally_advance as in 072, reading less again: a few pages before the end of each part are nearly always enough, and when
-- they are not (the chain says so) more are read before the index is asked. A look beside loads took 77 CPU-ms, most of it for pages
-- that had been read a second before.
--
-- Takes float_tally on to the head of the chain and answers the chunk it stands at. Meant for a transaction with one snapshot.
-- What is new is looked for at the end of each part of the history; the chain says how many transfers there are to be found, and when
-- they are not all there the whole history since then is read by its index instead.
create or replace function clearing.float_tally_advance() returns bigint language plpgsql set jit = off as $$
declare
  -- Parts grow at many places at once, as each connection fills a page of its own: so many pages before the end are read again.
  v_overlap bigint;
  v_from    bigint;
  v_to      bigint;
  v_wanted  bigint;
  v_found   bigint := 0;
  v_rows    bigint;
  v_since   date;
  v_part    record;
  v_pages   jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('clearing float tally', 0));
  select h.chunk_no into v_to from clearing.ledger_head h;
  select h.chunk_no into v_from from clearing.float_tally_head h;
  if v_from is null then
    insert into clearing.float_tally select a.kind, sum(a.debits_posted), sum(a.credits_posted) from clearing.card_account a group by a.kind;
    insert into clearing.float_tally_head (chunk_no) values (v_to);
    insert into clearing.float_tally_part
    select t.relid::regclass::text, pg_relation_size(t.relid) / current_setting('block_size')::bigint
      from pg_partition_tree('clearing.ledger_transfer') t where t.isleaf;
    return v_to;
  end if;
  if v_to = v_from then return v_to; end if;
  select coalesce(sum(c.transfer_count), 0) into v_wanted from clearing.ledger_chunk c where c.chunk_no > v_from and c.chunk_no <= v_to;
  create temporary table if not exists float_tally_new (kind text not null, debits numeric not null, credits numeric not null) on commit delete rows;
  select min(d.business_date) into v_since from clearing.business_day d where d.state <> 'closed';
  -- Asked of the parts alone: joined with pg_class, the size of every table there is would be looked up.
  select jsonb_object_agg(l.part, l.pages) into v_pages
    from (select t.relid::regclass::text as part, pg_relation_size(t.relid) / current_setting('block_size')::bigint as pages
            from pg_partition_tree('clearing.ledger_transfer') t
           where t.isleaf and (v_since is null or right(t.relid::regclass::text, 4) >= to_char(v_since, 'YYYY'))) l
   where l.pages > 0;
  foreach v_overlap in array array[24, 2048] loop
    delete from float_tally_new;
    v_found := 0;
    for v_part in select e.key as part, coalesce(p.pages, 0) as read from jsonb_each(coalesce(v_pages, '{}')) e left join clearing.float_tally_part p on p.part = e.key
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
    end loop;
    exit when v_found = v_wanted;
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
  insert into clearing.float_tally_part select e.key, e.value::text::bigint from jsonb_each(coalesce(v_pages, '{}')) e
  on conflict (part) do update set pages = excluded.pages where float_tally_part.pages <> excluded.pages;
  update clearing.float_tally_head set chunk_no = v_to, recounts = recounts + (v_found <> v_wanted)::integer;
  return v_to;
end $$;

