import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProcessTree } from './cpu-time.ts';

/** A part of the day and what it cost. */
export interface Phase {
  readonly name: string;
  readonly wall: number;
  readonly cpu: number;
}

/** Takes the time of one phase after another. */
export class Meter {
  readonly phases: Phase[] = [];
  readonly #tree: ProcessTree;
  #wall = 0;
  #cpu = 0;

  constructor(tree: ProcessTree) {
    this.#tree = tree;
  }

  /** What happens from now on belongs to the next phase. */
  begin(): void {
    this.#wall = performance.now();
    this.#cpu = this.#tree.cpuSeconds();
  }

  end(name: string): Phase {
    const [wall, cpu] = [this.#wall, this.#cpu];
    this.begin();
    const phase = { name, wall: (this.#wall - wall) / 1000, cpu: this.#cpu - cpu };
    this.phases.push(phase);
    return phase;
  }

  /** All phases together. */
  whole(name: string): Phase {
    const sum = (pick: (phase: Phase) => number) => this.phases.reduce((total, phase) => total + pick(phase), 0);
    return { name, wall: sum(({ wall }) => wall), cpu: sum(({ cpu }) => cpu) };
  }
}

/** The Node.js processes of the product: this one with what it started, but for those left out. Linux only; else none. */
function ownProcesses(without: readonly number[]): number[] {
  const parents = new Map<number, number>();
  for (const entry of listOf('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = textOf(`/proc/${entry}/stat`);
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isOurs = (pid: number): boolean =>
    !without.includes(pid) && (pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid) ?? 0)));
  return [...parents.keys()].filter((pid) => isOurs(pid) && programOf(pid) === basename(process.execPath));
}

/** From now on the highest memory is counted anew. */
export function forgetPeaks(without: readonly number[]): void {
  for (const pid of ownProcesses(without)) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    } catch {
      // A process that has just ended has no peak.
    }
  }
}

/** The highest memory of each of the product's processes together. */
export function peakMiB(without: readonly number[]): number {
  const peaks = ownProcesses(without).map((pid) => {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`)) ?? [];
    return Number(kib ?? 0);
  });
  const sum = peaks.reduce((a, b) => a + b, 0);
  return Math.round((sum > 0 ? sum : process.resourceUsage().maxRSS) / 1024);
}

function programOf(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function listOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
