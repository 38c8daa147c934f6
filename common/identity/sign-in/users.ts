import { randomBytes } from 'node:crypto';
import { type Database, sqlState, type Transaction } from '../../database/pool.ts';
import { recordAct } from '../act-log.ts';
import { approveAct, lastApproval, proposeAct } from '../approval.ts';
import { identityErrors } from '../errors.ts';
import { createPrincipal, type Principal, type Role } from '../principal.ts';
import { signInErrors } from './errors.ts';
import { endAllSessions } from './sessions.ts';

/** Somebody who signs in: a person of the house, or one who acts for a participant. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'partner';
  readonly roles: readonly Role[];
  readonly participantNo: string | null;
  readonly personNo: string | null;
  /** `none`: has no password yet; `given`: has one that was given out; `whole`; `suspended`. */
  readonly signIn: 'none' | 'given' | 'whole' | 'suspended';
  readonly enrolled: boolean;
  readonly openSessions: number;
  readonly lastSeen: Date | null;
}

/** Roles that a person of the house may have. */
export const STAFF_ROLES = [
  'clerk',
  'bureau',
  'stock-keeper',
  'registrar',
  'finance-maker',
  'finance-checker',
  'supervisor',
  'auditor',
  'platform',
  'custodian',
] as const satisfies readonly Role[];

/** Roles that somebody may have who acts for a participant. */
export const PARTICIPANT_ROLES = [
  'operator-partner',
  'agent-partner',
  'biller-partner',
  'city-partner',
  'bank-partner',
] as const satisfies readonly Role[];

const SET_ROLES = 'set-roles';

/** Everybody who signs in or could, by id. */
export async function listUsers(db: Database): Promise<User[]> {
  const { rows } = await db.query<User>(
    `SELECT p.id, p.name, p.kind, p.roles, p.participant_no AS "participantNo", p.person_no AS "personNo",
            CASE WHEN u.principal IS NULL THEN 'none' WHEN u.suspended_at IS NOT NULL THEN 'suspended'
                 WHEN u.password_until IS NOT NULL THEN 'given' ELSE 'whole' END AS "signIn",
            u.totp_enrolled_at IS NOT NULL AS enrolled, coalesce(s.open, 0)::integer AS "openSessions", s.seen AS "lastSeen"
       FROM platform.principal p LEFT JOIN platform.sign_in u ON u.principal = p.id
       LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE ended_at IS NULL AND seen_at > now() - make_interval(mins =>
                (SELECT value FROM platform.sign_in_rule WHERE name = 'idle-minutes'))) AS open, max(seen_at) AS seen
              FROM platform.session WHERE principal = p.id) s ON true
      WHERE p.kind = 'person' OR u.principal IS NOT NULL OR (p.kind = 'partner' AND p.roles = '{}') ORDER BY p.id`,
  );
  return rows;
}

/**
 * A user who can do nothing yet: roles and a first password are each given by two persons.
 *
 * @throws CityCardError `identity.principal-exists` (409)
 */
export async function createUser(
  tx: Transaction,
  officer: Principal,
  user: { readonly id: string; readonly name: string; readonly participantNo?: string },
): Promise<void> {
  const { id, participantNo } = user;
  const kind = participantNo === undefined ? 'person' : 'partner';
  // The long-lived token is thrown away: this one signs in.
  await createPrincipal(tx, { ...user, kind, roles: [] });
  await recordAct(tx, officer, { act: 'user.create', subject: `principal ${id}`, detail: { kind, participantNo } });
}

/**
 * Proposes all the roles somebody is to have, none for somebody who leaves.
 *
 * @throws CityCardError `identity.user-unknown` (404), `.roles-not-fitting` (422)
 */
export async function proposeRoles(
  tx: Transaction,
  maker: Principal,
  id: string,
  roles: readonly Role[],
): Promise<{ approvalId: bigint }> {
  const { subject, content } = await rolesContent(tx, id, roles);
  const proposal = await proposeAct(tx, maker, { act: SET_ROLES, subject, content });
  await recordAct(tx, maker, { act: `propose-${SET_ROLES}`, subject, detail: content });
  return proposal;
}

/**
 * A second person puts them in force at once, in sessions that are open too.
 *
 * @throws CityCardError as the proposal; `identity.approval-unknown`, `.content-differs`, `.same-person`, `.both-sides` (409)
 */
export async function approveRoles(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  id: string,
  roles: readonly Role[],
): Promise<void> {
  const { subject, content, name } = await rolesContent(tx, id, roles);
  // Nobody gives oneself power, with whomever.
  if (checker.id === id) throw signInErrors.rolesNotFitting({ id, reason: 'nobody approves the own roles' });
  await approveAct(tx, checker, approvalId, content);
  await tx
    .query('UPDATE platform.principal SET roles = $2 WHERE id = $1', [id, content.roles])
    .catch((error: unknown) => {
      throw sqlState(error) === 'CCI01' ? identityErrors.bothSides({ name }, error) : error;
    });
  await recordAct(tx, checker, { act: SET_ROLES, subject, detail: content });
}

async function rolesContent(tx: Transaction, id: string, roles: readonly Role[]) {
  const { name, kind, roles: before, participant_no: participantNo } = await requireUser(tx, id);
  const possible: readonly Role[] = kind === 'partner' ? PARTICIPANT_ROLES : STAFF_ROLES;
  const strange = roles.filter((role) => !possible.includes(role));
  if (strange.length > 0)
    throw signInErrors.rolesNotFitting({
      id,
      reason:
        participantNo === null
          ? `${strange.join(', ')} are for those who act for a participant`
          : `${strange.join(', ')} are for people of the house`,
    });
  const sorted = [...new Set(roles)].sort();
  const subject = `principal ${id}`;
  const after = await lastApproval(tx, SET_ROLES, subject);
  return { name, subject, content: { id, roles: sorted, before: [...before].sort(), after } };
}

/** A user's row, held until the transaction ends. @throws CityCardError `identity.user-unknown` (404) */
export async function requireUser(tx: Transaction, id: string) {
  const { rows } = await tx.query<{
    name: string;
    kind: 'person' | 'partner';
    roles: Role[];
    participant_no: string | null;
  }>(
    `SELECT name, kind, roles, participant_no FROM platform.principal
      WHERE id = $1 AND (kind = 'person' OR (kind = 'partner' AND id NOT LIKE 'partner-%')) FOR UPDATE`,
    [id],
  );
  if (rows[0] === undefined) throw signInErrors.userUnknown({ id });
  return rows[0];
}

/**
 * Takes every way in from somebody at once, by one officer: sessions, password, and the long-lived token if there was one. Two
 * give a new first password when the person is to come back.
 *
 * @throws CityCardError `identity.user-unknown` (404)
 */
export async function suspendUser(tx: Transaction, officer: Principal, id: string, reason: string): Promise<void> {
  await requireUser(tx, id);
  await tx.query('UPDATE platform.principal SET token_sha256 = $2 WHERE id = $1', [id, randomBytes(32)]);
  await tx.query(
    'UPDATE platform.sign_in SET suspended_at = coalesce(suspended_at, clock_timestamp()) WHERE principal = $1',
    [id],
  );
  await endAllSessions(tx, officer, id, 'suspended');
  await recordAct(tx, officer, { act: 'user.suspend', subject: `principal ${id}`, detail: { reason } });
}
