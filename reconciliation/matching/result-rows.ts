import type { DuckDBConnection } from '@duckdb/node-api';
import type { ResultRow } from './explain.ts';
import { readAbout } from './plan.ts';
import { type ResultFiles, resultRows } from './result-files.ts';
import { MATCH_STATES, type MatchState } from './terms.ts';

/** Which rows are asked for. */
export interface RowFilter {
  readonly state?: MatchState;
  readonly key?: string;
  /** A line of a side, from 1. */
  readonly ourLine?: number;
  readonly theirLine?: number;
  /** Everything but what is equal. */
  readonly onlyBreaks?: boolean;
  readonly offset: number;
  readonly limit: number;
}

type Raw = [
  number,
  number | null,
  number | null,
  number | null,
  string | null,
  string | null,
  string | null,
  string | null,
  string | null,
  number | null,
  number | null,
  number | null,
  string | null,
  string | null,
  number | null,
  number | null,
  string | null,
  string | null,
];

/** Rows of a result in the order of our lines, then of theirs that stand alone. */
export async function readRows(
  connection: DuckDBConnection,
  files: ResultFiles,
  filter: RowFilter,
): Promise<readonly ResultRow[]> {
  const wanted = ['true'];
  const values: (string | number)[] = [];
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    values.push(value);
    wanted.push(`${condition} $${values.length}`);
  };
  where('state =', filter.state === undefined ? undefined : MATCH_STATES.indexOf(filter.state));
  where('state <>', filter.onlyBreaks === true ? MATCH_STATES.indexOf('equal') : undefined);
  where('key =', filter.key);
  where('our_line =', filter.ourLine);
  where('their_line =', filter.theirLine);
  const reader = await connection.runAndReadAll(
    `select state::integer, pass::integer, our_line::integer, their_line::integer, key, ours::varchar, theirs::varchar,
            our_day::varchar, their_day::varchar, group_no::integer, group_our_lines::integer, group_their_lines::integer,
            group_ours::varchar, group_theirs::varchar, our_records, their_records, our_about, their_about
       from ${resultRows(files)} where ${wanted.join(' and ')}
      order by our_line nulls last, their_line limit ${filter.limit} offset ${filter.offset}`,
    values,
  );
  return (reader.getRowsJS() as Raw[]).map(rowOf);
}

function rowOf(raw: Raw): ResultRow {
  const [
    no,
    pass,
    ourLine,
    theirLine,
    key,
    ours,
    theirs,
    ourDay,
    theirDay,
    groupNo,
    ourLines,
    theirLines,
    groupOurs,
    groupTheirs,
    ourRecords,
    theirRecords,
    ourAbout,
    theirAbout,
  ] = raw;
  const state = MATCH_STATES[no];
  if (state === undefined) throw new Error(`a result has state ${no}`);
  return {
    state,
    key: key ?? '',
    ...(pass !== null && { pass }),
    ...(ourLine !== null && { ourLine }),
    ...(theirLine !== null && { theirLine }),
    ...(ours !== null && { ours: BigInt(ours) }),
    ...(theirs !== null && { theirs: BigInt(theirs) }),
    ...(ourDay !== null && { ourDay }),
    ...(theirDay !== null && { theirDay }),
    ...(ourRecords !== null && { ourRecords }),
    ...(theirRecords !== null && { theirRecords }),
    ...(ourAbout !== null && { ourAbout: readAbout(ourAbout) }),
    ...(theirAbout !== null && { theirAbout: readAbout(theirAbout) }),
    ...(groupNo !== null && {
      group: {
        no: groupNo,
        ourLines: ourLines ?? 0,
        theirLines: theirLines ?? 0,
        ours: BigInt(groupOurs ?? 0),
        theirs: BigInt(groupTheirs ?? 0),
      },
    }),
  };
}
