import { noAnswer, Problem, problemOf } from '../../parts/problem.ts';
import { type Me, session } from '../../parts/session.ts';
import { forgetDrafts } from '../../parts/draft.ts';

/** What the gate answers to somebody who has signed in; the session itself is in a cookie no script reads. */
export interface Entered {
  readonly principal: Me;
  readonly mustChangePassword: boolean;
  readonly mustEnrol: boolean;
  readonly endedOthers: number;
}

/** Somebody a demo shows, with what it takes to sign in as that person. */
export interface DemoUser {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly password: string;
  readonly code?: string;
  readonly waitSeconds?: number;
}

const PATIENCE_MS = 30_000;

/**
 * A request about signing in. Not through `api`: there, an answer of 401 asks the person to sign in, which is what happens
 * here already.
 *
 * @throws Problem when it is refused or nobody answers
 */
export async function call<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
  const response = await fetch(`/api${path}`, {
    method,
    headers: { 'x-citycard-portal': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(PATIENCE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw noAnswer();
  });
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as Answer;
}

/** Begins a session. @throws Problem `identity.sign-in-refused`, `identity.sign-in-paused` */
export async function enter(given: { name: string; password: string; code: string }): Promise<Entered> {
  const { code, ...rest } = given;
  const before = session.state.me?.id;
  const entered = await call<Entered>('POST', '/v1/sign-in', { ...rest, ...(code !== '' && { code }) });
  // What one person typed is not offered to the next.
  if (before !== undefined && before !== entered.principal.id) forgetDrafts();
  if (!entered.mustChangePassword && !entered.mustEnrol) session.signedIn(entered.principal);
  return entered;
}

/** Ends the session; without an answer it is left here, and ends by itself at the service. */
export async function leave(): Promise<void> {
  await call('DELETE', '/v1/sign-in').catch((problem: unknown) => {
    if (!(problem instanceof Problem)) throw problem;
  });
  session.signedIn(undefined);
  forgetDrafts();
}

/** The people of a demo; none where there is no demo. */
export async function demoUsers(): Promise<readonly DemoUser[]> {
  const answer = await call<{ users: DemoUser[] }>('GET', '/demo-users').catch(() => ({ users: [] }));
  return answer.users;
}
