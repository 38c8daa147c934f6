import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyToFile, type Database, transact, type Transaction } from '@citycard/common';
import { type DifferenceKey, endDifferences, openDifferences } from '../differences/index.ts';
import { readBreaks, subjectPrefix } from './breaks.ts';
import { openDuck } from './duckdb.ts';
import { matchingErrors } from './errors.ts';
import { matchFiles, type MatchSummary } from './engine.ts';
import { plainLines } from './plain-lines.ts';
import { planOf } from './plans.ts';
import type { ResultFiles } from './result-files.ts';
import { findRun, type MatchRun } from './runs.ts';
import type { Side } from './side.ts';

export interface MatchDeps {
  readonly db: Database;
  /** Where files of a match lie while it runs; the system's own place when left out. */
  readonly directory?: string;
}

/** Differences put down at once. */
const SET = 2_000;
/** A match that ended its process every time would be begun for ever. */
const MOST_BEGUN = 10;
const PART_BYTES = 4 * 1024 * 1024;
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
    const source = planOf(run.plan).ours;
    if (source === undefined) await writeParts(db, runNo, 'ours', files.ours);
    else await transact(db, (tx) => copyToFile(tx, source(run.counterpart, run.businessDay), files.ours));
    await writeParts(db, runNo, 'theirs', files.theirs);
    await told(10);
    const oursAre = source === undefined ? 'by others' : 'by us';
    const summary = await matchFiles(files, run.terms, folder, {
      oursAre,
      progress: (percent) => told(10 + Math.floor(percent * 0.8)),
    });
    await transact(db, (tx) => keep(tx, run, summary, folder));
    await progress(100);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes the parts that were sent, one after the other, as a file of lines in UTF-8. */
async function writeParts(db: Database, runNo: bigint, side: Side, file: string): Promise<void> {
  const parts = async function* () {
    for (let partNo = 1; ; partNo += 1) {
      const { rows } = await db.query<{ content: Buffer }>(
        'select content from reconciliation.match_input where run_no = $1 and side = $2 and part_no = $3',
        [runNo, side, partNo],
      );
      if (rows[0] === undefined) return;
      yield rows[0].content;
    }
  };
  for await (const lines of plainLines(parts())) await appendFile(file, lines);
}

async function keep(
  tx: Transaction,
  run: MatchRun,
  { files, ours, theirs, states }: MatchSummary & { readonly files: ResultFiles },
  folder: string,
): Promise<void> {
  const { rows } = await tx.query<{ state: string }>(
    'select state from reconciliation.match_run where run_no = $1 for update',
    [run.runNo],
  );
  // Somebody else took over in the meantime, and came to the end first.
  if (rows[0]?.state === 'done') return;
  const work = run.dryRun ? { opened: 0, changed: 0, ended: 0 } : await putDown(tx, run, files, folder);
  for (const file of ['main', 'revised'] as const) {
    let partNo = 0;
    for await (const content of createReadStream(files[file], { highWaterMark: PART_BYTES }))
      await tx.query(
        'insert into reconciliation.match_result (run_no, file, part_no, content) values ($1, $2, $3, $4)',
        [run.runNo, file, (partNo += 1), content],
      );
  }
  const figures = Object.entries(states).map(([state, { results, ourLines, theirLines, oursFen, theirsFen }]) => [
    state,
    { results, ourLines, theirLines, oursFen: Number(oursFen), theirsFen: Number(theirsFen) },
  ]);
  await tx.query(
    `update reconciliation.match_run set state = 'done', percent = 100, finished_at = clock_timestamp(), failure = null, our_lines = $2,
            their_lines = $3, ours_fen = $4, theirs_fen = $5, states = $6, opened = $7, changed = $8, ended = $9 where run_no = $1`,
    [
      run.runNo,
      ours.lines,
      theirs.lines,
      ours.amountFen,
      theirs.amountFen,
      Object.fromEntries(figures),
      work.opened,
      work.changed,
      work.ended,
    ],
  );
}

/** Opens what was found and ends what this plan found before for the same counterpart and day, and which is equal now. */
async function putDown(tx: Transaction, run: MatchRun, files: ResultFiles, folder: string) {
  const work = { opened: 0, changed: 0, ended: 0 };
  const found = new Set<string>();
  const keyOf = ({ subjectKey, kind }: Pick<DifferenceKey, 'subjectKey' | 'kind'>) => `${kind} ${subjectKey}`;
  const duck = await openDuck({ directory: folder, memoryMiB: FEW_MIB, threads: 1 });
  try {
    for await (const set of readBreaks(duck.connection, files, run, SET)) {
      for (const difference of set) found.add(keyOf(difference));
      for (const { outcome } of await openDifferences(tx, set)) {
        if (outcome === 'opened') work.opened += 1;
        if (outcome === 'changed') work.changed += 1;
      }
    }
  } finally {
    duck.close();
  }
  const { counterpartKind, counterpart, businessDay } = run;
  const { rows } = await tx.query<{ subject: string; kind: string }>(
    `select subject_key as subject, kind from reconciliation.difference
      where (counterpart_kind, counterpart, business_day) = ($1, $2, $3) and state = 'open' and starts_with(subject_key, $4)`,
    [counterpartKind, counterpart, businessDay, subjectPrefix(run)],
  );
  const gone = rows
    .map(({ subject, kind }) => ({ counterpartKind, counterpart, businessDay, subjectKey: subject, kind }))
    .filter((key) => !found.has(keyOf(key)));
  work.ended = (await endDifferences(tx, gone, { by: 'match', reason: `no longer so in match ${run.runNo}` })).length;
  return work;
}
