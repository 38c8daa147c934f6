-- For sets whose postings are sent together with everything that rests on them and with the COMMIT: one that is not posted ends
-- the transaction, and whoever sent it decides the set again step by step. SQLSTATE CCP01.
create function clearing.posted_or_fail(p_outcome text, p_detail text) returns void language plpgsql immutable as $$
begin
  if p_outcome <> 'posted' then
    raise exception 'a posting was answered %, %', p_outcome, coalesce(p_detail, '-') using errcode = 'CCP01';
  end if;
end $$;

-- The same of a whole set; no outcomes are those of a set that was posted whole.
create function clearing.posted_or_fail(p_outcomes text[], p_details text[]) returns void language plpgsql immutable as $$
begin
  for at in 1..coalesce(array_length(p_outcomes, 1), 0) loop
    perform clearing.posted_or_fail(p_outcomes[at], p_details[at]);
  end loop;
end $$;
