import type { DuckDBConnection } from '@duckdb/node-api';
import { businessDate, fen } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { type ResultFiles, resultRows } from './result-files.ts';
import type { MatchRun } from './runs.ts';
import { MATCH_STATES } from './terms.ts';

type Raw = [
  number,
  string,
  string | null,
  string | null,
  number,
  number,
  string | null,
  string | null,
  string | null,
  string | null,
];

/** What differences of a plan are about, in front of the key of the lines. */
export const subjectPrefix = ({ plan }: Pick<MatchRun, 'plan'>): string => `${plan} `;

/**
 * What is not equal, as differences, key by key and state by state: lines with one key and state are one difference with their sum, and
 * so is a group that was compared by its sums. Sets of at most `size`.
 */
export async function* readBreaks(
  connection: DuckDBConnection,
  files: ResultFiles,
  run: MatchRun,
  size: number,
): AsyncGenerator<readonly FoundDifference[]> {
  const stream = await connection.stream(
    `select state::integer, min(coalesce(key, 'line ' || coalesce(our_line || ' of ours', their_line || ' of theirs'))),
            sum(ours)::varchar, sum(theirs)::varchar, count(our_line)::integer, count(their_line)::integer,
            min(our_day)::varchar, max(our_day)::varchar, min(their_day)::varchar, max(their_day)::varchar
       from ${resultRows(files)} where state <> ${MATCH_STATES.indexOf('equal')}
      group by state, coalesce('group ' || group_no, 'key ' || key, 'ours ' || our_line, 'theirs ' || their_line) order by 2, 1`,
  );
  let set: FoundDifference[] = [];
  for await (const rows of stream.yieldRowsJs())
    for (const row of rows) {
      set.push(differenceOf(run, row as Raw));
      if (set.length < size) continue;
      yield set;
      set = [];
    }
  if (set.length > 0) yield set;
}

function differenceOf(run: MatchRun, raw: Raw): FoundDifference {
  const [no, key, ours, theirs, ourLines, theirLines, ourFirst, ourLast, theirFirst, theirLast] = raw;
  const kind = MATCH_STATES[no];
  if (kind === undefined) throw new Error(`a result has state ${no}`);
  const days = (first: string | null, last: string | null) =>
    first === null || last === null ? [] : [...new Set([businessDate(first), businessDate(last)])];
  return {
    counterpartKind: run.counterpartKind,
    counterpart: run.counterpart,
    businessDay: run.businessDay,
    subjectKey: `${subjectPrefix(run)}${key}`,
    kind,
    ...(ours !== null && { ours: fen(ours) }),
    ...(theirs !== null && { theirs: fen(theirs) }),
    // Numbers of lines and matches change from file to file; what stays is what is found again.
    evidence: {
      plan: run.plan,
      ourLines,
      theirLines,
      ourDays: days(ourFirst, ourLast),
      theirDays: days(theirFirst, theirLast),
    },
  };
}
