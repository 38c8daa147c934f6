import { DuckDBInstance } from '@duckdb/node-api';
import { matchFiles } from '@citycard/reconciliation';
import { join } from 'node:path';

// A process of its own for each measurement: its memory is that of this work alone.
const [work = '', folder = '', lines = ''] = process.argv.slice(2);
/** What the comparison may hold, so that both have the same. */
const MEMORY_MIB = 1_300;
const THREADS = 2;

const csv = (side: string, doubt: boolean) =>
  `read_csv('${join(folder, `${side}-${lines}.csv`)}', header = true, auto_detect = false,
     columns = {'reference': 'VARCHAR', 'amountFen': 'BIGINT', 'day': 'DATE'${doubt ? ", 'doubt': 'BOOLEAN'" : ''}})`;

/** A full outer join of the two files as anybody would write it, one row per pair into Parquet. */
async function bare(): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(THREADS),
    memory_limit: `${MEMORY_MIB}MiB`,
    temp_directory: join(folder, 'spill'),
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  await connection.run(
    `copy (select coalesce(o.reference, t.reference) as reference, o."amountFen" as ours, t."amountFen" as theirs, o.day as our_day, t.day as their_day
             from ${csv('ours', true)} o full outer join ${csv('theirs', false)} t on o.reference = t.reference)
       to '${join(folder, 'bare.parquet')}' (format parquet)`,
  );
}

async function match(): Promise<void> {
  const files = { ours: join(folder, `ours-${lines}.csv`), theirs: join(folder, `theirs-${lines}.csv`) };
  const passes = [{ name: 'reference', on: ['reference'], cardinality: '1-1', certain: true }] as const;
  await matchFiles(files, { passes, toleranceFen: 0, daysBefore: 1, daysAfter: 2 }, folder, {
    memoryMiB: MEMORY_MIB,
    threads: THREADS,
    // As in the product: our side is written by us.
    oursAre: 'by us',
  });
}

const [began, cpu] = [performance.now(), process.cpuUsage()];
await (work === 'bare' ? bare() : match());
const wall = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(`${JSON.stringify({ wall, cpu: (user + system) / 1e6, peakMiB })}\n`);
