-- A set in which one posting does not fit was decided one by one, whole: a purse with too little took thousands of others with it.
-- Now the cards whose postings cannot simply be posted are set apart; the others go as a set, these one by one.

alter function clearing.ledger_post_carefully(date, integer[], text[], text[], smallint[], text[], text[], bigint[], text[], text[], text[], timestamptz[], boolean[])
  rename to ledger_post_one_by_one;

create function clearing.ledger_post_carefully(
  p_business_date date, p_item integer[], p_card text[], p_key text[], p_leg smallint[], p_debit text[], p_credit text[],
  p_amount bigint[], p_phase text[], p_resolves text[], p_reason text[], p_expires timestamptz[], p_force boolean[]
) returns table (item integer, outcome text, detail text) language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
declare
  v_apart    boolean[];
  v_fits     record;
  v_rest     record;
  v_outcomes text[];
  v_details  text[];
begin
  -- Phases and forced postings are few at a time, and so are sets that gain nothing.
  if num_nonnulls(p_leg, p_phase, p_resolves, p_expires, p_force) = 0 and cardinality(p_item) > 50 then
    with leg as materialized (
      select * from unnest(p_card, p_key, p_debit, p_amount) with ordinality as l(card, key, debit, amount, place)
    ), spent as materialized (
      select card, debit, clearing.sum_fen(amount) as fen from leg where card <> '' and strpos(debit, ':') = 0 group by card, debit
    ), apart as materialized (
      select s.card from spent s
        left join lateral (select a.available_fen - a.floor_fen as fen from clearing.card_account a where a.card_no = s.card and a.kind = s.debit limit 1) a on true
       where a.fen is null or a.fen < s.fen
       union
      select l.card from leg l where l.card <> '' and exists (select from clearing.ledger_posting p where p.card_no = l.card and p.posting_key = l.key)
       union
      select l.card from leg l where l.card <> '' group by l.card, l.key having count(*) > 1
    )
    select array_agg(l.card in (select card from apart) order by l.place) into v_apart from leg l;
  end if;
  if true = any (v_apart) and false = any (v_apart) then
    select array_agg(l.item) as item, array_agg(l.card) as card, array_agg(l.key) as key, array_agg(l.debit) as debit, array_agg(l.credit) as credit,
           array_agg(l.amount) as amount, array_agg(l.reason) as reason into v_fits
      from unnest(p_item, p_card, p_key, p_debit, p_credit, p_amount, p_reason, v_apart) as l(item, card, key, debit, credit, amount, reason, apart) where not apart;
    select array_agg(l.item) as item, array_agg(l.card) as card, array_agg(l.key) as key, array_agg(l.debit) as debit, array_agg(l.credit) as credit,
           array_agg(l.amount) as amount, array_agg(l.reason) as reason into v_rest
      from unnest(p_item, p_card, p_key, p_debit, p_credit, p_amount, p_reason, v_apart) as l(item, card, key, debit, credit, amount, reason, apart) where apart;
    select p.outcomes, p.details into v_outcomes, v_details
      from clearing.ledger_post(p_business_date, v_fits.item, v_fits.card, v_fits.key, null, v_fits.debit, v_fits.credit, v_fits.amount, null, null,
                                v_fits.reason, null, null, false) p;
    return query
      select i.item, coalesce(v_outcomes[i.place], 'posted'), v_details[i.place]
        from (select d.item, row_number() over (order by d.item)::integer as place from (select distinct l.item from unnest(v_fits.item) as l(item)) d) i;
    return query
      select c.* from clearing.ledger_post_one_by_one(p_business_date, v_rest.item, v_rest.card, v_rest.key, null, v_rest.debit, v_rest.credit,
                                                      v_rest.amount, null, null, v_rest.reason, null, null) c;
    -- Whoever asks for balances gets those of all accounts the set names.
    insert into ledger_balance (card_no, account, normal_side, available)
    select case when strpos(s.account, ':') = 0 then l.card else '' end, s.account, 'credit', 0
      from unnest(v_fits.card, v_fits.debit, v_fits.credit) as l(card, debit, credit) cross join lateral (values (l.debit), (l.credit)) as s(account)
    on conflict do nothing;
    return;
  end if;
  return query
    select c.* from clearing.ledger_post_one_by_one(p_business_date, p_item, p_card, p_key, p_leg, p_debit, p_credit, p_amount, p_phase, p_resolves,
                                                    p_reason, p_expires, p_force) c;
end $$;
