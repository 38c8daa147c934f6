import type { Database, Transaction } from '../database/pool.ts';
import { transact } from '../database/transact.ts';
import { firstThatDoesNotFit, readLines } from './act-log.ts';
import type { Principal } from './principal.ts';

/** A proof of the act log as a job: asked for, left, found again. */
export interface ActVerification {
  readonly verificationNo: bigint;
  /** `held`: every line is what it was; `broken`: `brokenAt` is the first that is missing, changed or out of place. */
  readonly state: 'ordered' | 'running' | 'held' | 'broken';
  readonly linesTotal: bigint;
  readonly linesDone: bigint;
  readonly brokenAt: bigint | null;
  readonly orderedBy: string;
  readonly orderedAt: Date;
  readonly finishedAt: Date | null;
}

const COLUMNS = `verification_no AS "verificationNo", state, lines_total AS "linesTotal", through AS "linesDone", broken_at AS "brokenAt",
  ordered_by AS "orderedBy", ordered_at AS "orderedAt", finished_at AS "finishedAt"`;
const LISTED = 50;

/** Orders a proof of what the log holds now; one that is under way is answered instead of a second. */
export async function orderActVerification(tx: Transaction, principal: Principal): Promise<ActVerification> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('act verification', 0))`);
  const open = await tx.query<ActVerification>(
    `SELECT ${COLUMNS} FROM platform.act_verification WHERE finished_at IS NULL`,
  );
  if (open.rows[0] !== undefined) return open.rows[0];
  const { rows } = await tx.query<ActVerification>(
    `INSERT INTO platform.act_verification (lines_total, ends_with, ordered_by)
     SELECT sequence, sha256, $1 FROM platform.act_log_head RETURNING ${COLUMNS}`,
    [principal.id],
  );
  if (rows[0] === undefined) throw new Error('the act log has lost its head row');
  return rows[0];
}

/** The last proofs, newest first. */
export async function listActVerifications(db: Database): Promise<ActVerification[]> {
  const { rows } = await db.query<ActVerification>(
    `SELECT ${COLUMNS} FROM platform.act_verification ORDER BY verification_no DESC LIMIT ${LISTED}`,
  );
  return rows;
}

/** Goes on with the proof that is open, a batch per transaction, until it is finished. Two at once wait for each other. */
export async function pursueActVerification(db: Database): Promise<void> {
  while (await transact(db, nextBatch));
}

async function nextBatch(tx: Transaction): Promise<boolean> {
  const { rows } = await tx.query<{
    verification_no: bigint;
    lines_total: bigint;
    through: bigint;
    head: Buffer;
    ends_with: Buffer;
  }>(
    `SELECT verification_no, lines_total, through, head, ends_with FROM platform.act_verification WHERE finished_at IS NULL
      ORDER BY verification_no LIMIT 1 FOR UPDATE`,
  );
  const open = rows[0];
  if (open === undefined) return false;
  const lines = await readLines(tx, open.through + 1n, open.lines_total);
  const { brokenAt, through, head } = firstThatDoesNotFit(lines, { expected: open.through + 1n, previous: open.head });
  // Lines that are not there at all, and an end that is not what the head row said when this was ordered.
  const ended = through >= open.lines_total;
  const cut = ended ? !head.equals(open.ends_with) : lines.length === 0;
  const broken = brokenAt ?? (cut ? through + 1n : undefined);
  const done = broken !== undefined || ended;
  const state = broken !== undefined ? 'broken' : done ? 'held' : 'running';
  await tx.query(
    `UPDATE platform.act_verification SET state = $2, through = $3, head = $4, broken_at = $5,
            finished_at = CASE WHEN $6 THEN clock_timestamp() END WHERE verification_no = $1`,
    [open.verification_no, state, through, head, broken ?? null, done],
  );
  return !done;
}
