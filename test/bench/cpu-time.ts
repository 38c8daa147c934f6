import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processor time of a process with everything it started, PostgreSQL's backends and the HSM among them. */
export interface ProcessTree {
  /** User and system time so far, in seconds. */
  cpuSeconds(): number;
  readonly resolutionSeconds: number;
}

interface Stat {
  readonly parent: number;
  /** Its own time and that of children it has waited for, in clock ticks. */
  readonly ticks: number;
}

/**
 * The tree under a process, this one by default, read from /proc. Processes listed in `without`, and what they started, are
 * left out (the load generator of a server benchmark). Where there is no /proc only this process is seen.
 */
export function processTree(root: number = process.pid, without: () => readonly number[] = () => []): ProcessTree {
  const ticksPerSecond = clockTicks();
  if (ticksPerSecond === undefined) {
    return {
      resolutionSeconds: 1e-6,
      cpuSeconds: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) / 1e6;
      },
    };
  }
  return {
    resolutionSeconds: 1 / ticksPerSecond,
    cpuSeconds: () => ticksOf(root, new Set(without())) / ticksPerSecond,
  };
}

function ticksOf(root: number, without: ReadonlySet<number>): number {
  const stats = readStats();
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of stats) children.set(parent, [...(children.get(parent) ?? []), pid]);
  let ticks = 0;
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    if (without.has(pid)) continue;
    ticks += stats.get(pid)?.ticks ?? 0;
    open.push(...(children.get(pid) ?? []));
  }
  return ticks;
}

function readStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readStat(entry);
    if (stat !== undefined) stats.set(Number(entry), stat);
  }
  return stats;
}

/** Fields 4 (parent) and 14 to 17 (times) of /proc/PID/stat; the name in field 2 may hold blanks, so count from behind it. */
function readStat(pid: string): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(11, 15).map(Number);
  return { parent: Number(fields[1]), ticks: times.reduce((sum, time) => sum + time, 0) };
}

function clockTicks(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'ascii' }));
}
