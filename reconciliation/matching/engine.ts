import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { decideRest, extraColumns } from './decide-rest.ts';
import { literal, openDuck } from './duckdb.ts';
import type { ResultFiles } from './result-files.ts';
import { type ReadSide, readSide } from './side.ts';
import { MATCH_STATES, type MatchState, type MatchTerms } from './terms.ts';

/** Figures of one state: lines of ours and theirs, and what they add up to. */
export interface StateTotal {
  readonly results: number;
  readonly ourLines: number;
  readonly theirLines: number;
  readonly oursFen: bigint;
  readonly theirsFen: bigint;
}

export interface MatchSummary {
  readonly ours: ReadSide;
  readonly theirs: ReadSide;
  readonly states: Readonly<Partial<Record<MatchState, StateTotal>>>;
}

export interface MatchOptions {
  readonly memoryMiB?: number;
  readonly threads?: number;
  /** Whether the file of a side was written by us from whole amounts, or came from somebody. */
  readonly oursAre?: 'by us' | 'by others';
  readonly theirsAre?: 'by us' | 'by others';
  readonly progress?: (percent: number) => Promise<void> | void;
  /** What is asked of the result while the database of the match is still open: opening another takes as long as a small match. */
  readonly ask?: (connection: DuckDBConnection, files: ResultFiles) => Promise<void>;
}

/** Together with what Node.js takes this stays below 2 GiB; more than it holds goes to the directory. */
const MEMORY_MIB = 1_300;
const THREADS = 2;

export const stateNo = (state: MatchState): number => MATCH_STATES.indexOf(state);

/**
 * Matches two files of lines and writes what became of every line into the directory, as Parquet. Nothing else is read or changed, and
 * the same files give the same result.
 *
 * The first pass, if it pairs lines by a certain key, is one join of everything; what it cannot decide (a key that is there more than
 * once) and what it leaves over is decided line by line.
 *
 * @throws as {@link readSide}
 */
export async function matchFiles(
  files: { readonly ours: string; readonly theirs: string },
  terms: MatchTerms,
  directory: string,
  options: MatchOptions = {},
): Promise<MatchSummary & { readonly files: ResultFiles }> {
  const { memoryMiB = MEMORY_MIB, threads = THREADS, oursAre = 'by others', theirsAre = 'by others' } = options;
  const { progress = () => undefined } = options;
  const duck = await openDuck({ directory: join(directory, 'spill'), memoryMiB, threads });
  try {
    const { connection } = duck;
    // Lines keep the order of their file, which takes one core; so both files at once.
    const read = await Promise.allSettled([
      readSide(connection, 'ours', files.ours, terms.passes, oursAre),
      readSide(duck.other, 'theirs', files.theirs, terms.passes, theirsAre),
    ]);
    const [ours, theirs] = read.map((side) => {
      if (side.status === 'rejected') throw side.reason;
      return side.value;
    }) as [ReadSide, ReadSide];
    await progress(40);
    // The order of a result's rows means nothing; that of the lines was kept while they were read.
    await connection.run('set preserve_insertion_order = false');
    const result = { main: join(directory, 'main.parquet'), revised: join(directory, 'revised.parquet') };
    const first = terms.passes[0];
    const joined =
      first !== undefined &&
      first.cardinality === '1-1' &&
      first.certain &&
      !(await repeatsTooMuch(connection, { ours, theirs }));
    await writeJoin(connection, terms, { ours, theirs }, result.main, joined);
    await progress(70);
    await decideRest(connection, terms, { ours, theirs }, result, joined);
    await progress(90);
    const states = await totals(connection, result);
    requireWhole(states, ours.lines, theirs.lines);
    await options.ask?.(connection, result);
    return { ours, theirs, states, files: result };
  } finally {
    duck.close();
  }
}

/** Lines per key squared, added up, at most so many times the lines: then a join writes no more than about five rows per line. */
const REPEATS = 4;
const BUCKETS = 65_536;
/** One line in so many is looked at: keys that are there often enough to matter are there often among those too. */
const SAMPLED = 16;
/** Below this all lines are looked at. */
const FEW_LINES = 100_000;

/**
 * Whether so many lines of a side have the same keys that pairing each with each might not end. The squares of the lines per key are
 * estimated from buckets that keys fall into by hash, of a sample of the lines: far cheaper than grouping by key. Lines that fall into
 * one bucket by chance are taken off.
 */
async function repeatsTooMuch(
  connection: DuckDBConnection,
  sides: Readonly<Record<'ours' | 'theirs', ReadSide>>,
): Promise<boolean> {
  const squares = (side: 'ours' | 'theirs') => {
    const every = sides[side].lines < FEW_LINES ? 1 : SAMPLED;
    const sample = every === 1 ? '' : `and hash(rowid) % ${every} = 0`;
    return `select ${every}::double as every, sum(c * c)::double as squares, sum(c)::double as lines
       from (select count(*) as c from ${side} where key is not null ${sample} group by hash(key) & ${BUCKETS - 1})`;
  };
  // A pair of lines with one key is in the sample once in the square of what a line is.
  const reader = await connection.runAndReadAll(
    `select coalesce(bool_or((squares - lines - lines * lines / ${BUCKETS}) * every * every > ${REPEATS} * lines * every + ${BUCKETS} * every), false)
       from (${squares('ours')} union all ${squares('theirs')})`,
  );
  return reader.getRowsJS()[0]?.[0] === true;
}

