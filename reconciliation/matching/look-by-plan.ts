import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusinessDate, copyToFile, type Transaction } from '@citycard/common';
import type { LookResult } from '../daily/in-step.ts';
import { readBreaks } from './breaks.ts';
import { matchFiles, type StateTotal } from './engine.ts';
import { keepResult, type MatchWork, putDown } from './keep-match.ts';
import { EVERYBODY, type KeptPlan } from './plan.ts';
import type { MatchState } from './terms.ts';

/** What a look by a plan came to. */
export interface PlanLook extends LookResult {
  /** The match; left out when both sides are empty and have always been. */
  readonly runNo?: bigint;
  readonly states: Readonly<Partial<Record<MatchState, Pick<StateTotal, 'results'>>>>;
}

/** Few lines are matched sooner by one thread than by two that wait for each other. */
const FEW_BYTES = 4 * 1024 * 1024;

interface WrittenSides {
  readonly ours: string;
  readonly theirs: string;
  readonly sha256: Buffer;
  /** Of lines, the headers not counted. */
  readonly bytes: number;
}

/**
 * Matches both sides of a plan for a day as they stand now, opens what differs and ends what no longer does, inside the caller's
 * transaction. Sides that are the same as at the last match are not matched again: the result would be the same.
 */
export async function lookByPlan(
  tx: Transaction,
  plan: KeptPlan,
  day: BusinessDate,
  counterpart: string = EVERYBODY,
): Promise<PlanLook> {
  const folder = await mkdtemp(join(tmpdir(), 'citycard-look-'));
  try {
    await plan.prepare?.(tx, counterpart, day);
    const sides = await writeSides(tx, plan, { counterpart, day, folder });
    return await matchOnce(tx, plan, { counterpart, day, folder }, sides);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly counterpart: string;
  readonly day: BusinessDate;
  readonly folder: string;
}

async function writeSides(tx: Transaction, plan: KeptPlan, { counterpart, day, folder }: Place): Promise<WrittenSides> {
  const [ours, theirs] = [join(folder, 'ours.csv'), join(folder, 'theirs.csv')];
  const hash = createHash('sha256').update(JSON.stringify(plan.terms));
  await copyToFile(tx, plan.ours(counterpart, day), ours);
  await copyToFile(tx, plan.theirs(counterpart, day), theirs);
  const bytes = (await takeInto(hash, ours)) + (await takeInto(hash, theirs));
  return { ours, theirs, sha256: hash.digest(), bytes };
}

/** Bytes of a file behind its header. */
async function takeInto(hash: Hash, file: string): Promise<number> {
  let [bytes, header] = [0, 0];
  for await (const piece of createReadStream(file)) {
    const content = piece as Buffer;
    hash.update(content);
    if (bytes === 0) header = content.indexOf(0x0a) + 1;
    bytes += content.length;
  }
  return bytes - header;
}

async function matchOnce(
  tx: Transaction,
  plan: KeptPlan,
  { counterpart, day, folder }: Place,
  sides: WrittenSides,
): Promise<PlanLook> {
  const { rows } = await tx.query<{
    run_no: bigint;
    input_sha256: Buffer | null;
    found: number | null;
    states: PlanLook['states'];
  }>(
    `select run_no, input_sha256, found, states from reconciliation.match_run
      where (plan, counterpart, business_day) = ($1, $2, $3) and state = 'done' and not dry_run order by run_no desc limit 1`,
    [plan.name, counterpart, day],
  );
  const [last] = rows;
  if (last?.input_sha256?.equals(sides.sha256) === true)
    return { runNo: last.run_no, states: last.states, found: last.found ?? 0, opened: 0, ended: 0 };
  const run = { plan: plan.name, counterpartKind: plan.counterpartKind, counterpart, businessDay: day };
  const reason = plan.endedReason ?? 'both sides have it alike';
  if (sides.bytes === 0 && last === undefined) {
    const { ended } = await putDown(tx, plan, run, { reason });
    return { states: {}, found: 0, opened: 0, ended };
  }
  let work: MatchWork | undefined;
  const summary = await matchFiles(sides, plan.terms, folder, {
    oursAre: 'by us',
    theirsAre: 'by us',
    ...(sides.bytes < FEW_BYTES && { threads: 1 }),
    ask: async (connection, files) => {
      work = await putDown(tx, plan, run, { breaks: readBreaks(connection, files, run), reason });
    },
  });
  if (work === undefined) throw new Error('a match that came to its end was asked nothing');
  const made = await tx.query<{ run_no: bigint }>(
    `insert into reconciliation.match_run (plan, counterpart_kind, counterpart, business_day, terms, dry_run, state, ordered_by, started_at, input_sha256)
     values ($1, $2, $3, $4, $5, false, 'running', 'daily look', now(), $6) returning run_no`,
    [plan.name, plan.counterpartKind, counterpart, day, plan.terms, sides.sha256],
  );
  const runNo = made.rows[0]?.run_no;
  if (runNo === undefined) throw new Error('a match that was made has no number');
  await keepResult(tx, runNo, summary, work);
  return { runNo, states: summary.states, found: work.found, opened: work.opened + work.changed, ended: work.ended };
}
