import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createLogger } from '@citycard/common';
import { defaultLinkLimits, listenForTerminals } from '@citycard/terminal-gateway';
import type { Bench } from './bench.ts';

const MIB = 2 ** 20;
const SETTLE_MS = 1_500;

/** What idle connections add to the resident memory of the gateway's process, and what that process then has. */
export const idleLinksBench: Bench = {
  name: 'idle-links',
  help: 'resident memory of the gateway with idle connections [--links 10000]',
  async run(context) {
    const links = context.count('links', 10_000);
    const logger = createLogger('bench', { level: 'warn' });
    const listener = await listenForTerminals({
      handle: () => Promise.resolve('close'),
      logger,
      port: 0,
      limits: { ...defaultLinkLimits, connections: links },
    });
    try {
      // Warmed up by a few, so that code and pools are not counted as links.
      await growthOf(listener.port, 200);
      const ours = await growthOf(listener.port, links - 200);
      if (listener.statistics().connections < links - 200) throw new Error('not every connection became a link');
      const line = (name: string, value: number) => ({ name, value: Math.round(value), unit: 'MiB', wall: ours.wall });
      return [line('idle-links', ours.growthMiB), line('idle-links-process', ours.totalMiB)];
    } finally {
      for (const child of children) child.kill();
      await listener.drain();
    }
  },
};

/** What is not needed any more is not counted: links, not their beginnings, are measured. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function residentBytes(): number {
  collect();
  collect();
  return process.memoryUsage().rss;
}

const children: ReturnType<typeof spawn>[] = [];

/** Opens connections from a process of their own, which keeps them, and answers what that added to this one. */
async function growthOf(port: number, count: number): Promise<{ growthMiB: number; totalMiB: number; wall: number }> {
  const main = fileURLToPath(new URL('./idle-clients.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const answered = new Promise<void>((resolve, reject) => {
    lines.once('line', () => resolve());
    child.once('exit', () => reject(new Error('the process of the connections ended; are its open files limited?')));
  });
  const before = residentBytes();
  const began = performance.now();
  child.stdin.write(`${JSON.stringify({ port, count })}\n`);
  await answered;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const rss = residentBytes();
  return { growthMiB: (rss - before) / MIB, totalMiB: rss / MIB, wall: Math.round(performance.now() - began) / 1000 };
}
