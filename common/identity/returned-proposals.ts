import type { Database } from '../database/pool.ts';
import type { Principal, Role } from './principal.ts';

/** A proposal that its second person sent back, and that was not proposed again. */
export interface ReturnedProposal {
  readonly approvalId: bigint;
  readonly act: string;
  readonly subject: string;
  readonly maker: string;
  readonly makerName: string;
  readonly returnedBy: string;
  readonly returnedAt: Date;
  readonly reason: string;
}

/** Who looks at everybody's; others see what they made and what they may approve. */
const SEES_ALL: readonly Role[] = ['platform', 'auditor', 'supervisor'];
/** What nobody proposed again in that time was given up. */
const TOLD_FOR_DAYS = 30;
const MOST = 200;

/**
 * Proposals that were returned by another person than their maker, the newest first, as far as they concern whoever asks. One that was
 * proposed again, as it was or otherwise, is not among them.
 */
export async function returnedProposals(
  db: Database,
  reader: Principal,
  approversOf: (act: string) => readonly Role[],
): Promise<ReturnedProposal[]> {
  const { rows } = await db.query<ReturnedProposal>(
    `SELECT a.id AS "approvalId", a.act, a.subject, a.maker, m.name AS "makerName", p.name AS "returnedBy", r.returned_at AS "returnedAt", r.reason
       FROM platform.approval_return r JOIN platform.approval a ON a.id = r.approval_id
       JOIN platform.principal m ON m.id = a.maker JOIN platform.principal p ON p.id = r.returned_by
      WHERE r.reopened_at IS NULL AND r.returned_by <> a.maker AND a.checker IS NULL AND r.returned_at > now() - make_interval(days => $1)
        AND NOT EXISTS (SELECT FROM platform.approval later WHERE later.act = a.act AND later.subject = a.subject AND later.id > a.id)
      ORDER BY r.returned_at DESC`,
    [TOLD_FOR_DAYS],
  );
  const seesAll = SEES_ALL.some((role) => reader.roles.includes(role));
  return rows
    .filter(
      ({ act, maker }) =>
        seesAll || maker === reader.id || approversOf(act).some((role) => reader.roles.includes(role)),
    )
    .slice(0, MOST);
}
