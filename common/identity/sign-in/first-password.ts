import type { Transaction } from '../../database/pool.ts';
import { recordAct } from '../act-log.ts';
import { approveAct, proposeAct } from '../approval.ts';
import type { Principal } from '../principal.ts';
import { signInErrors } from './errors.ts';
import type { Seal } from './keyed-hash.ts';
import { passwordHalf } from './passwords.ts';
import { signInRules } from './rules.ts';
import { endAllSessions } from './sessions.ts';
import { replacePassword, type SignIn } from './sign-in.ts';
import { requireUser } from './users.ts';

const ACT = 'first-password';

/**
 * Proposes a first password for somebody: a new user, or one who has lost password or telephone. The proposer learns one
 * half of it; the other half is learnt by who approves, so that neither of them can sign in as that person.
 *
 * @throws CityCardError `identity.user-unknown` (404)
 */
export async function proposeFirstPassword(
  tx: Transaction,
  seal: Seal,
  maker: Principal,
  id: string,
): Promise<{ approvalId: bigint; half: string }> {
  const { subject, content } = await occasionOf(tx, id);
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content });
  const half = passwordHalf();
  await tx.query(
    `INSERT INTO platform.first_password_half (approval_id, sealed) VALUES ($1, $2)
     ON CONFLICT (approval_id) DO UPDATE SET sealed = excluded.sealed`,
    [approvalId, await seal.seal(sealContext(approvalId), Buffer.from(half))],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject });
  return { approvalId, half };
}

/**
 * A second person puts it in force and learns the other half. What there was before is gone: password, second factor, open
 * sessions, a suspension. Both halves, joined by a hyphen, are the password; the person then chooses another and enrols.
 *
 * @throws CityCardError as the proposal; `identity.approval-unknown`, `.content-differs`, `.same-person`, `.password-given` (409)
 */
export async function approveFirstPassword(
  tx: Transaction,
  deps: { readonly seal: Seal; readonly signIn: SignIn },
  checker: Principal,
  approvalId: bigint,
  id: string,
): Promise<{ half: string; until: Date }> {
  const { subject, content } = await occasionOf(tx, id);
  if (checker.id === id) throw signInErrors.rolesNotFitting({ id, reason: 'nobody approves the own first password' });
  await approveAct(tx, checker, approvalId, content);
  const taken = await tx.query<{ sealed: Buffer }>(
    'DELETE FROM platform.first_password_half WHERE approval_id = $1 RETURNING sealed',
    [approvalId],
  );
  const sealed = taken.rows[0]?.sealed;
  if (sealed === undefined) throw signInErrors.passwordGiven({ id });
  const first = (await deps.seal.open(sealContext(approvalId), sealed)).toString();
  const half = passwordHalf();
  const kept = await deps.signIn.givenPassword(`${first}-${half}`);
  const rules = await signInRules(tx);
  const until = new Date(Date.now() + rules['first-password-hours'] * 3_600_000);
  await tx.query(
    `INSERT INTO platform.sign_in (principal, password) VALUES ($1, $2) ON CONFLICT (principal) DO NOTHING`,
    [id, kept],
  );
  await replacePassword(tx, id, kept, until);
  await tx.query(
    `UPDATE platform.sign_in SET totp_sealed = NULL, totp_pending = NULL, totp_enrolled_at = NULL, suspended_at = NULL
      WHERE principal = $1`,
    [id],
  );
  await deps.signIn.liftPause(tx, id);
  await endAllSessions(tx, checker, id, 'reset');
  await recordAct(tx, checker, { act: ACT, subject });
  return { half, until };
}

/** Who it is for, beside what it replaces: each time is an occasion of its own. */
async function occasionOf(tx: Transaction, id: string) {
  await requireUser(tx, id);
  const { rows } = await tx.query<{ set_at: Date }>(
    'SELECT password_set_at AS set_at FROM platform.sign_in WHERE principal = $1 FOR UPDATE',
    [id],
  );
  return { subject: `principal ${id}`, content: { id, replaces: rows[0]?.set_at ?? null } };
}

const sealContext = (approvalId: bigint): string => `half of first password ${approvalId}`;
