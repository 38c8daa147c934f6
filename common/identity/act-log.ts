import type { Database, Transaction } from '../database/pool.ts';
import { canonicalJson, contentSha256 } from './canonical-json.ts';
import type { Principal } from './principal.ts';

/** What is hashed of a line. */
interface Line {
  sequence: bigint;
  at: Date;
  actor: string;
  act: string;
  subject: string;
  detail: string;
  previous: Buffer;
}

/** Lines read per round trip when the chain is verified. */
export const VERIFY_BATCH = 5000;

/**
 * Adds a line to the act log: who did what to what, chained by hash to the line before it. Writers wait for each other
 * from here to the end of their transactions, so call it last. Keep card and identity numbers out of the detail. An act done
 * under an approver's signature holds the hash of what was signed.
 */
export async function recordAct(
  tx: Transaction,
  actor: Principal,
  act: { act: string; subject: string; detail?: unknown },
): Promise<void> {
  const { rows } = await tx.query<{ sequence: bigint; sha256: Buffer; at: Date }>({
    name: 'act-log-head',
    text: `SELECT sequence, sha256, date_trunc('milliseconds', clock_timestamp()) AS at
     FROM platform.act_log_head FOR UPDATE`,
  });
  const head = rows[0];
  if (head === undefined) throw new Error('the act log has lost its head row');
  const line: Line = {
    sequence: head.sequence + 1n,
    at: head.at,
    actor: actor.id,
    act: act.act,
    subject: act.subject,
    detail: canonicalJson(withSignature(act.detail, actor)),
    previous: head.sha256,
  };
  const sha256 = contentSha256(line);
  // Both in one round trip: everybody else waits for the head until the transaction ends.
  await tx.query({
    name: 'act-log-line',
    text: `WITH line AS (
       INSERT INTO platform.act_log (sequence, at, actor, act, subject, detail, previous_sha256, sha256)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8))
     UPDATE platform.act_log_head SET sequence = $1, sha256 = $8`,
    values: [line.sequence, line.at, line.actor, line.act, line.subject, line.detail, line.previous, sha256],
  });
  if (actor.signature !== undefined)
    await tx.query('INSERT INTO platform.signed_act (sequence, sha256) VALUES ($1, $2)', [
      line.sequence,
      actor.signature.sha256,
    ]);
}

function withSignature(detail: unknown, { signature }: Principal): unknown {
  if (signature === undefined) return detail;
  const isRecord = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
  return { ...(isRecord ? detail : { detail }), signedSha256: signature.sha256 };
}

/** Recomputes the whole chain; `brokenAt` is the first line that is missing, changed or out of place. */
export async function verifyActLog(
  db: Database,
): Promise<{ ok: true; lines: bigint } | { ok: false; brokenAt: bigint }> {
  let previous: Buffer = Buffer.alloc(32);
  let expected = 1n;
  for (;;) {
    const lines = await readLines(db, expected);
    const { brokenAt, through, head } = firstThatDoesNotFit(lines, { expected, previous });
    if (brokenAt !== undefined) return { ok: false, brokenAt };
    previous = head;
    expected = through + 1n;
    if (lines.length < VERIFY_BATCH) break;
  }
  const { rows } = await db.query<{ sha256: Buffer }>('SELECT sha256 FROM platform.act_log_head WHERE sequence = $1', [
    expected - 1n,
  ]);
  // Lines cut off the end leave a chain that is right in itself; the head row still knows how long it was.
  if (rows[0]?.sha256.equals(previous) !== true) return { ok: false, brokenAt: expected };
  return { ok: true, lines: expected - 1n };
}

export type ChainedLine = Line & { sha256: Buffer };

/** The next lines of the log, a batch, from one on and up to another. */
export async function readLines(db: Database | Transaction, from: bigint, to?: bigint): Promise<ChainedLine[]> {
  const { rows } = await (db as Database).query<ChainedLine>(
    `SELECT sequence, at, actor, act, subject, detail, previous_sha256 AS previous, sha256
       FROM platform.act_log WHERE sequence >= $1 AND ($3::bigint IS NULL OR sequence <= $3) ORDER BY sequence LIMIT $2`,
    [from, VERIFY_BATCH, to ?? null],
  );
  return rows;
}

/**
 * Follows the chain through lines that should begin with `expected` and come after the hash `previous`. Answers how far it
 * holds, the hash there, and the first line that is missing, changed or out of place.
 */
export function firstThatDoesNotFit(
  lines: readonly ChainedLine[],
  begin: { readonly expected: bigint; readonly previous: Buffer },
): { readonly brokenAt?: bigint; readonly through: bigint; readonly head: Buffer } {
  let { expected, previous: head } = begin;
  for (const { sha256, ...line } of lines) {
    const fits = line.sequence === expected && line.previous.equals(head) && contentSha256(line).equals(sha256);
    if (!fits) return { brokenAt: expected, through: expected - 1n, head };
    head = sha256;
    expected += 1n;
  }
  return { through: expected - 1n, head };
}
