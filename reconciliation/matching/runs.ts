import { createHash } from 'node:crypto';
import { type BusinessDate, type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import type { CounterpartKind } from '../differences/index.ts';
import { matchingErrors } from './errors.ts';
import { EVERYBODY } from './plan.ts';
import { planOf } from './plans.ts';
import type { Side } from './side.ts';
import type { MatchTerms } from './terms.ts';

/** A match as it is ordered; what is left out of the terms is as the plan has it. */
export interface MatchOrder {
  readonly plan: string;
  readonly counterpartKind?: CounterpartKind;
  readonly counterpart: string;
  readonly businessDay: BusinessDate;
  /** Opens and ends no differences. */
  readonly dryRun: boolean;
  readonly terms?: Partial<MatchTerms>;
  readonly promised?: Promised;
}

/** What files that are sent hold, as whoever sends them says. */
export type Promised = Readonly<Partial<Record<Side, { readonly lines: number; readonly amountFen: number }>>>;

export interface MatchRun {
  readonly runNo: bigint;
  readonly plan: string;
  readonly counterpartKind: CounterpartKind;
  readonly counterpart: string;
  readonly businessDay: BusinessDate;
  readonly terms: MatchTerms;
  readonly dryRun: boolean;
  readonly state: 'waiting' | 'ordered' | 'running' | 'done' | 'failed';
  readonly percent: number;
  readonly orderedBy: string;
  readonly orderedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly failure: string | null;
  readonly ourLines: bigint | null;
  readonly theirLines: bigint | null;
  readonly oursFen: bigint | null;
  readonly theirsFen: bigint | null;
  readonly states: Readonly<Record<string, unknown>> | null;
  readonly opened: number | null;
  readonly changed: number | null;
  readonly ended: number | null;
  /** Differences of it, known ones too. */
  readonly found: number | null;
  readonly promised: Promised | null;
}

const COLUMNS = `run_no as "runNo", plan, counterpart_kind as "counterpartKind", counterpart, business_day as "businessDay", terms, dry_run as "dryRun",
  state, percent, ordered_by as "orderedBy", ordered_at as "orderedAt", started_at as "startedAt", finished_at as "finishedAt", failure,
  our_lines as "ourLines", their_lines as "theirLines", ours_fen as "oursFen", theirs_fen as "theirsFen", states, opened, changed, ended,
  found, promised`;

/** Matches listed at once, the newest first. */
const LISTED = 200;

/**
 * Orders a match. It waits for the files its plan has sent, and is then started; every order is a new match.
 *
 * @throws CityCardError `reconciliation.matching.plan-unknown`, `.counterpart-missing`
 */
export async function orderMatch(tx: Transaction, principal: Principal, order: MatchOrder): Promise<MatchRun> {
  const plan = planOf(order.plan);
  const counterpartKind = plan.counterpartKind ?? order.counterpartKind;
  if (counterpartKind === undefined)
    throw matchingErrors.counterpartMissing({ plan: plan.name, what: 'a kind of counterpart' });
  if (plan.everybody === true && order.counterpart !== EVERYBODY)
    throw matchingErrors.everybodyOnly({ plan: plan.name });
  const terms = { ...plan.terms, ...order.terms };
  // By other terms than those of the daily look it would open and end what that one ends and opens.
  const dryRun =
    order.dryRun || (plan.theirs !== undefined && order.terms !== undefined && Object.keys(order.terms).length > 0);
  const { rows } = await tx.query<MatchRun>(
    `insert into reconciliation.match_run (plan, counterpart_kind, counterpart, business_day, terms, dry_run, ordered_by, promised)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
    [
      plan.name,
      counterpartKind,
      order.counterpart,
      order.businessDay,
      terms,
      dryRun,
      principal.id,
      order.promised ?? null,
    ],
  );
  const run = rows[0];
  if (run === undefined) throw new Error('a match that was ordered has no number');
  await recordAct(tx, principal, {
    act: 'match.order',
    subject: `match ${run.runNo}`,
    detail: { plan: plan.name, counterpart: order.counterpart, businessDay: order.businessDay },
  });
  return run;
}

/** @throws CityCardError `reconciliation.matching.run-unknown` */
export async function findRun(db: Database | Transaction, runNo: bigint): Promise<MatchRun> {
  const { rows } = await (db as Database).query<MatchRun>(
    `select ${COLUMNS} from reconciliation.match_run where run_no = $1`,
    [runNo],
  );
  if (rows[0] === undefined) throw matchingErrors.runUnknown({ runNo });
  return rows[0];
}

export async function listRuns(
  db: Database,
  {
    plan,
    counterpart,
    businessDay,
  }: { readonly plan?: string; readonly counterpart?: string; readonly businessDay?: string } = {},
): Promise<readonly MatchRun[]> {
  const { rows } = await db.query<MatchRun>(
    `select ${COLUMNS} from reconciliation.match_run
      where ($2::text is null or plan = $2) and ($3::text is null or counterpart = $3) and ($4::date is null or business_day = $4)
      order by run_no desc limit $1`,
    [LISTED, plan ?? null, counterpart ?? null, businessDay ?? null],
  );
  return rows;
}

/**
 * Keeps a part of a file, from 1; the parts one after the other are the file. The same part again changes nothing.
 *
 * @throws CityCardError `reconciliation.matching.run-unknown`, `.run-not-waiting`, `.side-not-sent`, `.part-differs`
 */
export async function takePart(
  tx: Transaction,
  runNo: bigint,
  part: { readonly side: Side; readonly partNo: number; readonly content: Buffer },
): Promise<void> {
  const run = await lockWaiting(tx, runNo);
  if (part.side === 'ours' && planOf(run.plan).ours !== undefined)
    throw matchingErrors.sideNotSent({ plan: run.plan, side: part.side });
  const sha256 = createHash('sha256').update(part.content).digest();
  const { rowCount } = await tx.query(
    `insert into reconciliation.match_input (run_no, side, part_no, sha256, content) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [runNo, part.side, part.partNo, sha256, part.content],
  );
  if (rowCount === 1) {
    // What is kept of theirs is what counts; another file explains.
    if (part.side === 'theirs' && planOf(run.plan).theirs !== undefined)
      await tx.query('update reconciliation.match_run set dry_run = true where run_no = $1', [runNo]);
    return;
  }
  const { rowCount: same } = await tx.query(
    'select from reconciliation.match_input where run_no = $1 and side = $2 and part_no = $3 and sha256 = $4',
    [runNo, part.side, part.partNo, sha256],
  );
  if (same !== 1) throw matchingErrors.partDiffers({ runNo, side: part.side, part: part.partNo });
}

async function lockWaiting(tx: Transaction, runNo: bigint): Promise<MatchRun> {
  await tx.query('select from reconciliation.match_run where run_no = $1 for update', [runNo]);
  const run = await findRun(tx, runNo);
  if (run.state !== 'waiting') throw matchingErrors.runNotWaiting({ runNo, state: run.state });
  return run;
}

/**
 * Lets a match begin: all files are there. Starting it again changes nothing.
 *
 * @throws CityCardError `reconciliation.matching.run-unknown`, `.side-missing`, `.part-missing`
 */
export async function startMatch(tx: Transaction, runNo: bigint): Promise<MatchRun> {
  await tx.query('select from reconciliation.match_run where run_no = $1 for update', [runNo]);
  const run = await findRun(tx, runNo);
  if (run.state !== 'waiting') return run;
  const { rows } = await tx.query<{ side: Side; parts: bigint; last: number }>(
    'select side, count(*) as parts, max(part_no) as last from reconciliation.match_input where run_no = $1 group by side',
    [runNo],
  );
  const plan = planOf(run.plan);
  for (const side of ['ours', 'theirs'] as const) {
    const sent = rows.find((row) => row.side === side);
    if (sent === undefined && plan[side] !== undefined) continue;
    if (sent === undefined) throw matchingErrors.sideMissing({ runNo, side });
    if (Number(sent.parts) !== sent.last) throw matchingErrors.partMissing({ runNo, side, part: Number(sent.parts) });
  }
  await tx.query(`update reconciliation.match_run set state = 'ordered' where run_no = $1`, [runNo]);
  return { ...run, state: 'ordered' };
}
