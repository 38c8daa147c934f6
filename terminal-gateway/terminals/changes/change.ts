import {
  approveAct,
  type Database,
  type Principal,
  proposeAct,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { estateErrors } from '../errors.ts';
import { type ChangeContent, type ChangeDeps, type ChangeKind, changeKinds } from './kinds.ts';

export type ChangeState = 'proposed' | 'approved' | 'withdrawn';

/** A change one officer has proposed, as the second one sees it. */
export interface Change {
  readonly changeNo: bigint;
  readonly kind: ChangeKind;
  readonly subject: string;
  readonly content: unknown;
  readonly reason: string;
  readonly state: ChangeState;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

/** Every kind's row of the table, its content loosely typed: the schema of the route has said what it is. */
interface AnyKind {
  subject(content: unknown): string;
  check(tx: Transaction, deps: ChangeDeps, content: unknown): Promise<unknown>;
  carryOut(tx: Transaction, deps: ChangeDeps, officer: Principal, content: unknown, reason: string): Promise<unknown>;
}
const kindOf = (kind: ChangeKind): AnyKind => changeKinds[kind];

/**
 * Proposes a change that a second person carries out. It is looked at as if it were carried out now.
 *
 * @throws what carrying it out would throw
 */
export async function proposeChange<K extends ChangeKind>(
  db: Database,
  deps: ChangeDeps,
  officer: Principal,
  change: { readonly kind: K; readonly content: ChangeContent<K>; readonly reason: string },
): Promise<{ changeNo: bigint; subject: string }> {
  const { kind, content, reason } = change;
  const subject = kindOf(kind).subject(content);
  return transact(db, async (tx) => {
    await kindOf(kind).check(tx, deps, content);
    const numbered = await tx.query<{ no: bigint }>(`select nextval('gateway.terminal_change_no') as no`);
    const changeNo = numbered.rows[0]?.no ?? 0n;
    const { approvalId } = await proposeAct(tx, officer, {
      act: `terminal-${kind}`,
      subject: `change ${changeNo}`,
      content,
    });
    await tx.query(
      `insert into gateway.terminal_change (change_no, approval_id, kind, subject, content, reason, proposed_by) values ($1, $2, $3, $4, $5, $6, $7)`,
      [changeNo, approvalId, kind, subject, JSON.stringify(content), reason, officer.id],
    );
    const detail = { change: changeNo.toString(), reason };
    await recordAct(tx, officer, { act: `propose-terminal-${kind}`, subject, detail });
    return { changeNo, subject };
  });
}

/**
 * Carries a change out as its second person; the answer (keys among others) is given this once and kept nowhere.
 *
 * @throws terminal-gateway.estate.change-unknown, .change-decided, identity.same-person, and what the change itself throws
 */
export async function approveChange(
  db: Database,
  deps: ChangeDeps,
  officer: Principal,
  changeNo: bigint,
): Promise<unknown> {
  return transact(db, async (tx) => {
    const { approvalId, kind, content, reason } = await holdOpen(tx, changeNo);
    await approveAct(tx, officer, approvalId, content);
    await decide(tx, officer, changeNo, 'approved');
    return (await kindOf(kind).carryOut(tx, deps, officer, content, reason)) ?? {};
  });
}

/** Takes a proposal back, or refuses it. @throws terminal-gateway.estate.change-unknown, .change-decided */
export async function withdrawChange(db: Database, officer: Principal, changeNo: bigint): Promise<void> {
  await transact(db, async (tx) => {
    const { kind, subject } = await holdOpen(tx, changeNo);
    await decide(tx, officer, changeNo, 'withdrawn');
    await recordAct(tx, officer, {
      act: `withdraw-terminal-${kind}`,
      subject,
      detail: { change: changeNo.toString() },
    });
  });
}

/** Changes, newest first, before the one given. */
export async function listChanges(
  db: Database,
  { state, before, limit }: { state?: ChangeState; before?: bigint; limit: number },
): Promise<Change[]> {
  const { rows } = await db.query<Change>(
    `${SELECT} where ($1::text is null or state = $1) and ($2::bigint is null or change_no < $2) order by change_no desc limit $3`,
    [state ?? null, before ?? null, limit],
  );
  return rows;
}

const SELECT = `select change_no as "changeNo", kind, subject, content, reason, state, proposed_by as "proposedBy",
  proposed_at as "proposedAt", decided_by as "decidedBy", decided_at as "decidedAt" from gateway.terminal_change`;

interface OpenChange {
  readonly approvalId: bigint;
  readonly kind: ChangeKind;
  readonly subject: string;
  readonly content: unknown;
  readonly reason: string;
}

async function holdOpen(tx: Transaction, changeNo: bigint): Promise<OpenChange> {
  const { rows } = await tx.query<OpenChange & { state: ChangeState }>(
    `select approval_id as "approvalId", kind, subject, content, reason, state from gateway.terminal_change where change_no = $1 for update`,
    [changeNo],
  );
  const row = rows[0];
  if (row === undefined) throw estateErrors.changeUnknown({ changeNo });
  if (row.state !== 'proposed') throw estateErrors.changeDecided({ changeNo, state: row.state });
  return row;
}

async function decide(tx: Transaction, officer: Principal, changeNo: bigint, state: ChangeState): Promise<void> {
  await tx.query(
    'update gateway.terminal_change set state = $2, decided_by = $3, decided_at = now() where change_no = $1',
    [changeNo, state, officer.id],
  );
}
