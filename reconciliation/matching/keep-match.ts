import { createReadStream } from 'node:fs';
import type { Transaction } from '@citycard/common';
import { type DifferenceKey, endDifferences, type FoundDifference, openDifferences } from '../differences/index.ts';
import { openOf } from '../daily/in-step.ts';
import { subjectPrefix } from './breaks.ts';
import type { MatchSummary } from './engine.ts';
import type { MatchPlan } from './plan.ts';
import type { ResultFiles } from './result-files.ts';
import type { MatchRun } from './runs.ts';

const PART_BYTES = 4 * 1024 * 1024;

/** What a match did to the differences. */
export interface MatchWork {
  readonly found: number;
  readonly opened: number;
  readonly changed: number;
  readonly ended: number;
}

type WithWhom = Pick<MatchRun, 'plan' | 'counterpartKind' | 'counterpart' | 'businessDay'>;

const keyOf = (key: DifferenceKey): string =>
  JSON.stringify([key.counterpartKind, key.counterpart, key.businessDay, key.subjectKey, key.kind]);

/** Opens what was found, and ends what this plan found before and which is no more. */
export async function putDown(
  tx: Transaction,
  plan: MatchPlan,
  run: WithWhom,
  { breaks, reason }: { readonly breaks?: AsyncIterable<readonly FoundDifference[]>; readonly reason: string },
): Promise<MatchWork> {
  const work = { opened: 0, changed: 0 };
  const found = new Set<string>();
  for await (const set of breaks ?? []) {
    const once = set.filter((difference) => !found.has(keyOf(difference)) && found.add(keyOf(difference)));
    for (const { outcome } of await openDifferences(tx, once)) {
      if (outcome === 'opened') work.opened += 1;
      if (outcome === 'changed') work.changed += 1;
    }
  }
  const { counterpartKind, counterpart, businessDay } = run;
  const scopes = plan.scopes?.(counterpart, businessDay) ?? [
    { counterpartKinds: [counterpartKind], subject: subjectPrefix(run), counterpart, businessDay },
  ];
  const gone = [];
  for (const scope of scopes) gone.push(...(await openOf(tx, scope)).filter((key) => !found.has(keyOf(key))));
  const ended = await endDifferences(tx, gone, { by: 'match', reason });
  return { ...work, found: found.size, ended: ended.length };
}

/** Keeps the result of a match for good, with its figures. */
export async function keepResult(
  tx: Transaction,
  runNo: bigint,
  { files, ours, theirs, states }: MatchSummary & { readonly files: ResultFiles },
  work: MatchWork,
): Promise<void> {
  for (const file of ['main', 'revised'] as const) {
    let partNo = 0;
    for await (const content of createReadStream(files[file], { highWaterMark: PART_BYTES }))
      await tx.query(
        'insert into reconciliation.match_result (run_no, file, part_no, content) values ($1, $2, $3, $4)',
        [runNo, file, (partNo += 1), content],
      );
  }
  const figures = Object.entries(states).map(([state, { results, ourLines, theirLines, oursFen, theirsFen }]) => [
    state,
    { results, ourLines, theirLines, oursFen: Number(oursFen), theirsFen: Number(theirsFen) },
  ]);
  await tx.query(
    `update reconciliation.match_run set state = 'done', percent = 100, finished_at = clock_timestamp(), failure = null, our_lines = $2,
            their_lines = $3, ours_fen = $4, theirs_fen = $5, states = $6, opened = $7, changed = $8, ended = $9, found = $10 where run_no = $1`,
    [
      runNo,
      ours.lines,
      theirs.lines,
      ours.amountFen,
      theirs.amountFen,
      Object.fromEntries(figures),
      work.opened,
      work.changed,
      work.ended,
      work.found,
    ],
  );
}
