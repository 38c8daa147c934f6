import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { foundDemo, readConfiguration, startInstallation } from '@citycard/citycard';
import { type Bench, type BenchResult, interleaved, result } from './bench.ts';
import { processTree } from './cpu-time.ts';

/** Chips in the machine at one time. */
const AT_ONCE = 64;
const RUNS = 3;

/** Another process that holds the chips; orders and answers are lines. */
interface Chips {
  readonly pid: number;
  ask<T>(order: object): Promise<T>;
  stop(): void;
}

function startChips(): Chips {
  const main = fileURLToPath(new URL('./perso-cards.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    ask: async <T>(order: object) => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('the process of the chips ended');
      return JSON.parse(line.value) as T;
    },
    stop: () => child.stdin.end(),
  };
}

/**
 * Batches of cards from the order to the read-back, through the whole product: HTTP, PostgreSQL that writes to disk, an HSM
 * in its own process, APDUs over TCP. The chips' own work is not the product's and is reported beside it.
 */
export const persoBench: Bench = {
  name: 'perso',
  help: `personalise virtual cards through APDUs: batch, release, machine, HSM, read-back [--cards 1000]`,
  async run(context) {
    const cards = context.count('cards', 1000);
    const varDirectory = await mkdtemp(join(process.cwd(), 'var', 'bench-perso-'));
    const configuration = {
      ...readConfiguration({}),
      varDirectory,
      httpPort: 0,
      gatewayPort: 0,
      secureGatewayPort: 0,
      hsmPort: 0,
      logLevel: 'warn',
    };
    context.progress('starting the product');
    const installation = await startInstallation(configuration, { clear: 'always', serve: 'everything' });
    const chips = startChips();
    try {
      const people = await foundDemo(installation);
      const http = async <T>(person: string, method: string, path: string, body?: object): Promise<T> => {
        const response = await fetch(new URL(path, installation.baseUrl), {
          method,
          headers: {
            authorization: `Bearer ${people[person]?.token}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
        return (text === '' ? undefined : JSON.parse(text)) as T;
      };
      const { cards: machine } = await http<{ cards: { host: string; port: number } }>(
        'bureau-1',
        'GET',
        '/v1/personalisation/machines',
      );
      await chips.ask({ blanks: cards * (RUNS + 1) });
      const simulated: number[] = [];

      const personalise = async () => {
        const batch = await http<{ batchId: number }>('bureau-1', 'POST', '/v1/card-batches', {
          product: 'standard',
          count: cards,
        });
        await http('bureau-2', 'POST', `/v1/card-batches/${batch.batchId}/release`);
        const done = await chips.ask<{ personalised: number; cpuSeconds: number }>({
          ...machine,
          cards,
          atOnce: AT_ONCE,
        });
        const progress = await http<{ personalised: number }>('bureau-1', 'GET', `/v1/card-batches/${batch.batchId}`);
        if (done.personalised !== cards || progress.personalised !== cards)
          throw new Error(`${done.personalised} chips and ${progress.personalised} cards came of ${cards}`);
        simulated.push(cards / done.cpuSeconds);
        context.progress(`${cards} cards personalised; the chips took ${done.cpuSeconds.toFixed(2)} s of their own`);
        return cards;
      };
      const tree = processTree(process.pid, () => [chips.pid]);
      const measured = await interleaved(tree, { personalise }, { runs: RUNS });
      const chipsPerSecond = [...simulated.slice(1)].sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
      const beside: BenchResult = {
        name: 'virtual-chips-alone',
        value: Math.round(chipsPerSecond),
        unit: 'cards per CPU-second of the simulated chips',
        wall: 0,
      };
      return [result('personalise', 'cards per CPU-second', measured.personalise), beside];
    } finally {
      chips.stop();
      await installation.stop();
      await rm(varDirectory, { recursive: true, force: true });
    }
  },
};
