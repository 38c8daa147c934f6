import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type FoundFault, type TargetName, type WatchedTarget, watchTarget } from './watched-target.ts';

const usage = `npm run fuzz -- [--seconds 60] [--frames N] [--seed S] [--only codec|gateway] [--case N] [--json]

Sends random, mutated, truncated, concatenated and torn frames to the codec in its process and, over loopback, to a
gateway with its database and HSM. Ends after so many seconds, or so many frames when --frames is given, or with Ctrl-C.
What was found is printed with the words that play it again. Exit code 1 when something was found, 2 for wrong words.
`;

const DEFAULT_SECONDS = 60;
const PROGRESS_MS = 2_000;
/** The first findings tell enough; a fault that every frame meets would otherwise fill the disk. */
const FINDINGS_SHOWN = 20;

interface Orders {
  readonly seconds: number | undefined;
  readonly frames: number | undefined;
  readonly seed: number;
  readonly targets: readonly TargetName[];
  readonly only: number | undefined;
  readonly json: boolean;
}

function readOrders(words: readonly string[]): Orders | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seconds: { type: 'string' },
      frames: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      case: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { only } = values;
  if (only !== undefined && only !== 'codec' && only !== 'gateway')
    throw new RangeError('--only takes codec or gateway');
  const frames = whole('frames', values.frames);
  const oneCase = whole('case', values.case);
  if (oneCase !== undefined && (only === undefined || values.seed === undefined)) {
    throw new RangeError('--case plays one case again and needs --seed and --only');
  }
  const unlimited = frames !== undefined || oneCase !== undefined;
  return {
    seconds: whole('seconds', values.seconds) ?? (unlimited ? undefined : DEFAULT_SECONDS),
    frames,
    seed: whole('seed', values.seed) ?? randomInt(1, 2 ** 31),
    targets: only === undefined ? ['codec', 'gateway'] : [only],
    only: oneCase,
    json: values.json,
  };
}

function whole(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,12}$/.test(text)) throw new RangeError(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}

async function fuzz(orders: Orders): Promise<number> {
  const { seed } = orders;
  const found: FoundFault[] = [];
  let started = performance.now();
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const onFault = (fault: FoundFault) => {
    found.push(fault);
    if (found.length > FINDINGS_SHOWN) return;
    say(`FOUND by ${fault.target}: ${fault.sentence}`);
    say(`  again: npm run fuzz -- --only ${fault.target} --seed ${seed} --case ${fault.case}`);
    if (fault.stream !== undefined) say(`  stream: ${fault.stream}`);
  };
  const range = { first: orders.only ?? 0, last: orders.only === undefined ? ('none' as const) : orders.only + 1 };
  const targets = orders.targets.map((name) => watchTarget(name, { seed, ...range }, onFault));
  const all = Promise.all(targets.map((target) => target.ended));
  const total = () => targets.reduce((sum, target) => sum + target.frames, 0);

  let interrupted = false;
  process.once('SIGINT', () => (interrupted = true));
  let over = false;
  void all.then(() => (over = true));
  say(`fuzzing ${orders.targets.join(' and ')}, seed ${seed}`);
  let allRunning = false;
  while (!over && !interrupted && found.length < 10 * FINDINGS_SHOWN) {
    // The clock begins when the last target has begun: the gateway takes its time to start.
    if (!allRunning && targets.every((target) => target.cases > 0)) {
      allRunning = true;
      started = performance.now();
    }
    const seconds = allRunning ? (performance.now() - started) / 1000 : 0;
    if (seconds >= (orders.seconds ?? Infinity) || total() >= (orders.frames ?? Infinity)) break;
    await Promise.race([pause(PROGRESS_MS), all]);
    say(progressLine(targets, (performance.now() - started) / 1000, found.length));
  }
  for (const target of targets) target.stop();
  await all;
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(orders.json ? `${JSON.stringify(report(), null, 2)}\n` : summary());
  return found.length === 0 ? 0 : 1;

  function report() {
    return {
      seed,
      seconds,
      frames: total(),
      targets: targets.map(({ name, cases, frames, details }) => ({ name, cases, frames, ...details })),
      found,
    };
  }

  function summary(): string {
    const rows = report().targets.map(({ name, cases, frames, ...details }) => {
      const streams = name === 'codec' ? 'streams' : 'links';
      return `  ${name.padEnd(8)} ${frames} frames in ${cases} ${streams}  ${JSON.stringify(details)}\n`;
    });
    const end = found.length === 0 ? 'nothing was found' : `${found.length} findings`;
    return `${total()} frames in ${seconds} s, seed ${seed}: ${end}\n${rows.join('')}`;
  }
}

function progressLine(targets: readonly WatchedTarget[], seconds: number, found: number): string {
  const parts = targets.map(({ name, frames, heapMiB }) => `${name} ${frames} frames, ${heapMiB} MiB`);
  return `${seconds.toFixed(0).padStart(5)} s  ${parts.join('  ')}  found ${found}`;
}

try {
  const orders = readOrders(process.argv.slice(2));
  if (orders === undefined) process.stdout.write(usage);
  process.exitCode = orders === undefined ? 0 : await fuzz(orders);
} catch (error) {
  process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
