import type { Transaction } from '../database/pool.ts';
import { contentSha256 } from './canonical-json.ts';
import { identityErrors } from './errors.ts';
import type { Principal } from './principal.ts';
import { requireNotReturned, takeUpAgain } from './returned.ts';

/**
 * Proposes an act that a second person has to approve. Proposing the same act with the same content again gives the same
 * proposal, so the subject has to name one occasion ("clearing day 2026-03-01"), not a kind of act. One that was returned waits
 * anew when its maker proposes it again.
 *
 * @throws CityCardError `identity.proposal-returned` (409) when another person's same proposal was returned
 */
export async function proposeAct(
  tx: Transaction,
  maker: Principal,
  act: { act: string; subject: string; content: unknown },
): Promise<{ approvalId: bigint }> {
  const key = [act.act, act.subject, contentSha256(act.content)];
  await tx.query(
    `INSERT INTO platform.approval (act, subject, content_sha256, maker) VALUES ($1, $2, $3, $4)
     ON CONFLICT (act, subject, content_sha256) DO NOTHING`,
    [...key, maker.id],
  );
  // A statement of its own: it also sees the row of somebody who was faster.
  const { rows } = await tx.query<{ id: bigint; maker: string }>(
    'SELECT id, maker FROM platform.approval WHERE act = $1 AND subject = $2 AND content_sha256 = $3',
    key,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('a proposal just written cannot be found');
  await takeUpAgain(tx, row, maker);
  return { approvalId: row.id };
}

interface ApprovalRow {
  content_sha256: Buffer;
  maker: string;
  checker: string | null;
}

/**
 * Approves a proposal as its second person. The content has to be what was proposed. Approving again returns who
 * approved first; the act itself is the caller's to do, in the same transaction.
 *
 * @throws CityCardError `identity.approval-unknown` (404), `.content-differs`, `.same-person`, `.proposal-returned` (409).
 */
export async function approveAct(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  content: unknown,
): Promise<{ maker: string; checker: string }> {
  const { rows } = await tx.query<ApprovalRow>(
    'SELECT content_sha256, maker, checker FROM platform.approval WHERE id = $1 FOR UPDATE',
    [approvalId],
  );
  const row = rows[0];
  if (row === undefined) throw identityErrors.approvalUnknown({ approvalId });
  if (!row.content_sha256.equals(contentSha256(content))) throw identityErrors.contentDiffers({ approvalId });
  if (row.maker === checker.id) throw identityErrors.samePerson({ name: checker.name });
  if (row.checker !== null) return { maker: row.maker, checker: row.checker };
  await requireNotReturned(tx, approvalId);
  await tx.query('UPDATE platform.approval SET checker = $2, checked_at = now(), signature_no = $3 WHERE id = $1', [
    approvalId,
    checker.id,
    checker.signature?.signatureNo ?? null,
  ]);
  return { maker: row.maker, checker: checker.id };
}

/**
 * The number of the last proposal of an act on a subject that was approved; null when none was. In what is proposed it makes every
 * change an occasion of its own: one that was approved once cannot be used again when things are as they were before it.
 */
export async function lastApproval(tx: Transaction, act: string, subject: string): Promise<bigint | null> {
  const { rows } = await tx.query<{ id: bigint | null }>(
    'SELECT max(id) AS id FROM platform.approval WHERE act = $1 AND subject = $2 AND checker IS NOT NULL',
    [act, subject],
  );
  return rows[0]?.id ?? null;
}
