import { randomUUID } from 'node:crypto';
import {
  type Database,
  type JobSystem,
  type Logger,
  lookAgainAndAgain,
  type Principal,
  recordAct,
  type RepeatedLook,
  transact,
} from '@citycard/common';
import { beginningOf } from './asked-moment.ts';
import { ledgerErrors } from './errors.ts';
import { verifySince } from './verify-since.ts';
import { type LedgerVerification, verifyLedger } from './verify.ts';

/** A proof of the ledger that was ordered: how far it is, and what it found. */
export interface VerificationRun {
  readonly verificationNo: bigint;
  /** A day or a chunk from which on the chain alone is followed; all of it, with the balances, when absent. */
  readonly since?: string;
  readonly orderedBy: string;
  readonly orderedAt: Date;
  readonly state: 'ordered' | 'running' | 'done' | 'failed' | 'withdrawn';
  readonly chunksDone: bigint;
  readonly chunksTotal?: bigint;
  readonly finishedAt?: Date;
  readonly outcome?: LedgerVerification;
  readonly failure?: string;
}

const COLUMNS = `verification_no as "verificationNo", since, ordered_by as "orderedBy", ordered_at as "orderedAt", state,
  chunks_done as "chunksDone", chunks_total as "chunksTotal", finished_at as "finishedAt", outcome, failure`;

type RunRow = { readonly [K in keyof VerificationRun]-?: VerificationRun[K] | null };

/** Without the fields that are null. */
const fromRow = (row: RunRow): VerificationRun =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as VerificationRun;

/** The proofs ordered last, newest first. */
export async function listVerifications(db: Database, limit = 100): Promise<VerificationRun[]> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from clearing.ledger_verification order by verification_no desc limit $1`,
    [limit],
  );
  return rows.map(fromRow);
}

/** @throws CityCardError `clearing-ledger.verification-unknown` */
export async function findVerification(db: Database, verificationNo: bigint): Promise<VerificationRun> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from clearing.ledger_verification where verification_no = $1`,
    [verificationNo],
  );
  if (rows[0] === undefined) throw ledgerErrors.verificationUnknown({ verificationNo });
  return fromRow(rows[0]);
}

/**
 * Orders a proof. While one that asks the same is under way, that one is answered: two would read the same and prove no more.
 *
 * @throws CityCardError `clearing-ledger.no-such-time`
 */
export async function orderVerification(db: Database, principal: Principal, since?: string): Promise<VerificationRun> {
  if (since !== undefined) beginningOf(since);
  const verificationNo = await transact(db, async (tx) => {
    const made = await tx.query<{ no: bigint }>(
      `insert into clearing.ledger_verification (since, ordered_by) values ($1, $2)
       on conflict ((coalesce(since, ''))) where state in ('ordered', 'running') do nothing returning verification_no as no`,
      [since ?? null, principal.id],
    );
    const no = made.rows[0]?.no;
    if (no !== undefined) {
      await recordAct(tx, principal, { act: 'ledger.verify', subject: since ?? 'all of it' });
      return no;
    }
    const { rows } = await tx.query<{ no: bigint }>(
      `select verification_no as no from clearing.ledger_verification
        where coalesce(since, '') = coalesce($1, '') order by verification_no desc limit 1`,
      [since ?? null],
    );
    return rows[0]?.no ?? 0n;
  });
  return findVerification(db, verificationNo);
}

/**
 * Withdraws a proof that waits or runs: it changes nothing and may be ordered again. The process that runs it stops at its next
 * progress. Withdrawing twice changes nothing.
 *
 * @throws CityCardError `clearing-ledger.verification-unknown`, `.verification-finished` (409)
 */
export async function withdrawVerification(
  db: Database,
  principal: Principal,
  verificationNo: bigint,
): Promise<VerificationRun> {
  await transact(db, async (tx) => {
    const { rowCount } = await tx.query(
      `update clearing.ledger_verification set state = 'withdrawn', finished_at = now(), withdrawn_by = $2
        where verification_no = $1 and state in ('ordered', 'running')`,
      [verificationNo, principal.id],
    );
    if (rowCount === 1)
      await recordAct(tx, principal, { act: 'ledger.verify-withdraw', subject: `proof ${verificationNo}` });
  });
  const run = await findVerification(db, verificationNo);
  if (run.state !== 'withdrawn') throw ledgerErrors.verificationFinished({ verificationNo });
  return run;
}

