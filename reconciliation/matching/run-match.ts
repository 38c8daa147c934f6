import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyToFile, type Database, transact, type Transaction } from '@citycard/common';
import { readBreaks } from './breaks.ts';
import { openDuck } from './duckdb.ts';
import { matchingErrors } from './errors.ts';
import { matchFiles, type MatchSummary } from './engine.ts';
import { keepResult, putDown } from './keep-match.ts';
import { plainLines } from './plain-lines.ts';
import { planOf } from './plans.ts';
import type { ResultFiles } from './result-files.ts';
import { findRun, type MatchRun } from './runs.ts';
import type { ReadSide, Side } from './side.ts';

export interface MatchDeps {
  readonly db: Database;
  /** Where files of a match lie while it runs; the system's own place when left out. */
  readonly directory?: string;
}

/** A match that ended its process every time would be begun for ever. */
const MOST_BEGUN = 10;
/** Enough to read what differs; the match itself is over. */
const FEW_MIB = 256;

/**
 * Runs a match that was ordered: fetches both sides, matches them, and in one transaction keeps the result, opens the differences it
 * found and ends those of the same plan and day that are no more. Killed anywhere, it is run again from the beginning.
 *
 * @throws CityCardError of `reconciliation.matching` for files that cannot be matched
 */
export async function runMatch(
  { db, directory = tmpdir() }: MatchDeps,
  runNo: bigint,
  progress: (percent: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const run = await findRun(db, runNo);
  if (run.state === 'done' || run.state === 'waiting') return;
  const { rowCount } = await db.query(
    `update reconciliation.match_run set state = 'running', started_at = clock_timestamp(), attempts = attempts + 1
      where run_no = $1 and state <> 'done' and attempts < $2`,
    [runNo, MOST_BEGUN],
  );
  if (rowCount === 0) throw matchingErrors.begunTooOften({ runNo, times: MOST_BEGUN });
  const told = async (percent: number) => {
    await db.query('update reconciliation.match_run set percent = $2 where run_no = $1', [runNo, percent]);
    await progress(percent);
  };
  const folder = await mkdtemp(join(directory, 'citycard-match-'));
  try {
    const files = { ours: join(folder, 'ours.csv'), theirs: join(folder, 'theirs.csv') };
    const [oursAre, theirsAre] = await writeSides(db, run, files);
    await told(10);
    const summary = await matchFiles(files, run.terms, folder, {
      oursAre,
      theirsAre,
      progress: (percent) => told(10 + Math.floor(percent * 0.8)),
    });
    requirePromised(run, summary);
    await transact(db, (tx) => keep(tx, run, summary, folder));
    await progress(100);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Written = 'by us' | 'by others';

/** Both sides as files: what was sent for a side stands in place of what is kept of it. */
async function writeSides(
  db: Database,
  run: MatchRun,
  files: Readonly<Record<Side, string>>,
): Promise<readonly [Written, Written]> {
  const plan = planOf(run.plan);
  const { rows } = await db.query<{ side: Side }>(
    'select distinct side from reconciliation.match_input where run_no = $1',
    [run.runNo],
  );
  return transact(db, async (tx) => {
    await plan.prepare?.(tx, run.counterpart, run.businessDay);
    const write = async (side: Side): Promise<Written> => {
      const lines = rows.some((sent) => sent.side === side) ? undefined : plan[side];
      if (lines === undefined) await writeParts(db, run.runNo, side, files[side]);
      else await copyToFile(tx, lines(run.counterpart, run.businessDay), files[side]);
      return lines === undefined ? 'by others' : 'by us';
    };
    return [await write('ours'), await write('theirs')];
  });
}

/** Writes the parts that were sent, one after the other, as a file of lines in UTF-8. */
async function writeParts(db: Database, runNo: bigint, side: Side, file: string): Promise<void> {
  const parts = async function* () {
    for (let partNo = 1; ; partNo += 1) {
      const { rows } = await db.query<{ content: Buffer | null }>(
        'select content from reconciliation.match_input where run_no = $1 and side = $2 and part_no = $3',
        [runNo, side, partNo],
      );
      if (rows[0] === undefined) return;
      if (rows[0].content === null) throw matchingErrors.filesDropped({ runNo, side });
      yield rows[0].content;
    }
  };
  for await (const lines of plainLines(parts())) await appendFile(file, lines);
}

async function keep(
  tx: Transaction,
  run: MatchRun,
  summary: MatchSummary & { readonly files: ResultFiles },
  folder: string,
): Promise<void> {
  const { rows } = await tx.query<{ state: string }>(
    'select state from reconciliation.match_run where run_no = $1 for update',
    [run.runNo],
  );
  // Somebody else took over in the meantime, and came to the end first.
  if (rows[0]?.state === 'done') return;
  const reason = `no longer so in match ${run.runNo}`;
  if (run.dryRun) return keepResult(tx, run.runNo, summary, { found: 0, opened: 0, changed: 0, ended: 0 });
  const duck = await openDuck({ directory: folder, memoryMiB: FEW_MIB, threads: 1 });
  try {
    const breaks = readBreaks(duck.connection, summary.files, run);
    await keepResult(tx, run.runNo, summary, await putDown(tx, planOf(run.plan), run, { breaks, reason }));
  } finally {
    duck.close();
  }
}

/** A file that says how much is in it has to hold that much: half a file would make differences of its other half. */
function requirePromised(run: MatchRun, read: Readonly<Record<Side, ReadSide>>): void {
  for (const side of ['ours', 'theirs'] as const) {
    const promised = run.promised?.[side];
    const { lines, amountFen } = read[side];
    if (promised === undefined || (promised.lines === lines && BigInt(promised.amountFen) === amountFen)) continue;
    throw matchingErrors.promisedMore({ side, ...promised, found: lines, foundFen: amountFen });
  }
}
