import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startGround } from './ground.ts';
import { type Plan, planOf } from './plan.ts';
import { playPlan } from './seed.ts';
import { shrink } from './shrink.ts';

const usage = `npm run sim -- [options]: days of a city full of faults, judged by what its cards say

  --seed N     the first seed (0 to 4294967295, default 1); the same seed plays the same
  --seeds K    so many seeds one after the other (1 to 100000, default 1)
  --days D     days of each seed (1 to 30, default 1)
  --plan FILE  plays a plan that was kept instead of a seed
  --whole      does not shorten the plan of a seed that fails
  --json       one JSON document on standard output
  --help       this text

A seed that fails is played again with fewer and fewer steps; the shortest plan that still fails is kept below var/sim.
`;

interface Told {
  readonly seed: number;
  readonly complaints: readonly string[];
  readonly kills: number;
  readonly ms: number;
  /** Where the shortest failing plan was kept. */
  readonly plan?: string;
}

function number(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  process.stderr.write(`--${name} takes a whole number from ${least} to ${most}, not "${text}".\n`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: '1' },
        days: { type: 'string', default: '1' },
        plan: { type: 'string' },
        whole: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const first = number('seed', options.seed, 0, 4_294_967_295);
const count = number('seeds', options.seeds, 1, 100_000);
const days = number('days', options.days, 1, 30);
const kept = options.plan === undefined ? undefined : (JSON.parse(await readFile(options.plan, 'utf8')) as Plan);
const plans =
  kept === undefined ? Array.from({ length: count }, (_, n) => () => planOf(first + n, days)) : [() => kept];

const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
const say = (line: string) => void process.stderr.write(`${line}\n`);
const ground = await startGround();
const told: Told[] = [];
try {
  for (const planned of plans) {
    if (stopping.signal.aborted) break;
    const plan = planned();
    const began = performance.now();
    const { complaints, kills } = await playPlan(ground, plan);
    const ms = Math.round(performance.now() - began);
    say(`seed ${plan.seed}: ${complaints.length === 0 ? 'holds' : 'FAILS'} (${ms} ms, ${kills} kills)`);
    for (const complaint of complaints) say(`  ${complaint}`);
    told.push({ seed: plan.seed, complaints, kills, ms, ...(complaints.length > 0 && { plan: await keep(plan) }) });
  }
} finally {
  await ground.stop();
}
const failed = told.filter(({ complaints }) => complaints.length > 0);
say(`${told.length} seeds, ${told.reduce((sum, { kills }) => sum + kills, 0)} kills, ${failed.length} failed`);
if (options.json) process.stdout.write(`${JSON.stringify({ seeds: told }, null, 2)}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Keeps the shortest plan that still fails, and says how to play it again. */
async function keep(plan: Plan): Promise<string> {
  if (!options.whole) say('  looking for fewer steps that fail as well …');
  const fails = async (shorter: Plan) => (await playPlan(ground, shorter)).complaints.length > 0;
  const shortest = options.whole ? plan : await shrink(plan, fails);
  const file = join('var', 'sim', `seed-${plan.seed}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(shortest, null, 1)}\n`);
  say(`  ${shortest.steps.length} of ${plan.steps.length} steps are left. Again: npm run sim -- --plan ${file}`);
  return file;
}
