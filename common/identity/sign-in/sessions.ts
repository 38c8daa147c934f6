import { createHash, randomBytes } from 'node:crypto';
import type { Database, Transaction } from '../../database/pool.ts';
import { recordAct } from '../act-log.ts';
import type { Principal, Role } from '../principal.ts';
import { signInErrors } from './errors.ts';
import { type SignInRules, signInRules } from './rules.ts';

/** Session tokens begin so; long-lived tokens never do. */
export const SESSION_PREFIX = 's.';
const TOKEN_BYTES = 32;
/** Seeing somebody again is written down this often at most. */
const NOTE_EVERY_SECONDS = 30;
const LONGEST_AGENT = 200;
const KEPT_DAYS = 400;

export type SessionEnd =
  'signed-out' | 'idle' | 'too-long' | 'too-many' | 'ended-by-officer' | 'password-changed' | 'reset' | 'suspended';

/** The session a request comes from. */
export interface Session {
  readonly sessionNo: bigint;
  /** Until when the last code covers dangerous acts. */
  readonly steppedUpUntil?: Date;
  /** A password of one's own or the second factor is still missing: nothing else may be done. */
  readonly incomplete: boolean;
}

/** A session as its owner and the platform see it. */
export interface ListedSession {
  readonly sessionNo: bigint;
  readonly begunAt: Date;
  readonly seenAt: Date;
  readonly address: string;
  readonly agent: string;
}

/** From where somebody signs in. */
export interface Origin {
  readonly address: string;
  readonly agent: string;
}

/** Begins a session; beyond the allowed number the oldest end. */
export async function beginSession(
  tx: Transaction,
  principalId: string,
  origin: Origin,
  options: { readonly withCode: boolean; readonly rules: SignInRules },
): Promise<{ token: string; sessionNo: bigint; endedOthers: number }> {
  const token = SESSION_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
  const { rows } = await tx.query<{ session_no: bigint }>(
    `INSERT INTO platform.session (token_sha256, principal, stepped_up_at, address, agent)
     VALUES ($1, $2, CASE WHEN $3 THEN clock_timestamp() END, $4, $5) RETURNING session_no`,
    [sha256(token), principalId, options.withCode, origin.address, origin.agent.slice(0, LONGEST_AGENT)],
  );
  const sessionNo = rows[0]?.session_no ?? 0n;
  const ended = await tx.query(
    `UPDATE platform.session SET ended_at = clock_timestamp(), ended_why = 'too-many'
      WHERE session_no IN (SELECT session_no FROM platform.session WHERE principal = $1 AND ended_at IS NULL AND ${OPEN}
                            ORDER BY begun_at DESC, session_no DESC OFFSET $2)`,
    [principalId, options.rules['sessions-per-user']],
  );
  await tx.query(
    `DELETE FROM platform.session s WHERE principal = $1 AND begun_at < now() - make_interval(days => $2)
        AND NOT EXISTS (SELECT FROM platform.act_signature g WHERE g.session_no = s.session_no)`,
    [principalId, KEPT_DAYS],
  );
  return { token, sessionNo, endedOthers: ended.rowCount ?? 0 };
}

const minutes = (rule: string) =>
  `make_interval(mins => (SELECT value FROM platform.sign_in_rule WHERE name = '${rule}'))`;
/** Neither idle for too long nor too old; whoever reads a session asks, nobody has to come and end it. */
const OPEN = `seen_at > clock_timestamp() - ${minutes('idle-minutes')} AND begun_at > clock_timestamp() - ${minutes('longest-minutes')}`;

interface SessionRow {
  session_no: bigint;
  ended_why: SessionEnd | null;
  is_idle: boolean;
  is_old: boolean;
  to_note: boolean;
  stepped_up_until: Date | null;
  incomplete: boolean;
  id: string;
  name: string;
  kind: Principal['kind'];
  roles: Role[];
  participant_no: string | null;
}

/**
 * Whose session this token is; undefined for a token that never was one. `background`: the page asks by itself, nobody works.
 *
 * @throws CityCardError `identity.session-ended` (401)
 */