const QUEUE = 'ledger-verification';
const LOOK_EVERY_MS = 1_000;
/** A proof that has not moved for so long lost its process and begins again; the longest single statement takes less. */
const LOST_AFTER_SECONDS = 900;

/** Runs ordered proofs as jobs. What there is to do is read from PostgreSQL alone; a proof whose process is killed begins again. */
export function registerVerificationJobs(
  jobs: JobSystem,
  { db, logger }: { readonly db: Database; readonly logger: Logger },
  options: { readonly lookEveryMs?: number; readonly lostAfterSeconds?: number } = {},
): RepeatedLook {
  const queue = jobs.queue<{ verificationNo: string }>(QUEUE);
  const lostAfter = options.lostAfterSeconds ?? LOST_AFTER_SECONDS;
  jobs.worker<{ verificationNo: string }>(QUEUE, ({ data: { verificationNo }, progress }) =>
    runVerification(db, BigInt(verificationNo), lostAfter, progress),
  );
  const process = randomUUID();
  const look = async () => {
    const { rows } = await db.query<{ no: bigint }>(
      `select verification_no as no from clearing.ledger_verification
        where state = 'ordered' or state = 'running' and moved_at < now() - make_interval(secs => $1) order by 1 limit 10`,
      [lostAfter],
    );
    for (const { no } of rows)
      await queue.add('verify', { verificationNo: String(no) }, { jobId: `${no} ${process}`, forget: true });
  };
  const everyMs = options.lookEveryMs ?? LOOK_EVERY_MS;
  return lookAgainAndAgain(look, {
    everyMs,
    logger,
    what: 'looking for proofs of the ledger that were ordered',
    part: 'ledger-proofs',
  });
}

/** Counts of chunks and transfers are far from what a JSON number cannot hold. */
const plainNumbers = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

/** Ends a proof that was withdrawn while it ran. */
class Withdrawn extends Error {}

async function runVerification(
  db: Database,
  verificationNo: bigint,
  lostAfterSeconds: number,
  progress: (percent: number) => Promise<void>,
): Promise<void> {
  const { rows } = await db.query<{ since: string | null }>(
    `update clearing.ledger_verification set state = 'running', moved_at = now(), chunks_done = 0, chunks_total = null
      where verification_no = $1 and (state = 'ordered' or state = 'running' and moved_at < now() - make_interval(secs => $2))
      returning since`,
    [verificationNo, lostAfterSeconds],
  );
  const [row] = rows;
  if (row === undefined) return;
  let withdrawn = false;
  const onProgress = (done: bigint, total: bigint) => {
    if (withdrawn) throw new Withdrawn();
    void progress(total === 0n ? 100 : Number((100n * done) / total)).catch(() => undefined);
    // The proof does not wait for its progress to be written, and holds whether or not it was.
    void db
      .query(
        `update clearing.ledger_verification set chunks_done = $2, chunks_total = $3, moved_at = now()
          where verification_no = $1 and state = 'running'`,
        [verificationNo, done, total],
      )
      .then(({ rowCount }) => (withdrawn = rowCount === 0))
      .catch(() => undefined);
  };
  try {
    const outcome = await (row.since === null
      ? verifyLedger(db, { onProgress })
      : verifySince(db, row.since, onProgress));
    await db.query(
      `update clearing.ledger_verification set state = 'done', finished_at = now(), outcome = $2, chunks_done = $3, chunks_total = $3
        where verification_no = $1 and state = 'running'`,
      [verificationNo, JSON.stringify(outcome, plainNumbers), outcome.chunks],
    );
  } catch (error) {
    if (error instanceof Withdrawn) return;
    await db.query(
      `update clearing.ledger_verification set state = 'failed', finished_at = now(), failure = $2
        where verification_no = $1 and state = 'running'`,
      [verificationNo, error instanceof Error ? error.message : String(error)],
    );
  }
}
