import type { Database, Transaction } from '../../database/pool.ts';
import { transact } from '../../database/transact.ts';
import { recordAct } from '../act-log.ts';
import type { Principal, Role } from '../principal.ts';
import { signInErrors } from './errors.ts';
import { type Seal, SignInKey } from './keyed-hash.ts';
import { base32, newSecret, otpauthUri, stepOf } from './one-time-codes.ts';
import { hashPassword, isPassword, passwordComplaint } from './passwords.ts';
import { type Attempt, countAttempt, forgetOld, forgive } from './pauses.ts';
import { type SignInRules, signInRules } from './rules.ts';
import { beginSession, endAllSessions, type Origin, type Session } from './sessions.ts';

export interface SignedIn {
  readonly token: string;
  readonly principal: Principal;
  /** The password was given out: it has to be changed first. */
  readonly mustChangePassword: boolean;
  readonly mustEnrol: boolean;
  /** Older sessions this one has ended. */
  readonly endedOthers: number;
}

/** Refused attempts are nobody's: it is not proven who made them. */
const NOBODY: Principal = { id: 'sign-in', name: 'Sign-in', kind: 'service', roles: ['system'] };

interface User {
  readonly principal: Principal;
  readonly password: string;
  readonly passwordEnded: boolean;
  readonly passwordGiven: boolean;
  readonly totp: Buffer | undefined;
  readonly totpStep: bigint;
  readonly suspended: boolean;
}

/**
 * Signing in with password and one-time code (RFC 6238), and what a person does with both. Built once per process.
 *
 * Every attempt, right or wrong, known name or not, does the same work and fails with the same answer.
 */
export class SignIn {
  readonly #db: Database;
  readonly #seal: Seal;
  readonly #key: SignInKey;
  readonly #issuer: string;
  #nobodysPassword: Promise<string> | undefined;

  constructor(deps: { readonly db: Database; readonly seal: Seal; readonly issuer?: string }) {
    this.#db = deps.db;
    this.#seal = deps.seal;
    this.#key = new SignInKey(deps.db, deps.seal);
    this.#issuer = deps.issuer ?? 'Resident Card';
  }