export async function authenticateSession(
  db: Database,
  token: string,
  { background = false }: { readonly background?: boolean } = {},
): Promise<{ principal: Principal; session: Session } | undefined> {
  const { rows } = await db.query<SessionRow>({
    name: 'platform.authenticate-session',
    text: `SELECT s.session_no, s.ended_why, p.id, p.name, p.kind, p.roles, p.participant_no,
        s.seen_at <= clock_timestamp() - ${minutes('idle-minutes')} AS is_idle,
        s.begun_at <= clock_timestamp() - ${minutes('longest-minutes')} AS is_old,
        s.seen_at < clock_timestamp() - make_interval(secs => ${NOTE_EVERY_SECONDS}) AS to_note,
        s.stepped_up_at + ${minutes('step-up-minutes')} AS stepped_up_until,
        u.totp_enrolled_at IS NULL OR u.password_until IS NOT NULL AS incomplete
      FROM platform.session s JOIN platform.principal p ON p.id = s.principal JOIN platform.sign_in u USING (principal)
      WHERE s.token_sha256 = $1`,
    values: [sha256(token)],
  });
  const row = rows[0];
  if (row === undefined) return undefined;
  const ended = row.ended_why ?? (row.is_old ? 'too-long' : row.is_idle ? 'idle' : undefined);
  if (ended !== undefined) {
    if (row.ended_why === null) await endSessions(db, 'session_no = $2', ended, row.session_no);
    throw signInErrors.sessionEnded({ why: WORDS[ended] });
  }
  if (row.to_note && !background)
    await db.query(
      'UPDATE platform.session SET seen_at = clock_timestamp() WHERE session_no = $1 AND ended_at IS NULL',
      [row.session_no],
    );
  const { id, name, kind, roles, participant_no: participantNo } = row;
  return {
    principal: { id, name, kind, roles, ...(participantNo !== null && { participantNo }) },
    session: {
      sessionNo: row.session_no,
      incomplete: row.incomplete,
      ...(row.stepped_up_until !== null && { steppedUpUntil: row.stepped_up_until }),
    },
  };
}

const WORDS: Readonly<Record<SessionEnd, string>> = {
  'signed-out': 'signed out',
  idle: 'nobody worked in it',
  'too-long': 'it was open for as long as a session may be',
  'too-many': 'you signed in elsewhere once more',
  'ended-by-officer': 'an officer of the platform ended it',
  'password-changed': 'the password was changed',
  reset: 'your sign-in was set anew',
  suspended: 'your sign-in is suspended',
};

/** Sessions of a user that are open now, the newest first. */
export async function openSessions(db: Database | Transaction, principalId: string): Promise<ListedSession[]> {
  const { rows } = await (db as Database).query<ListedSession>(
    `SELECT session_no AS "sessionNo", begun_at AS "begunAt", seen_at AS "seenAt", address, agent
       FROM platform.session WHERE principal = $1 AND ended_at IS NULL AND ${OPEN} ORDER BY begun_at DESC, session_no DESC`,
    [principalId],
  );
  return rows;
}

/** Ends one session of a user. @throws CityCardError `identity.session-unknown` (404) */
export async function endSession(tx: Transaction, owner: Principal, sessionNo: bigint): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE platform.session SET ended_at = clock_timestamp(), ended_why = 'signed-out'
      WHERE session_no = $1 AND principal = $2 AND ended_at IS NULL`,
    [sessionNo, owner.id],
  );
  if (rowCount === 0) throw signInErrors.sessionUnknown({ sessionNo });
  await recordAct(tx, owner, { act: 'sign-in.sign-out', subject: `session ${sessionNo}` });
}

/** Ends every open session of a user, except one. */
export async function endAllSessions(
  tx: Transaction,
  actor: Principal,
  principalId: string,
  why: SessionEnd,
  except?: bigint,
): Promise<number> {
  const ended = await endSessions(
    tx,
    'principal = $2 AND session_no IS DISTINCT FROM $3',
    why,
    principalId,
    except ?? null,
  );
  await recordAct(tx, actor, {
    act: 'sign-in.end-sessions',
    subject: `principal ${principalId}`,
    detail: { why, ended },
  });
  return ended;
}

async function endSessions(
  db: Database | Transaction,
  which: string,
  why: SessionEnd,
  ...values: unknown[]
): Promise<number> {
  const { rowCount } = await (db as Database).query(
    `UPDATE platform.session SET ended_at = clock_timestamp(), ended_why = $1 WHERE ended_at IS NULL AND ${which}`,
    [why, ...values],
  );
  return rowCount ?? 0;
}

/** Passes when the session's last code is fresh. @throws CityCardError `identity.step-up-needed` (403) */
export function requireStepUp({ steppedUpUntil }: Session, now = new Date()): void {
  if (steppedUpUntil === undefined || steppedUpUntil <= now) throw signInErrors.stepUpNeeded();
}

/** How a session of a user ends at the latest, for pages that warn before it. */
export async function sessionTimes(db: Database): Promise<{ idleMinutes: number; longestMinutes: number }> {
  const rules = await signInRules(db);
  return { idleMinutes: rules['idle-minutes'], longestMinutes: rules['longest-minutes'] };
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
