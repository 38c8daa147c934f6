import type { Database } from '../database/pool.ts';
import type { Principal, Role } from './principal.ts';

/** A proposal that a second person has yet to approve: who waits for whom. */
export interface WaitingProposal {
  readonly approvalId: bigint;
  readonly act: string;
  readonly subject: string;
  readonly maker: string;
  readonly makerName: string;
  readonly since: Date;
  /** Roles of which the second person has one. */
  readonly approvers: readonly Role[];
  /** Whether whoever asks may be that person. */
  readonly mine: boolean;
}

/** Who looks at everybody's; others see what they made and what they may approve. */
const SEES_ALL: readonly Role[] = ['platform', 'auditor', 'supervisor'];
/** A proposal nobody took up in that time is not waited for any more; proposing again brings it back. */
const WAITED_FOR_DAYS = 90;
const MOST = 500;

/** Open proposals, the oldest first, as far as they concern whoever asks. */
export async function waitingProposals(
  db: Database,
  reader: Principal,
  approversOf: (act: string) => readonly Role[],
): Promise<WaitingProposal[]> {
  const { rows } = await db.query<Omit<WaitingProposal, 'approvers' | 'mine'>>(
    `SELECT a.id AS "approvalId", a.act, a.subject, a.maker, p.name AS "makerName", a.made_at AS since
       FROM platform.approval a JOIN platform.principal p ON p.id = a.maker
      WHERE a.checker IS NULL AND NOT EXISTS (SELECT FROM platform.approval_return r WHERE r.approval_id = a.id AND r.reopened_at IS NULL)
        AND a.made_at > now() - make_interval(days => $1) ORDER BY a.made_at, a.id`,
    [WAITED_FOR_DAYS],
  );
  const seesAll = SEES_ALL.some((role) => reader.roles.includes(role));
  return rows
    .map((row) => {
      const approvers = approversOf(row.act);
      const mine = row.maker !== reader.id && approvers.some((role) => reader.roles.includes(role));
      return { ...row, approvers, mine };
    })
    .filter(({ mine, maker }) => seesAll || mine || maker === reader.id)
    .slice(0, MOST);
}
