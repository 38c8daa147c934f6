import type { ProcessTree } from './cpu-time.ts';

/** One figure of a benchmark. `value` is per CPU-second of every process of ours and PostgreSQL's unless `unit` says otherwise. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Wall seconds of the median run. */
  readonly wall: number;
  /** What the value is compared with, measured in the same run. */
  readonly baseline?: { readonly name: string; readonly value: number };
  /** `value` divided by the baseline's. */
  readonly ratio?: number;
}

/** What the command line and the machine give a benchmark. */
export interface BenchContext {
  /** `--records 1000000` and the like; the default when the option is absent. @throws when it is no whole number above 0 */
  count(option: string, otherwise: number): number;
  /** `--only load` and the like. */
  text(option: string): string | undefined;
  /** A line for whoever waits; goes to standard error. */
  progress(line: string): void;
}

/** A benchmark of `npm run bench -- NAME`. */
export interface Bench {
  readonly name: string;
  readonly help: string;
  run(context: BenchContext): Promise<readonly BenchResult[]>;
}

/** One run of the work measured: how many operations it did. Everything it needs is prepared before. */
export type Work = () => Promise<number> | number;

export interface Measured {
  readonly perCpuSecond: number;
  readonly wall: number;
}

const DEFAULT_RUNS = 5;

/**
 * Runs every work in turn, several rounds, and answers the median of each: a slow moment of a shared machine falls on
 * all of them alike. One round before the first is thrown away, while the compiler warms up.
 */
export async function interleaved<Name extends string>(
  tree: ProcessTree,
  works: Readonly<Record<Name, Work>>,
  options: { readonly runs?: number } = {},
): Promise<Record<Name, Measured>> {
  const names = Object.keys(works) as Name[];
  const measured = new Map<Name, Measured[]>(names.map((name) => [name, []]));
  const runs = options.runs ?? DEFAULT_RUNS;
  for (let round = -1; round < runs; round += 1) {
    for (const name of names) {
      const one = await once(tree, works[name]);
      if (round >= 0) measured.get(name)?.push(one);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(measured.get(name) ?? [])])) as Record<Name, Measured>;
}

/** Measures one run of a work that is too long to repeat. */
export async function once(tree: ProcessTree, work: Work): Promise<Measured> {
  const cpuBefore = tree.cpuSeconds();
  const wallBefore = performance.now();
  const operations = await work();
  const wall = (performance.now() - wallBefore) / 1000;
  const cpu = tree.cpuSeconds() - cpuBefore;
  return { perCpuSecond: operations / Math.max(cpu, tree.resolutionSeconds), wall };
}

/** The result of a work beside its baseline. */
export function result(
  name: string,
  unit: string,
  measured: Measured,
  baseline?: { readonly name: string; readonly measured: Measured },
): BenchResult {
  const value = Math.round(measured.perCpuSecond);
  if (baseline === undefined) return { name, value, unit, wall: round3(measured.wall) };
  const base = Math.round(baseline.measured.perCpuSecond);
  return {
    name,
    value,
    unit,
    wall: round3(measured.wall),
    baseline: { name: baseline.name, value: base },
    ratio: round3(value / base),
  };
}

function median(runs: readonly Measured[]): Measured {
  const sorted = [...runs].sort((a, b) => a.perCpuSecond - b.perCpuSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('a median needs at least one run');
  return middle;
}

const round3 = (value: number) => Math.round(value * 1000) / 1000;
