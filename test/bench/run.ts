import { cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Bench, BenchContext, BenchResult } from './bench.ts';

/** Every benchmark by its name, loaded when it is asked for: `hsm: async () => (await import('./hsm.ts')).hsmBench`. */
const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  codec: async () => (await import('./codec.ts')).codecBench,
  day: async () => (await import('./day.ts')).dayBench,
  'gateway-echo': async () => (await import('./gateway-echo.ts')).gatewayEchoBench,
  'idle-links': async () => (await import('./idle-links.ts')).idleLinksBench,
  hotlist: async () => (await import('./hotlist.ts')).hotlistBench,
  hsm: async () => (await import('./hsm.ts')).hsmBench,
  load: async () => (await import('./load.ts')).loadBench,
  intake: async () => (await import('./intake.ts')).intakeBench,
  posting: async () => (await import('./posting.ts')).postingBench,
  perso: async () => (await import('./perso.ts')).persoBench,
  supervision: async () => (await import('./supervision.ts')).supervisionBench,
  reconcile: async () => (await import('./reconcile.ts')).reconcileBench,
  reports: async () => (await import('./reports.ts')).reportsBench,
  residents: async () => (await import('./residents.ts')).residentsBench,
};

/** Options without a value. */
const FLAGS: ReadonlySet<string> = new Set(['json', 'help', 'no-tenth']);

const usage = async () => {
  const lines = await Promise.all(
    Object.values(benches).map(async (load) => {
      const bench = await load();
      return `  ${bench.name.padEnd(14)} ${bench.help}`;
    }),
  );
  return `npm run bench -- NAME [--json] [--option value …]\n\n${lines.join('\n')}\n`;
};

/** Splits NAME, --json and the options of the benchmark; options are told apart by the benchmark that reads them. */
function readLine(words: readonly string[]) {
  const { tokens } = parseArgs({ args: [...words], strict: false, allowPositionals: true, tokens: true });
  const names: string[] = [];
  const options = new Map<string, string>();
  let last: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (last === undefined) names.push(token.value);
      else options.set(last, token.value);
      last = undefined;
    } else if (token.kind === 'option') {
      options.set(token.name, token.value ?? '');
      last = token.value === undefined && !FLAGS.has(token.name) ? token.name : undefined;
    }
  }
  return { name: names.length === 1 ? names[0] : undefined, options };
}

function contextOf(options: ReadonlyMap<string, string>): BenchContext {
  return {
    text: (option) => options.get(option),
    count: (option, otherwise) => {
      const text = options.get(option);
      if (text === undefined) return otherwise;
      if (!/^[1-9]\d{0,9}$/.test(text)) throw new RangeError(`--${option} takes a whole number above 0, not "${text}"`);
      return Number(text);
    },
    progress: (line) => process.stderr.write(`${line}\n`),
  };
}

function table(results: readonly BenchResult[]): string {
  const rows = results.map((row) => {
    const beside = row.baseline === undefined ? '' : `${row.ratio} × ${row.baseline.name} (${row.baseline.value})`;
    return `  ${row.name.padEnd(28)} ${String(row.value).padStart(12)} ${row.unit.padEnd(26)} ${`${row.wall} s`.padStart(10)}  ${beside}`;
  });
  return `${rows.join('\n')}\n`;
}

async function main(): Promise<number> {
  const { name, options } = readLine(process.argv.slice(2));
  const load = name === undefined ? undefined : benches[name];
  if (load === undefined || options.has('help')) {
    process.stderr.write(await usage());
    return options.has('help') ? 0 : 2;
  }
  const bench = await load();
  const results = await bench.run(contextOf(options));
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
  };
  process.stdout.write(
    options.has('json') ? `${JSON.stringify({ bench: bench.name, machine, results }, null, 2)}\n` : table(results),
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
