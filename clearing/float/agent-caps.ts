import {
  approveAct,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  requireOneSide,
  type Transaction,
} from '@citycard/common';
import { supervisionErrors } from '../supervision/errors.ts';

/** How far below zero an agent's prefund may go, and the guarantee that covers it. */
export interface AgentCap {
  readonly participantNo: string;
  readonly capFen: Fen;
  readonly coverFen: Fen;
  /** Where the cover is written: a bank guarantee, a deposit. */
  readonly coverNote: string;
}

/** A cap as it was set. */
export interface StoredAgentCap extends AgentCap {
  readonly version: number;
  readonly setBy: string;
  readonly approvedBy: string;
  readonly setAt: Date;
}

const ACT = 'set-agent-cap';

/**
 * The company proposes a cap.
 *
 * @throws CityCardError `supervision.no-agent`, `.cap-not-covered`
 */
export async function proposeAgentCap(
  tx: Transaction,
  maker: Principal,
  cap: AgentCap,
): Promise<{ approvalId: bigint }> {
  const { subject, content } = await settable(tx, cap);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject, content });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: content });
  return proposal;
}

/**
 * A supervisor approves it, and from here on the ledger refuses loads beyond it. A cap below what the agent owes stops its
 * loads until it has paid in.
 *
 * @throws CityCardError as the proposal; `identity.same-person`, `identity.both-sides`, `.content-differs`
 */
export async function approveAgentCap(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  cap: AgentCap,
): Promise<{ readonly version: number }> {
  await requireOneSide(tx, checker);
  await tx.query('select from clearing.account where account_code = $1 for update', [prefundOf(cap.participantNo)]);
  const { subject, content, version } = await settable(tx, cap);
  const approval = await approveAct(tx, checker, approvalId, content);
  await tx.query(
    `insert into clearing.agent_cap (participant_no, version, cap_fen, cover_fen, cover_note, approval_id, set_by, approved_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [cap.participantNo, version, cap.capFen, cap.coverFen, cap.coverNote, approvalId, approval.maker, approval.checker],
  );
  await tx.query('select clearing.set_agent_floor($1, $2)', [cap.participantNo, -cap.capFen]);
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject, detail: content });
  return { version };
}

const prefundOf = (participantNo: string): string => `agent-prefund:${participantNo}`;

async function settable(tx: Transaction, cap: AgentCap) {
  const { participantNo, capFen, coverFen, coverNote } = cap;
  if (capFen < 0n || coverFen < capFen) throw supervisionErrors.capNotCovered({ capFen, coverFen });
  const { rows } = await tx.query<{ version: number }>(
    `select coalesce((select max(version) from clearing.agent_cap where participant_no = $1), 0) + 1 as version
       from clearing.participant p where p.participant_no = $1 and p.kind = 'agent'`,
    [participantNo],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw supervisionErrors.noAgent({ participantNo });
  const content = { participantNo, capFen, coverFen, coverNote, version };
  return { version, subject: `cap ${version} of agent ${participantNo}`, content };
}

/** Every cap that was ever set, by agent, the newest first. */
export async function listAgentCaps(db: Database): Promise<StoredAgentCap[]> {
  const { rows } = await db.query<
    Omit<StoredAgentCap, 'capFen' | 'coverFen'> & { readonly cap: bigint; readonly cover: bigint }
  >(
    `select participant_no as "participantNo", version, cap_fen as cap, cover_fen as cover, cover_note as "coverNote", set_by as "setBy",
            approved_by as "approvedBy", set_at as "setAt" from clearing.agent_cap order by participant_no, version desc`,
  );
  return rows.map(({ cap, cover, ...rest }) => ({ ...rest, capFen: fen(cap), coverFen: fen(cover) }));
}
