import { DuckDBInstance } from '@duckdb/node-api';
import { startTestDatabase, transact } from '@citycard/common';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { from } from 'pg-copy-streams';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { measureSide, type SideMeasured } from './reconcile-sides.ts';

const BENCH = join(import.meta.dirname, 'run.ts');
/** One line in so many has a break of each kind: 0.1 %. */
const SEEDED = 1_000;
const MEMORY_LIMIT_MIB = 2_048;
/** Days, and amounts of 1 to 51 yuan, as of rides and bills. */
const LINE = `'P' || lpad((i * 7919 % 100000000000)::varchar, 23, '0') as reference, 100 + (i * 31) % 5000 as "amountFen"`;

/** Kinds of break by the remainder of a line's number, and what each seeded line has to be found as. */
const BREAKS = {
  'only-theirs': 1,
  amount: 2,
  late: 3,
  'only-ours': 4,
  'duplicate-theirs': 5,
  'duplicate-ours': 6,
  'in-doubt': 7,
} as const;
const STATES = ['equal', 'only-ours', 'only-theirs', 'amount', 'duplicate', 'late', 'in-doubt'];

async function duck() {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1300MiB' });
  return instance.connect();
}

/** Two files of the same lines with breaks of every kind; theirs in another order. */
async function writeFiles(folder: string, lines: number): Promise<void> {
  const connection = await duck();
  const of = (kind: keyof typeof BREAKS) => `i % ${SEEDED} = ${BREAKS[kind]}`;
  const base = (missing: keyof typeof BREAKS, doubled: keyof typeof BREAKS) =>
    `(select i from range(${lines}) r(i) where not (${of(missing)}) union all select i from range(${lines}) r(i) where ${of(doubled)})`;
  const day = `date '2026-11-20' + (i % 3)::int`;
  await connection.run(
    `copy (select ${LINE}, ${day} as day, case when ${of('in-doubt')} then true end as doubt
             from ${base('only-theirs', 'duplicate-ours')} order by i)
       to '${join(folder, `ours-${lines}.csv`)}' (header)`,
  );
  await connection.run(
    `copy (select ${LINE.replace(' as "amountFen"', '')} + case when ${of('amount')} then 7 else 0 end as "amountFen",
                  ${day} + case when ${of('late')} then 20 else 0 end as day
             from ${base('only-ours', 'duplicate-theirs')} order by hash(i))
       to '${join(folder, `theirs-${lines}.csv`)}' (header)`,
  );
  connection.closeSync();
}

/** Every seeded break is found as what it is, and nothing else: key by key, not by numbers alone. @throws naming what differs */
async function requireExact(folder: string, lines: number): Promise<number> {
  const connection = await duck();
  const state = (name: string) => STATES.indexOf(name);
  const [main, revised] = ['main', 'revised'].map((name) => `read_parquet('${join(folder, `${name}.parquet`)}')`);
  const reader = await connection.runAndReadAll(
    `with result as (
       select state, key from ${main} m where not exists (select 1 from ${revised} r where r.our_line = m.our_line)
          and not exists (select 1 from ${revised} r where r.their_line = m.their_line)
       union all select state, key from ${revised}),
     found as (select state, key, count(*) as times from result where state <> ${state('equal')} group by 1, 2),
     seeded as (
       select case i % ${SEEDED} when ${BREAKS['only-theirs']} then ${state('only-theirs')} when ${BREAKS.amount} then ${state('amount')}
                when ${BREAKS.late} then ${state('late')} when ${BREAKS['only-ours']} then ${state('only-ours')}
                when ${BREAKS['in-doubt']} then ${state('in-doubt')} else ${state('duplicate')} end as state, ${LINE}
         from range(${lines}) r(i) where i % ${SEEDED} between 1 and 7)
     select (select count(*) from seeded)::integer, (select count(*) from found)::integer,
            (select count(*) from seeded s where not exists (select 1 from found f where f.state = s.state and f.key = s.reference and f.times = 1))::integer,
            (select count(*) from result where state = ${state('equal')})::integer`,
  );
  connection.closeSync();
  const [seeded = 0, found = 0, missed = 0, equal = 0] = (reader.getRowsJS()[0] ?? []) as number[];
  // All but those that one side lacks, that differ or are late or in doubt; doubled ones are equal once.
  const expectedEqual = lines - Math.floor((seeded * 5) / 7);
  if (missed !== 0 || found !== seeded || Math.abs(equal - expectedEqual) > 5)
    throw new Error(
      `${seeded} breaks seeded, ${found} found, ${missed} missed, ${equal} equal of about ${expectedEqual}`,
    );
  return seeded;
}

