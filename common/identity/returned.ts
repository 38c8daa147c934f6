import type { Transaction } from '../database/pool.ts';
import { recordAct } from './act-log.ts';
import { identityErrors } from './errors.ts';
import type { Principal, Role } from './principal.ts';

/**
 * Returns a proposal that waits: whoever could approve it sends it back to its maker with a reason, or its maker takes it back. It is
 * not approved any more until its maker proposes the same again. Returning it twice changes nothing.
 *
 * @throws CityCardError `identity.approval-unknown` (404), `.approval-decided` (409), `.role-missing` (403)
 */
export async function returnProposal(
  tx: Transaction,
  principal: Principal,
  approvalId: bigint,
  reason: string,
  approversOf: (act: string) => readonly Role[],
): Promise<void> {
  const { rows } = await tx.query<{ act: string; subject: string; maker: string; checker: string | null }>(
    'SELECT act, subject, maker, checker FROM platform.approval WHERE id = $1 FOR UPDATE',
    [approvalId],
  );
  const proposal = rows[0];
  if (proposal === undefined) throw identityErrors.approvalUnknown({ approvalId });
  const roles = approversOf(proposal.act);
  if (proposal.maker !== principal.id && !roles.some((role) => principal.roles.includes(role)))
    throw identityErrors.roleMissing({ name: principal.name, roles: roles.join(', ') });
  if (proposal.checker !== null) throw identityErrors.approvalDecided({ approvalId });
  if (!(await endWaiting(tx, principal, approvalId, reason))) return;
  const act = proposal.maker === principal.id ? 'proposal taken back' : 'proposal returned';
  await recordAct(tx, principal, {
    act,
    subject: `${proposal.act} ${proposal.subject}`,
    detail: { approvalId, reason },
  });
}

/**
 * A proposal waits no more, for what it was about was withdrawn. The act log is the caller's to write.
 *
 * @returns false when it had been returned before; that reason stays
 */
export async function endWaiting(tx: Transaction, by: Principal, approvalId: bigint, reason: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO platform.approval_return (approval_id, returned_by, reason) VALUES ($1, $2, $3)
     ON CONFLICT (approval_id) WHERE reopened_at IS NULL DO NOTHING`,
    [approvalId, by.id, reason],
  );
  return rowCount !== 0;
}

/** @throws CityCardError `identity.proposal-returned` (409) while a proposal is returned */
export async function requireNotReturned(tx: Transaction, approvalId: bigint): Promise<void> {
  const { rows } = await tx.query<{ by: string; reason: string }>(
    `SELECT p.name AS by, r.reason FROM platform.approval_return r JOIN platform.principal p ON p.id = r.returned_by
      WHERE r.approval_id = $1 AND r.reopened_at IS NULL`,
    [approvalId],
  );
  const found = rows[0];
  if (found !== undefined) throw identityErrors.proposalReturned({ approvalId, ...found });
}

/**
 * The same was proposed again: it waits anew. Only for its maker, for whoever proposed it could otherwise also approve it.
 *
 * @throws CityCardError `identity.proposal-returned` (409) when somebody else proposed it first
 */
export async function takeUpAgain(
  tx: Transaction,
  proposal: { id: bigint; maker: string },
  by: Principal,
): Promise<void> {
  if (proposal.maker !== by.id) return requireNotReturned(tx, proposal.id);
  await tx.query(
    `UPDATE platform.approval_return SET reopened_at = clock_timestamp() WHERE approval_id = $1 AND reopened_at IS NULL`,
    [proposal.id],
  );
}
