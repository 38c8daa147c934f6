import type { DuckDBConnection } from '@duckdb/node-api';
import { businessDate, fen } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { type About, readAbout } from './plan.ts';
import { type ResultFiles, resultRows } from './result-files.ts';
import type { MatchRun } from './runs.ts';
import { MATCH_STATES, type MatchState } from './terms.ts';

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
  string | null,
  string | null,
];

/** Differences put down at once. */
const SET = 2_000;

type WithWhom = Pick<MatchRun, 'plan' | 'counterpartKind' | 'counterpart' | 'businessDay'>;

/** What differences of a plan are about, in front of the key of the lines, where the lines do not say it themselves. */
export const subjectPrefix = ({ plan }: Pick<MatchRun, 'plan'>): string => `${plan} `;

/**
 * What is not equal, as differences, key by key and state by state: lines with one key and state are one difference with their sum, and
 * so is a group that was compared by its sums. In sets, so that millions of them fit.
 */
export async function* readBreaks(
  connection: DuckDBConnection,
  files: ResultFiles,
  run: WithWhom,
): AsyncGenerator<readonly FoundDifference[]> {
  const stream = await connection.stream(
    `select state::integer, min(coalesce(key, 'line ' || coalesce(our_line || ' of ours', their_line || ' of theirs'))),
            sum(ours)::varchar, sum(theirs)::varchar, count(our_line)::integer, count(their_line)::integer,
            min(our_day)::varchar, max(our_day)::varchar, min(their_day)::varchar, max(their_day)::varchar,
            arg_min(our_about, our_line), arg_min(their_about, their_line)
       from ${resultRows(files)} where state <> ${MATCH_STATES.indexOf('equal')}
      group by state, coalesce('group ' || group_no, 'key ' || key, 'ours ' || our_line, 'theirs ' || their_line) order by 2, 1`,
  );
  let set: FoundDifference[] = [];
  for await (const rows of stream.yieldRowsJs())
    for (const row of rows) {
      const difference = differenceOf(run, row as Raw);
      if (difference === undefined) continue;
      set.push(difference);
      if (set.length < SET) continue;
      yield set;
      set = [];
    }
  if (set.length > 0) yield set;
}

function differenceOf(run: WithWhom, raw: Raw): FoundDifference | undefined {
  const [no, key, ours, theirs, ourLines, theirLines, ourFirst, ourLast, theirFirst, theirLast, ourAbout, theirAbout] =
    raw;
  const state = MATCH_STATES[no];
  if (state === undefined) throw new Error(`a result has state ${no}`);
  const [ofOurs, ofTheirs] = [ourAbout, theirAbout].map((about) => (about === null ? undefined : readAbout(about)));
  if (ofOurs !== undefined || ofTheirs !== undefined)
    return aboutDifference(run, state, [ofOurs, ofTheirs], ours, theirs);
  const days = (first: string | null, last: string | null) =>
    first === null || last === null ? [] : [...new Set([businessDate(first), businessDate(last)])];
  return {
    counterpartKind: run.counterpartKind,
    counterpart: run.counterpart,
    businessDay: run.businessDay,
    subjectKey: `${subjectPrefix(run)}${key}`,
    kind: state,
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

/** A difference as its lines say it. */
function aboutDifference(
  run: WithWhom,
  state: MatchState,
  [ofOurs, ofTheirs]: readonly (About | undefined)[],
  ours: string | null,
  theirs: string | null,
): FoundDifference | undefined {
  const about = ofOurs ?? ofTheirs;
  if (about === undefined) return undefined;
  const kind = about.kinds?.[state];
  if (kind === null) return undefined;
  const amount = (said: number | null | undefined, summed: string | null) => {
    const value = said === undefined ? summed : said;
    return value === null ? undefined : fen(BigInt(value));
  };
  const [our, their] = [amount(about.oursFen, ours), amount(about.theirsFen, theirs)];
  return {
    counterpartKind: about.counterpartKind ?? run.counterpartKind,
    counterpart: about.counterpart ?? run.counterpart,
    businessDay: about.day === undefined ? run.businessDay : businessDate(about.day),
    subjectKey: about.subject,
    kind: kind ?? state,
    ...(our !== undefined && { ours: our }),
    ...(their !== undefined && { theirs: their }),
    evidence: { ...ofTheirs?.evidence, ...ofOurs?.evidence },
  };
}