/** One row per pair of lines with one key, and per line whose key the other side does not have. */
async function writeJoin(
  connection: DuckDBConnection,
  { toleranceFen, daysBefore, daysAfter }: MatchTerms,
  { ours, theirs }: Readonly<Record<'ours' | 'theirs', ReadSide>>,
  file: string,
  joined: boolean,
): Promise<void> {
  const doubts = [...(ours.doubt ? ['o.doubt'] : []), ...(theirs.doubt ? ['t.doubt'] : [])];
  const inDoubt = doubts.map((doubt) => `when ${doubt} then ${stateNo('in-doubt')}`).join(' ');
  const state = `case ${inDoubt} when t.rowid is null then ${stateNo('only-ours')} when o.rowid is null then ${stateNo('only-theirs')}
       when abs(o.amount - t.amount) > ${toleranceFen}${ours.records && theirs.records ? ' or o.records <> t.records' : ''} then ${stateNo('amount')}
       when t.day - o.day between ${-daysBefore} and ${daysAfter} then ${stateNo('equal')} else ${stateNo('late')} end`;
  // A dictionary of keys that are all different, or of line numbers, costs time and saves nothing.
  await connection.run(
    `copy (select (${state})::utinyint as state, (o.rowid + 1)::uinteger as our_line, (t.rowid + 1)::uinteger as their_line,
                  coalesce(o.key, t.key) as key, o.amount as ours, t.amount as theirs, o.day as our_day, t.day as their_day${extraColumns({ ours, theirs })}
             from ours o full outer join theirs t on o.key = t.key ${joined ? '' : 'where false'})
       to ${literal(file)} (format parquet, dictionary_size_limit 1000)`,
  );
}

const SUMS = `state, count(*) as results, count(our_line) as our_lines, count(their_line) as their_lines, coalesce(sum(ours), 0) as ours,
  coalesce(sum(theirs), 0) as theirs, coalesce(sum(our_line), 0) as our_sum, coalesce(sum(their_line), 0) as their_sum`;

async function totals(connection: DuckDBConnection, { main, revised }: ResultFiles) {
  const [first, second] = [`read_parquet(${literal(main)})`, `read_parquet(${literal(revised)})`];
  const replaced = (line: string) => `${line} in (select ${line} from ${second} where ${line} is not null)`;
  // Both files once; what the second replaces is left out line by line.
  const reader = await connection.runAndReadAll(
    `with part as (
       select ${SUMS} from ${first}
        where not coalesce(${replaced('our_line')}, false) and not coalesce(${replaced('their_line')}, false) group by state
       union all select ${SUMS} from ${second} group by state)
     select state::integer, sum(results)::integer, sum(our_lines)::integer, sum(their_lines)::integer,
            sum(ours)::varchar, sum(theirs)::varchar, sum(our_sum)::varchar, sum(their_sum)::varchar
       from part group by 1`,
  );
  const rows = reader.getRowsJS() as [number, number, number, number, string, string, string, string][];
  const states: Partial<Record<MatchState, StateTotal & { readonly ourSum: bigint; readonly theirSum: bigint }>> = {};
  for (const [no, results, ourLines, theirLines, oursFen, theirsFen, ourSum, theirSum] of rows) {
    const state = MATCH_STATES[no];
    if (state === undefined) throw new Error(`a result has state ${no}`);
    states[state] = {
      results,
      ourLines,
      theirLines,
      oursFen: BigInt(oursFen),
      theirsFen: BigInt(theirsFen),
      ourSum: BigInt(ourSum),
      theirSum: BigInt(theirSum),
    };
  }
  return states;
}

/** Every line of both sides is in the result once: their number and the sum of their numbers are what they have to be. */
function requireWhole(states: Awaited<ReturnType<typeof totals>>, ours: number, theirs: number): void {
  const sums = { ours: 0n, theirs: 0n, ourSum: 0n, theirSum: 0n };
  for (const { ourLines, theirLines, ourSum, theirSum } of Object.values(states)) {
    sums.ours += BigInt(ourLines);
    sums.theirs += BigInt(theirLines);
    sums.ourSum += ourSum;
    sums.theirSum += theirSum;
  }
  const upTo = (count: number): bigint => (BigInt(count) * BigInt(count + 1)) / 2n;
  const whole =
    sums.ours === BigInt(ours) &&
    sums.theirs === BigInt(theirs) &&
    sums.ourSum === upTo(ours) &&
    sums.theirSum === upTo(theirs);
  if (!whole) throw new Error(`a match of ${ours} and ${theirs} lines decided ${sums.ours} and ${sums.theirs}`);
}
