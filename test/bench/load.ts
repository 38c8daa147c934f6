import type { TerminalListener } from '@citycard/terminal-gateway';
import { type Bench, type BenchResult, type Measured, result } from './bench.ts';
import { processTree } from './cpu-time.ts';
import { startGatewayCity } from './gateway-city.ts';
import { Rounds, startTerminals } from './load-rounds.ts';

const TERMINALS = 64;
const RUNS = 3;
/** The baseline is several times as slow. */
const BASELINE_SHARE = 4;
const OPEN_LOOP_SECONDS = 20;
const WARM_UP_SECONDS = 5;

/**
 * Loads from the terminal's side of the TCP connection: MAC of the request, MAC1 and MAC2 in the HSM, limits, ledger with
 * its hash chain on disk, MAC of the answer. `load` counts completed 0200, `load-with-result` those whose 0220 (TAC, the
 * load posted) was answered too; latencies are those of the 0200 in both. The baseline is the same path in sets of one.
 */
export const loadBench: Bench = {
  name: 'load',
  help: 'loads by TCP terminals, MAC to MAC, in sets and one by one; then latency in an open loop [--loads 6000 --rate 500 --window 4 --only cost|latency]',
  async run(context) {
    const loads = context.count('loads', 6000);
    const rate = context.count('rate', 500);
    const window = context.count('window', 4);
    const only = context.text('only');
    const city = await startGatewayCity({ terminals: TERMINALS });
    const terminals = startTerminals();
    const tree = processTree(process.pid, () => [terminals.pid]);
    const rounds = new Rounds(city, terminals);
    try {
      const inSets = await city.listen();
      const oneByOne = await city.listen({ sets: { largestSet: 1, setsAtOnce: 8 } });
      const results: BenchResult[] = [];
      const measure = async (results: boolean): Promise<{ sets: Measured; single: Measured }> => {
        const work = (listener: TerminalListener, count: number) => async () => {
          await rounds.prepare(listener, count, { results, window });
          return { run: async () => (await rounds.go()).done };
        };
        return preparedRuns(
          tree,
          {
            sets: work(inSets, loads),
            single: work(oneByOne, Math.ceil(loads / BASELINE_SHARE)),
          },
          context.progress,
        );
      };
      if (only !== 'latency') {
        for (const [name, withResult] of [
          ['load', false],
          ['load-with-result', true],
        ] as const) {
          context.progress(`${name}: ${loads} loads a round`);
          const { sets, single } = await measure(withResult);
          results.push(
            result(name, 'loads per CPU-second', sets, { name: 'the same in sets of one', measured: single }),
          );
        }
      }
      if (only !== 'cost') {
        for (const [name, withResult] of [
          ['load', false],
          ['load-with-result', true],
        ] as const) {
          context.progress(`${name}: open loop, ${rate} loads a second for ${OPEN_LOOP_SECONDS} s`);
          const how = { results: withResult, window, perSecond: rate };
          await rounds.prepare(inSets, rate * WARM_UP_SECONDS, how);
          await rounds.go();
          await rounds.prepare(inSets, rate * OPEN_LOOP_SECONDS, how);
          const { latencies } = await rounds.go();
          const at = (share: number) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
          for (const [percentile, share] of [
            ['p50', 0.5],
            ['p99', 0.99],
          ] as const)
            results.push({
              name: `${name}-${percentile}`,
              value: at(share),
              unit: `ms, ${rate} loads/s open loop`,
              wall: OPEN_LOOP_SECONDS,
            });
        }
      }
      return results;
    } finally {
      terminals.stop();
      await city.stop();
    }
  },
};

type Prepare = () => Promise<{ run: () => Promise<number> }>;

/** Like `interleaved`, with the preparation of every round outside the clock. */
async function preparedRuns(
  tree: ReturnType<typeof processTree>,
  works: { readonly sets: Prepare; readonly single: Prepare },
  progress: (line: string) => void,
): Promise<{ sets: Measured; single: Measured }> {
  const measured = { sets: [] as Measured[], single: [] as Measured[] };
  for (let round = -1; round < RUNS; round += 1) {
    for (const name of ['sets', 'single'] as const) {
      const { run } = await works[name]();
      const cpu = tree.cpuSeconds();
      const wall = performance.now();
      const operations = await run();
      const one = {
        perCpuSecond: operations / (tree.cpuSeconds() - cpu),
        wall: (performance.now() - wall) / 1000,
      };
      progress(`${name}: ${Math.round(one.perCpuSecond)} per CPU-second, ${one.wall.toFixed(1)} s`);
      if (round >= 0) measured[name].push(one);
    }
  }
  return { sets: middle(measured.sets), single: middle(measured.single) };
}

function middle(runs: readonly Measured[]): Measured {
  const sorted = [...runs].sort((a, b) => a.perCpuSecond - b.perCpuSecond);
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) throw new RangeError('a median needs a run');
  return found;
}
