import { literal } from './duckdb.ts';

/** Where the result lies: most of it in one file; rows of the second stand in place of those of the first about the same lines. */
export interface ResultFiles {
  readonly main: string;
  readonly revised: string;
}

/** Rows of a result as one table expression. What only some results have (records, what is known of a line) is null in others. */
export const resultRows = ({ main, revised }: ResultFiles): string => `(
    select m.*, case when m.our_line is not null and m.their_line is not null then 0 end::utinyint as pass
      from read_parquet(${literal(main)}) m
     where not exists (select 1 from read_parquet(${literal(revised)}) r where r.our_line = m.our_line)
       and not exists (select 1 from read_parquet(${literal(revised)}) r where r.their_line = m.their_line)
    union all by name select * from read_parquet(${literal(revised)})
    union all by name select null::integer as our_records, null::integer as their_records, null::varchar as our_about, null::varchar as their_about
     where false)`;
