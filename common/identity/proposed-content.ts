import type { Database } from '../database/pool.ts';
import { identityErrors } from './errors.ts';
import type { Principal, Role } from './principal.ts';
import { waitingProposals, type WaitingProposal } from './waiting.ts';

/**
 * A proposal that waits, with what exactly was proposed: the line of the act log that its maker left and whose content has the hash
 * that was proposed. Absent where the act wrote something else into the log; the second person then says it once more.
 *
 * @throws CityCardError `identity.approval-unknown` (404), also for one that does not concern whoever asks, or was decided.
 */
export async function waitingProposal(
  db: Database,
  reader: Principal,
  approvalId: bigint,
  approversOf: (act: string) => readonly Role[],
): Promise<WaitingProposal & { readonly content?: unknown }> {
  const proposal = (await waitingProposals(db, reader, approversOf)).find((one) => one.approvalId === approvalId);
  if (proposal === undefined) throw identityErrors.approvalUnknown({ approvalId });
  const { rows } = await db.query<{ detail: string }>(
    `SELECT l.detail FROM platform.approval a
       JOIN platform.act_log l ON l.actor = a.maker AND l.at >= a.made_at - interval '1 second'
        AND sha256(convert_to(l.detail, 'UTF8')) = a.content_sha256
      WHERE a.id = $1 ORDER BY l.sequence LIMIT 1`,
    [approvalId],
  );
  return { ...proposal, ...(rows[0] !== undefined && { content: JSON.parse(rows[0].detail) as unknown }) };
}