  /**
   * Opens what signing in needs while the device behind the seal answers: a seal remembers the keys it has opened, so people
   * can then sign in also when the device is away.
   */
  async prepare(): Promise<void> {
    await this.#dummy();
    const { rows } = await this.#db.query<{ id: string; sealed: Buffer }>(
      'SELECT principal AS id, totp_sealed AS sealed FROM platform.sign_in WHERE totp_sealed IS NOT NULL',
    );
    for (const { id, sealed } of rows) await this.#seal.open(contextOf(id), sealed);
  }

  /**
   * Checks name, password and code, and begins a session. A user without second factor gives no code, and may do nothing but
   * enrol one.
   *
   * @throws CityCardError `identity.sign-in-refused` (401), `identity.sign-in-paused` (429)
   */
  async signIn(
    given: { readonly name: string; readonly password: string; readonly code?: string },
    origin: Origin,
  ): Promise<SignedIn> {
    const rules = await signInRules(this.#db);
    const { hmacs, attempt } = await this.#count(given.name, origin.address, rules);
    const key = await this.#key.get();
    const user = await findUser(this.#db, given.name);
    const passwordFits = await isPassword(given.password, user?.password ?? (await this.#dummy()), key);
    const step = await this.#codeStep(user, given.code);
    const good = user !== undefined && passwordFits && !user.suspended && !user.passwordEnded;
    if (good && (user.totp === undefined || step !== undefined)) {
      const begun = await transact(this.#db, async (tx) => {
        if (step !== undefined && !(await useStep(tx, user.principal.id, step))) return undefined;
        await forgive(tx, hmacs.name, hmacs.address);
        await forgetOld(tx, rules);
        const withCode = step !== undefined;
        const session = await beginSession(tx, user.principal.id, origin, { withCode, rules });
        const detail = { address: origin.address, endedOthers: session.endedOthers };
        await recordAct(tx, user.principal, { act: 'sign-in', subject: `session ${session.sessionNo}`, detail });
        return session;
      });
      if (begun !== undefined)
        return {
          token: begun.token,
          principal: user.principal,
          mustChangePassword: user.passwordGiven,
          mustEnrol: user.totp === undefined,
          endedOthers: begun.endedOthers,
        };
    }
    await this.#noteRefusal(user, hmacs.name, origin, attempt);
    throw signInErrors.signInRefused();
  }

  /**
   * A fresh code within a session covers dangerous acts for some minutes.
   *
   * @throws CityCardError `identity.step-up-refused` (422), `identity.sign-in-paused` (429)
   */
  async stepUp(principal: Principal, session: Session, code: string, origin: Origin): Promise<{ until: Date }> {
    const { rules, hmacs, attempt } = await this.#begin(principal, origin);
    const user = await findUser(this.#db, principal.id);
    const step = await this.#codeStep(user, code);
    const until = await transact(this.#db, async (tx) => {
      if (step === undefined || !(await useStep(tx, principal.id, step))) return undefined;
      await forgive(tx, hmacs.name, hmacs.address);
      const { rows } = await tx.query<{ until: Date }>(
        `UPDATE platform.session SET stepped_up_at = clock_timestamp() WHERE session_no = $1
         RETURNING stepped_up_at + make_interval(mins => $2) AS until`,
        [session.sessionNo, rules['step-up-minutes']],
      );
      await recordAct(tx, principal, { act: 'sign-in.step-up', subject: `session ${session.sessionNo}` });
      return rows[0]?.until;
    });
    if (until !== undefined) return { until };
    await this.#noteRefusal(user, hmacs.name, origin, attempt);
    throw signInErrors.stepUpRefused();
  }

  /**
   * Another password, by whoever knows the current one. Other sessions end.
   *
   * @throws CityCardError `identity.current-password-wrong`, `.password-not-taken` (422), `.sign-in-paused` (429)
   */
  async changePassword(
    principal: Principal,
    session: Session,
    given: { readonly current: string; readonly next: string },
    origin: Origin,
  ): Promise<void> {
    const { rules, hmacs, attempt } = await this.#begin(principal, origin);
    const key = await this.#key.get();
    const user = await findUser(this.#db, principal.id);
    if (user === undefined || !(await isPassword(given.current, user.password, key))) {
      await this.#noteRefusal(user, hmacs.name, origin, attempt);
      throw signInErrors.currentPasswordWrong();
    }
    await transact(this.#db, (tx) => forgive(tx, hmacs.name, hmacs.address));
    const about = { id: principal.id, name: principal.name, shortest: rules['password-length'] };
    const reason = passwordComplaint(given.next, about) ?? (await this.#usedBefore(principal.id, given.next, rules));
    if (reason !== undefined) throw signInErrors.passwordNotTaken({ reason });
    const kept = await hashPassword(given.next, key);
    await transact(this.#db, async (tx) => {
      await replacePassword(tx, principal.id, kept, null);
      await endAllSessions(tx, principal, principal.id, 'password-changed', session.sessionNo);
      await recordAct(tx, principal, { act: 'sign-in.change-password', subject: `principal ${principal.id}` });
    });
  }

  /** A new secret to be enrolled; in force once {@link confirmSecondFactor} has seen a code of it. */
  async newSecondFactor(principal: Principal): Promise<{ secret: string; uri: string }> {
    const secret = newSecret();
    const sealed = await this.#seal.seal(contextOf(principal.id), secret);
    await this.#db.query('UPDATE platform.sign_in SET totp_pending = $2 WHERE principal = $1', [principal.id, sealed]);
    return { secret: base32(secret), uri: otpauthUri(secret, this.#issuer, principal.id) };
  }

  /** @throws CityCardError `identity.nothing-to-confirm` (409), `.step-up-refused` (422), `.sign-in-paused` (429) */
  async confirmSecondFactor(principal: Principal, session: Session, code: string, origin: Origin): Promise<void> {
    const { hmacs, attempt } = await this.#begin(principal, origin);
    const { rows } = await this.#db.query<{ totp_pending: Buffer | null }>(
      'SELECT totp_pending FROM platform.sign_in WHERE principal = $1',
      [principal.id],
    );
    const pending = rows[0]?.totp_pending;
    if (!pending) throw signInErrors.nothingToConfirm();
    const step = stepOf(await this.#seal.open(contextOf(principal.id), pending), code, new Date(), 0n);
    if (step === undefined) {
      await this.#noteRefusal(await findUser(this.#db, principal.id), hmacs.name, origin, attempt);
      throw signInErrors.stepUpRefused();
    }
    await transact(this.#db, async (tx) => {
      const { rowCount } = await tx.query(
        `UPDATE platform.sign_in SET totp_sealed = totp_pending, totp_pending = NULL, totp_enrolled_at = clock_timestamp(), totp_step = $3
          WHERE principal = $1 AND totp_pending = $2`,
        [principal.id, pending, step],
      );
      if (rowCount === 0) throw signInErrors.nothingToConfirm();
      await forgive(tx, hmacs.name, hmacs.address);
      await tx.query('UPDATE platform.session SET stepped_up_at = clock_timestamp() WHERE session_no = $1', [
        session.sessionNo,
      ]);
      await endAllSessions(tx, principal, principal.id, 'reset', session.sessionNo);
      await recordAct(tx, principal, { act: 'sign-in.enrol', subject: `principal ${principal.id}` });
    });
  }

  /** A password to be given out, as it is kept, good for some days. For a user's first, and when everything is lost. */
  async givenPassword(password: string): Promise<string> {
    return hashPassword(password, await this.#key.get());
  }

  /** Ends a person's pause after too many attempts; whoever guessed may go on guessing, so look first. */
  async liftPause(tx: Transaction, id: string): Promise<void> {
    const hmac = await this.#key.hashOf('name', id.toLowerCase());
    await tx.query('DELETE FROM platform.sign_in_failure WHERE who_hmac = $1', [hmac]);
  }

  /** Users whose passwords and secrets are known from the start: a demo's people. */
  async equip(
    tx: Transaction,
    users: readonly { readonly id: string; readonly password: string; readonly secret: Buffer }[],
  ): Promise<void> {
    const key = await this.#key.get();
    const kept = await Promise.all(users.map(({ password }) => hashPassword(password, key)));
    const sealed = await Promise.all(users.map(({ id, secret }) => this.#seal.seal(contextOf(id), secret)));
    await tx.query(
      `INSERT INTO platform.sign_in (principal, password, totp_sealed, totp_enrolled_at)
       SELECT principal, password, totp, now() FROM unnest($1::text[], $2::text[], $3::bytea[]) AS u (principal, password, totp)`,
      [users.map(({ id }) => id), kept, sealed],
    );
  }

  /** Counts an attempt of somebody who has signed in; the name's failures are those of the sign-in. */
  async #begin(principal: Principal, { address }: Origin) {
    const rules = await signInRules(this.#db);
    return { rules, ...(await this.#count(principal.id, address, rules)) };
  }

  async #count(name: string, address: string, rules: SignInRules) {
    const hmacs = {
      name: await this.#key.hashOf('name', name.toLowerCase()),
      address: await this.#key.hashOf('address', address),
    };
    const attempt = await countAttempt(
      this.#db,
      [
        { hmac: hmacs.name, free: rules['free-failures'] },
        { hmac: hmacs.address, free: rules['free-failures-of-address'] },
      ],
      rules,
    );
    if (attempt.pausedSeconds !== undefined)
      throw signInErrors.signInPaused({ retryAfterSeconds: attempt.pausedSeconds });
    return { hmacs, attempt };
  }

  async #codeStep(user: User | undefined, code: string | undefined): Promise<bigint | undefined> {
    if (user?.totp === undefined || code === undefined) return undefined;
    const secret = await this.#seal.open(contextOf(user.principal.id), user.totp);
    return stepOf(secret, code, new Date(), user.totpStep);
  }

  async #noteRefusal(user: User | undefined, hmac: Buffer, origin: Origin, attempt: Attempt): Promise<void> {
    const subject =
      user === undefined ? `unknown name ${hmac.toString('hex').slice(0, 12)}` : `principal ${user.principal.id}`;
    await transact(this.#db, async (tx) => {
      await recordAct(tx, NOBODY, { act: 'sign-in.refused', subject, detail: { address: origin.address } });
      if (attempt.pauseIfFailed > 0)
        await recordAct(tx, NOBODY, {
          act: 'sign-in.paused',
          subject,
          detail: { address: origin.address, seconds: attempt.pauseIfFailed },
        });
    });
  }

  async #usedBefore(id: string, password: string, rules: SignInRules): Promise<string | undefined> {
    const key = await this.#key.get();
    const { rows } = await this.#db.query<{ password: string }>(
      `(SELECT password FROM platform.sign_in WHERE principal = $1)
       UNION ALL (SELECT password FROM platform.former_password WHERE principal = $1 ORDER BY until DESC LIMIT $2)`,
      [id, rules['passwords-remembered']],
    );
    for (const former of rows) if (await isPassword(password, former.password, key)) return 'you have had it before';
    return undefined;
  }

  #dummy(): Promise<string> {
    this.#nobodysPassword ??= this.#key
      .get()
      .then((key) => hashPassword('nobody has this one', key))
      .catch((error: unknown) => {
        this.#nobodysPassword = undefined;
        throw error;
      });
    return this.#nobodysPassword;
  }
}

/** What a sealed secret is and whose. */
const contextOf = (id: string): string => `second factor of ${id}`;

/** Sets a password; the one before is remembered so that it does not come back. */
export async function replacePassword(tx: Transaction, id: string, kept: string, until: Date | null): Promise<void> {
  await tx.query(
    `INSERT INTO platform.former_password (principal, password)
     SELECT principal, password FROM platform.sign_in WHERE principal = $1`,
    [id],
  );
  await tx.query(
    'UPDATE platform.sign_in SET password = $2, password_set_at = clock_timestamp(), password_until = $3 WHERE principal = $1',
    [id, kept, until],
  );
}

/** Takes an interval's code out of use. False when it, or a later one, was used: two at once cannot both have it. */
async function useStep(tx: Transaction, id: string, step: bigint): Promise<boolean> {
  const { rowCount } = await tx.query(
    'UPDATE platform.sign_in SET totp_step = $2 WHERE principal = $1 AND totp_step < $2',
    [id, step],
  );
  return rowCount === 1;
}

async function findUser(db: Database, id: string): Promise<User | undefined> {
  const { rows } = await db.query<{
    id: string;
    name: string;
    kind: Principal['kind'];
    roles: Role[];
    participant_no: string | null;
    password: string;
    ended: boolean;
    given: boolean;
    totp_sealed: Buffer | null;
    totp_step: bigint;
    suspended: boolean;
  }>(
    `SELECT p.id, p.name, p.kind, p.roles, p.participant_no, u.password, coalesce(u.password_until < now(), false) AS ended,
            u.password_until IS NOT NULL AS given, u.totp_sealed, u.totp_step, u.suspended_at IS NOT NULL AS suspended
       FROM platform.sign_in u JOIN platform.principal p ON p.id = u.principal WHERE u.principal = $1`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { name, kind, roles, participant_no: participantNo } = row;
  return {
    principal: { id: row.id, name, kind, roles, ...(participantNo !== null && { participantNo }) },
    password: row.password,
    passwordEnded: row.ended,
    passwordGiven: row.given,
    totp: row.totp_sealed ?? undefined,
    totpStep: row.totp_step,
    suspended: row.suspended,
  };
}
