-- As in 028, but what was loaded and cancelled again on a city date does not count against the daily limit: whoever corrects a mistake of
-- the counter loads the right amount on the same day.
create or replace function clearing.load_circumstances(
  p_card text[], p_terminal text[], p_merchant text[], p_batch text[], p_trace text[], p_date date[], p_limited boolean[], p_draws boolean[],
  p_barred_days integer
) returns table (place integer, barred boolean, loaded_fen bigint, pending_credit_fen bigint) language plpgsql stable
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
begin
  return query
  select r.place::integer,
         exists (select from clearing.load_barred b
                  where b.card_no = r.card and b.terminal_no = r.terminal and b.merchant_no = r.merchant and b.batch_no = r.batch
                    and b.trace_no = r.trace and b.barred_at > now() - make_interval(days => p_barred_days)),
         case when r.limited then (select coalesce(sum(l.amount_fen), 0)::bigint from clearing.load l
                                    where l.card_no = r.card and l.city_date = r.date and l.state <> 'void'
                                      and not exists (select from clearing.load_cancellation c
                                                       where c.card_no = l.card_no and c.load_id = l.load_id and c.state = 'posted')) end,
         case when r.draws then (select a.available_fen from clearing.card_account a where a.card_no = r.card and a.kind = 'pending-credit') end
    from unnest(p_card, p_terminal, p_merchant, p_batch, p_trace, p_date, p_limited, p_draws)
         with ordinality as r(card, terminal, merchant, batch, trace, date, limited, draws, place);
end $$;
