import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { readLiveFigures } from '@citycard/clearing';
import type { Database } from '@citycard/common';
import type { Bench, BenchContext, BenchResult } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { type GatewayCity, startGatewayCity } from './gateway-city.ts';
import { Rounds, startTerminals } from './load-rounds.ts';
import { openAYear } from './supervision-year.ts';

const TERMINALS = 64;
/** Requests a terminal has under way, as in the load benchmark. */
const WINDOW = 4;
const ROUNDS = 3;
const ASK_EVERY_MS = 250;

/**
 * What supervision costs while the loads of the load benchmark go on, from TCP terminals to the ledger, and how fast a year opens. It runs
 * in a process of its own, with every rule as often as in an installation. Its share is the processor time of that process and of its backends of all
 * that is spent (gateway, HSM, PostgreSQL; not the terminals). Rounds without it stand in between: what loads cost less in them is
 * the share seen the other way, on a machine that does nothing else.
 */
export const supervisionBench: Bench = {
  name: 'supervision',
  help: 'live figures beside the load benchmark: age and share of CPU [--loads 12000]; a year of history [--cards 5000000] [--only live|year]',
  run: async (context) => {
    const only = context.text('only');
    const results: BenchResult[] = [];
    if (only !== 'year') results.push(...(await besideLoads(context)));
    if (only !== 'live') results.push(...(await openAYear(context)));
    return results;
  },
};

interface Cpu {
  readonly process: number;
  readonly backends: number;
}

interface Round {
  readonly loadsPerCpuSecond: number;
  readonly wall: number;
  readonly share: number;
  readonly perSecond: number;
  readonly oldestMs: number;
}

async function besideLoads(context: BenchContext): Promise<BenchResult[]> {
  const loads = context.count('loads', 12_000);
  const city = await startGatewayCity({ terminals: TERMINALS });
  const terminals = startTerminals();
  try {
    const listener = await city.listen();
    const rounds = new Rounds(city, terminals);
    const supervising = await startSupervising(city);
    const tree = processTree(process.pid, () => [terminals.pid]);
    const measured = { with: [] as Round[], without: [] as Round[] };
    for (let round = -1; round < ROUNDS; round += 1) {
      for (const how of ['with', 'without'] as const) {
        // Begun before the round is prepared: the first look of every rule is over when the clock starts.
        if (how === 'with') await supervising.say('begin');
        await rounds.prepare(listener, loads, { results: false, window: WINDOW });
        const [own, all, wall] = [await supervising.cpu(), tree.cpuSeconds(), performance.now()];
        const asking = how === 'with' ? watchAge(city.db) : undefined;
        const { done } = await rounds.go();
        const oldestMs = (await asking?.stop()) ?? 0;
        const seconds = (performance.now() - wall) / 1000;
        const [ownAfter, spent] = [await supervising.cpu(), tree.cpuSeconds() - all];
        const [inProcess, inBackends] = [ownAfter.process - own.process, ownAfter.backends - own.backends];
        if (how === 'with') await supervising.say('end');
        const one: Round = {
          loadsPerCpuSecond: done / spent,
          wall: seconds,
          share: ((inProcess + inBackends) / spent) * 100,
          perSecond: ((inProcess + inBackends) / seconds) * 1000,
          oldestMs,
        };
        context.progress(
          `${how} supervision: ${Math.round(one.loadsPerCpuSecond)} loads per CPU-second in ${seconds.toFixed(1)} s, share ${one.share.toFixed(2)} % (${inProcess.toFixed(2)} s in its process, ${inBackends.toFixed(2)} s in its backends)`,
        );
        if (round >= 0) measured[how].push(one);
      }
    }
    supervising.stop();
    const { rows } = await city.db.query<{ recounts: bigint }>('select recounts from clearing.float_tally_head');
    const wall = middle(measured.with.map((one) => one.wall));
    const [beside, alone] = [measured.with, measured.without].map((all) =>
      middle(all.map((one) => one.loadsPerCpuSecond)),
    );
    return [
      {
        name: 'supervision-share',
        value: hundredths(middle(measured.with.map(({ share }) => share))),
        unit: '% of CPU, loads beside',
        wall,
      },
      {
        name: 'supervision-a-second',
        value: hundredths(middle(measured.with.map(({ perSecond }) => perSecond))),
        unit: 'CPU-ms',
        wall,
      },
      {
        name: 'live-figures-age',
        value: Math.max(...measured.with.map(({ oldestMs }) => oldestMs)),
        unit: 'ms at most',
        wall,
      },
      {
        name: 'loads-supervised',
        value: Math.round(beside ?? 0),
        unit: 'loads per CPU-second',
        wall,
        baseline: { name: 'unsupervised', value: Math.round(alone ?? 0) },
        ratio: hundredths((beside ?? 0) / (alone ?? 1)),
      },
      { name: 'live-figures-recounts', value: Number(rows[0]?.recounts ?? 0), unit: 'times the long way', wall },
    ];
  } finally {
    terminals.stop();
    await city.stop();
  }
}

/** Asks as a page does that shows the figures, and keeps the greatest age it saw once there were any. */
function watchAge(db: Database): { stop(): Promise<number> } {
  let [oldestMs, over] = [0, false];
  const asking = (async () => {
    // Figures of the round before are old by what lay in between.
    const begun = performance.now();
    while (!over) {
      const live = await readLiveFigures(db);
      if (live !== undefined && live.ageMs < performance.now() - begun) oldestMs = Math.max(oldestMs, live.ageMs);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  })();
  return {
    stop: async () => {
      over = true;
      await asking;
      return oldestMs;
    },
  };
}

async function startSupervising({ db, databaseUrl }: GatewayCity) {
  const main = fileURLToPath(new URL('./supervising.ts', import.meta.url));
  const child = fork(main, [databaseUrl], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  const tree = processTree(child.pid);
  return {
    say: async (word: 'begin' | 'end') => {
      const done = once(child, 'message');
      child.send(word);
      await done;
    },
    cpu: async (): Promise<Cpu> => {
      const { rows } = await db.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'supervising' and backend_type = 'client backend'`,
      );
      return {
        process: tree.cpuSeconds(),
        backends: rows.reduce((sum, { pid }) => sum + processTree(pid).cpuSeconds(), 0),
      };
    },
    stop: () => child.disconnect(),
  };
}

const middle = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const hundredths = (value: number): number => Math.round(value * 100) / 100;
