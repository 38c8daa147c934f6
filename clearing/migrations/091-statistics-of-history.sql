-- What is known of the columns of history is measured from fewer rows. PostgreSQL reads 30 000 rows of every partition each time, whatever
-- its size, and sorts every column of them, digests and records among them: on a young database's first days that was a tenth of all work.
-- Plans need little of it: history is read by card, by day or by intake. Digests and raw records are never compared by a plan.

create function clearing.few_statistics(p_table text) returns void language plpgsql as $$
begin
  execute (select format('alter table clearing.%I ', p_table)
                  || string_agg(format('alter column %I set statistics %s', a.attname, case when a.atttypid = 'bytea'::regtype then 0 else 10 end), ', ' order by a.attnum)
             from pg_attribute a where a.attrelid = format('clearing.%I', p_table)::regclass and a.attnum > 0 and not a.attisdropped);
end $$;

create or replace function clearing.create_year_partitions(p_parent text, p_year integer) returns void language plpgsql as $$
begin
  for i in 0..7 loop
    execute format('create table if not exists clearing.%I partition of clearing.%I for values from (%L) to (%L)',
      p_parent || '_p' || i || '_' || p_year, p_parent || '_p' || i, make_date(p_year, 1, 1), make_date(p_year + 1, 1, 1));
    perform clearing.few_statistics(p_parent || '_p' || i || '_' || p_year);
  end loop;
end $$;

-- Those that are there follow their parents.
select clearing.few_statistics(parent) from unnest(array['ledger_transfer', 'ledger_posting', 'purchase_record', 'purchase_history', 'purchase_identity']) as parent;
