import { setTimeout as pause } from 'node:timers/promises';

/** How the device behaves worse than it could: to be as slow, as limited or as unreliable as a given one. */
export interface FaultPlan {
  /** Milliseconds before every command. */
  readonly latency: number;
  /** Up to this many milliseconds more, by chance. */
  readonly jitter: number;
  /** Share of commands, 0 to 1, that are answered 41 and not carried out. */
  readonly errors: number;
  /** Share of commands, 0 to 1, that are carried out and whose link is cut instead of an answer. */
  readonly cuts: number;
  /** Commands per second of the whole device, spread over its links; 0: as many as it can. */
  readonly rate: number;
  /** Makes chance the same in every run. */
  readonly seed: number;
}

const NO_FAULTS: FaultPlan = { latency: 0, jitter: 0, errors: 0, cuts: 0, rate: 0, seed: 1 };
const LARGEST: FaultPlan = {
  latency: 60_000,
  jitter: 60_000,
  errors: 1,
  cuts: 1,
  rate: 1_000_000,
  seed: 2 ** 31,
};
const NAMES = Object.keys(NO_FAULTS) as (keyof FaultPlan)[];
/** By these commands the operator gets out again; they suffer nothing. */
const SPARED: ReadonlySet<string> = new Set(['F0', 'F2', 'U2', 'RA', 'N2']);

/**
 * Reads a plan: `latency=20,jitter=5,errors=0.01,cuts=0.001,rate=500,seed=7`, every part optional; empty for none.
 * @returns the plan, or a sentence saying what is wrong with the text
 */
export function readFaultPlan(text: string): FaultPlan | string {
  const plan: Record<keyof FaultPlan, number> = { ...NO_FAULTS };
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [name = '', value = ''] = part.split('=').map((each) => each.trim());
    const known = NAMES.find((each) => each === name);
    if (known === undefined) return `"${name}" is no fault; there are ${NAMES.join(', ')}`;
    const number = Number(value);
    if (value === '' || !(number >= 0 && number <= LARGEST[known])) return `${known} takes 0 to ${LARGEST[known]}`;
    plan[known] = number;
  }
  return plan;
}

export function describeFaultPlan(plan: FaultPlan): string {
  const parts = NAMES.filter((name) => name !== 'seed' && plan[name] > 0);
  return parts.length === 0 ? '' : [...parts, 'seed' as const].map((name) => `${name}=${plan[name]}`).join(',');
}

/** Carries a plan out. */
export class Faults {
  #plan = NO_FAULTS;
  #chance = seeded(NO_FAULTS.seed);
  /** Milliseconds of the clock at which the next command of the rate may begin. */
  #nextTurn = 0;

  constructor(plan: FaultPlan = NO_FAULTS) {
    this.plan = plan;
  }

  get plan(): FaultPlan {
    return this.#plan;
  }

  set plan(plan: FaultPlan) {
    this.#plan = plan;
    this.#chance = seeded(plan.seed);
    this.#nextTurn = 0;
  }

  /** Whether a command would notice anything. */
  concern(command: string): boolean {
    const { latency, jitter, errors, cuts, rate } = this.#plan;
    return latency + jitter + errors + cuts + rate > 0 && !SPARED.has(command);
  }

  /** Waits as long as the plan says; what becomes of the command then. */
  async fate(): Promise<'carry-out' | 'fail' | 'cut'> {
    const { latency, jitter, errors, cuts } = this.#plan;
    const drawn = this.#chance();
    const wait = latency + jitter * this.#chance() + this.#turn();
    if (wait > 0) await pause(wait);
    if (drawn < errors) return 'fail';
    return drawn < errors + cuts ? 'cut' : 'carry-out';
  }

  /** Milliseconds until the rate allows another command. */
  #turn(): number {
    const { rate } = this.#plan;
    if (rate === 0) return 0;
    const now = performance.now();
    const step = 1000 / rate;
    this.#nextTurn = Math.max(this.#nextTurn, now - BURST_MS) + step;
    return Math.max(0, this.#nextTurn - now);
  }
}

/** A rest is worth this many milliseconds of commands. */
const BURST_MS = 100;

/** Uniform numbers from 0 to 1 that a seed decides (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
