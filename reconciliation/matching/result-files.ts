import { literal } from './duckdb.ts';

/** Where the result lies: most of it in one file; rows of the second stand in place of those of the first about the same lines. */
export interface ResultFiles {
  readonly main: string;
  readonly revised: string;
}

/** Rows of a result as one table expression. */
export const resultRows = ({ main, revised }: ResultFiles): string => `(
    select m.state, case when m.our_line is not null and m.their_line is not null then 0 end::utinyint as pass, m.our_line, m.their_line, m.key,
           m.ours, m.theirs, m.our_day, m.their_day, null::uinteger as group_no, null::uinteger as group_our_lines,
           null::uinteger as group_their_lines, null::bigint as group_ours, null::bigint as group_theirs
      from read_parquet(${literal(main)}) m
     where not exists (select 1 from read_parquet(${literal(revised)}) r where r.our_line = m.our_line)
       and not exists (select 1 from read_parquet(${literal(revised)}) r where r.their_line = m.their_line)
    union all by name select * from read_parquet(${literal(revised)}))`;