/** One work in a process of its own: its memory is that of this work alone. */
async function measure(work: 'bare' | 'match', folder: string, lines: number): Promise<SideMeasured> {
  const words = [
    '--import',
    'tsx',
    BENCH,
    'reconcile',
    '--json',
    '--side',
    work,
    '--folder',
    folder,
    '--lines',
    `${lines}`,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  const { results } = JSON.parse(stdout) as { readonly results: readonly BenchResult[] };
  const value = (name: string) => results.find((row) => row.name === name)?.value ?? Number.NaN;
  return { wall: value('wall'), cpu: value('cpu'), peakMiB: value('memory') };
}

/** What such a process is asked for. */
async function runSide(work: string, folder: string, lines: number): Promise<BenchResult[]> {
  const { wall, cpu, peakMiB } = await measureSide(work === 'bare' ? 'bare' : 'match', folder, lines);
  return [
    { name: 'wall', value: wall, unit: 'seconds', wall },
    { name: 'cpu', value: cpu, unit: 'seconds', wall },
    { name: 'memory', value: peakMiB, unit: 'MiB', wall },
  ];
}

/** The same join in PostgreSQL: both files by COPY into tables that are not logged, one row per pair into a third. */
async function inPostgres(folder: string, lines: number): Promise<SideMeasured> {
  const database = await startTestDatabase([]);
  const tree = processTree();
  try {
    await database.db.query(`create unlogged table ours (reference text, "amountFen" bigint, day date, doubt boolean);
      create unlogged table theirs (reference text, "amountFen" bigint, day date)`);
    const [cpu, began] = [tree.cpuSeconds(), performance.now()];
    await transact(database.db, async (tx) => {
      for (const side of ['ours', 'theirs'])
        await pipeline(
          createReadStream(join(folder, `${side}-${lines}.csv`)),
          tx.query(from(`copy ${side} from stdin (format csv, header)`)),
        );
      await tx.query(
        `create unlogged table result as select coalesce(o.reference, t.reference) as reference, o."amountFen" as ours, t."amountFen" as theirs,
                o.day as our_day, t.day as their_day from ours o full outer join theirs t on o.reference = t.reference`,
      );
    });
    return { wall: (performance.now() - began) / 1000, cpu: tree.cpuSeconds() - cpu, peakMiB: 0 };
  } finally {
    await database.stop();
  }
}

const median = (runs: readonly SideMeasured[]): SideMeasured => {
  const middle = runs.toSorted((a, b) => a.cpu - b.cpu)[Math.floor(runs.length / 2)];
  if (middle === undefined) throw new RangeError('a median needs at least one run');
  return middle;
};
const round = (value: number) => Math.round(value * 1000) / 1000;

function beside(
  name: string,
  lines: number,
  own: SideMeasured,
  base: { readonly name: string; readonly measured: SideMeasured },
): BenchResult {
  const [value, other] = [Math.round(lines / own.cpu), Math.round(lines / base.measured.cpu)];
  return {
    name,
    value,
    unit: 'lines a side/CPU-second',
    wall: round(own.wall),
    baseline: { name: `${base.name}, ${round(base.measured.wall)} s`, value: other },
    ratio: round(value / other),
  };
}

/** A match of two files beside a bare full outer join of them. `--lines`, `--runs`, `--postgres` lines (0.1 of all when left out). */
async function run(context: BenchContext): Promise<BenchResult[]> {
  const lines = context.count('lines', 5_000_000);
  const side = context.text('side');
  if (side !== undefined) return runSide(side, context.text('folder') ?? '', lines);
  const few = context.count('postgres', Math.ceil(lines / 10));
  const folder = await mkdtemp(join(tmpdir(), 'citycard-reconcile-'));
  try {
    for (const count of new Set([lines, few])) {
      context.progress(`writing two files of ${count} lines`);
      await writeFiles(folder, count);
    }
    const [bare, match]: [SideMeasured[], SideMeasured[]] = [[], []];
    for (let round_ = 0; round_ < context.count('runs', 3); round_ += 1) {
      bare.push(await measure('bare', folder, lines));
      match.push(await measure('match', folder, lines));
      context.progress(`bare ${JSON.stringify(bare.at(-1))}, match ${JSON.stringify(match.at(-1))}`);
    }
    const breaks = await requireExact(folder, lines);
    const [own, base] = [median(match), median(bare)];
    const peak = Math.max(...match.map(({ peakMiB }) => peakMiB));
    if (peak > MEMORY_LIMIT_MIB) throw new Error(`a match held ${peak} MiB, more than ${MEMORY_LIMIT_MIB}`);
    const [duckdb, postgres] = [await measure('bare', folder, few), await inPostgres(folder, few)];
    return [
      beside(`match ${lines} lines`, lines, own, { name: 'bare DuckDB join', measured: base }),
      {
        name: 'time of a match',
        value: round(own.wall),
        unit: 'seconds',
        wall: round(own.wall),
        baseline: { name: 'bare DuckDB join', value: round(base.wall) },
        ratio: round(own.wall / base.wall),
      },
      { name: 'memory of a match', value: peak, unit: 'MiB at most', wall: round(own.wall) },
      { name: 'breaks found, none invented', value: breaks, unit: `of ${breaks} seeded`, wall: round(own.wall) },
      beside(`DuckDB join, ${few} lines`, few, duckdb, { name: 'PostgreSQL join', measured: postgres }),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const reconcileBench: Bench = {
  name: 'reconcile',
  help: 'match of two files with breaks of every kind beside a bare DuckDB join; DuckDB beside PostgreSQL (--lines, --runs, --postgres)',
  run,
};
