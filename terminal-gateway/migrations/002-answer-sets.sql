-- Requests that arrive together are looked up together. One element per request; the identities are locked in one order, so that
-- two requests of one identity wait for each other until the transaction ends, also across gateways; the second then finds what
-- the first has stored. Nobody waits longer than p_wait_ms, here or later in the transaction. Known plans and walks over indexes:
-- see migration 003 of clearing on why.
create function gateway.recall_answers(
  p_terminal text[], p_merchant text[], p_mti text[], p_batch text[], p_trace text[], p_since date, p_wait_ms integer
) returns table (place integer, city_date date, content_sha256 bytea, code text, body bytea, fact_id bigint) language plpgsql
  set jit = off set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
#variable_conflict use_column
begin
  perform set_config('lock_timeout', p_wait_ms::text, true);
  perform pg_advisory_xact_lock(k.key)
     from (select hashtextextended(concat_ws('/', r.terminal, r.merchant, r.mti, r.batch, r.trace), 8583) as key
             from unnest(p_terminal, p_merchant, p_mti, p_batch, p_trace) as r(terminal, merchant, mti, batch, trace) order by 1) k;
  return query
  select r.place::integer, s.city_date, s.content_sha256, s.code, s.body, s.fact_id
    from unnest(p_terminal, p_merchant, p_mti, p_batch, p_trace) with ordinality as r(terminal, merchant, mti, batch, trace, place)
    join gateway.stored_answer s on s.terminal_no = r.terminal and s.merchant_no = r.merchant and s.mti = r.mti and s.batch_no = r.batch
     and s.trace_no = r.trace and s.city_date > p_since
   order by 1, 2 desc;
end $$;
