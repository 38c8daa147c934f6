import { DuckDBInstance } from '@duckdb/node-api';
import { matchFiles } from '@citycard/reconciliation';
import { join } from 'node:path';

/** What the comparison may hold, so that both have the same. */
const MEMORY_MIB = 1_300;
const THREADS = 2;

const csv = (folder: string, lines: number, side: string, doubt: boolean) =>
  `read_csv('${join(folder, `${side}-${lines}.csv`)}', header = true, auto_detect = false,
     columns = {'reference': 'VARCHAR', 'amountFen': 'BIGINT', 'day': 'DATE'${doubt ? ", 'doubt': 'BOOLEAN'" : ''}})`;

/** A full outer join of the two files as anybody would write it, one row per pair into Parquet. */
async function bare(folder: string, lines: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(THREADS),
    memory_limit: `${MEMORY_MIB}MiB`,
    temp_directory: join(folder, 'spill'),
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  await connection.run(
    `copy (select coalesce(o.reference, t.reference) as reference, o."amountFen" as ours, t."amountFen" as theirs, o.day as our_day, t.day as their_day
             from ${csv(folder, lines, 'ours', true)} o full outer join ${csv(folder, lines, 'theirs', false)} t on o.reference = t.reference)
       to '${join(folder, 'bare.parquet')}' (format parquet)`,
  );
}

async function match(folder: string, lines: number): Promise<void> {
  const files = { ours: join(folder, `ours-${lines}.csv`), theirs: join(folder, `theirs-${lines}.csv`) };
  const passes = [{ name: 'reference', on: ['reference'], cardinality: '1-1', certain: true }] as const;
  await matchFiles(files, { passes, toleranceFen: 0, daysBefore: 1, daysAfter: 2 }, folder, {
    memoryMiB: MEMORY_MIB,
    threads: THREADS,
    // As in the product: our side is written by us.
    oursAre: 'by us',
  });
}

/** What one work took in this process, which does nothing else. */
export interface SideMeasured {
  readonly wall: number;
  readonly cpu: number;
  readonly peakMiB: number;
}

/** Does one of the two works here, and says what it took; memory is the highest of the whole process. */
export async function measureSide(work: 'bare' | 'match', folder: string, lines: number): Promise<SideMeasured> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await (work === 'bare' ? bare(folder, lines) : match(folder, lines));
  const wall = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { wall, cpu: (user + system) / 1e6, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) };
}
