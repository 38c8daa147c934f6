import { type Database, fromBase32, usableCode } from '@citycard/common';
import type { Credentials } from './people.ts';

/** One of the demo's people with what it takes to sign in now, for the page of signing in. */
export interface ShownUser {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly password: string;
  readonly code?: string;
  readonly waitSeconds?: number;
}

/** The demo's people, each with a code that has not been used yet, or the seconds until there is one. */
export async function demoUsers(db: Database, people: Credentials): Promise<ShownUser[]> {
  const { rows } = await db.query<{ principal: string; totp_step: bigint }>(
    'SELECT principal, totp_step FROM platform.sign_in',
  );
  const lastUsed = new Map(rows.map(({ principal, totp_step: step }) => [principal, step]));
  return Object.entries(people).flatMap(([id, { name, roles, password, secret }]) => {
    const step = lastUsed.get(id);
    return step === undefined || password === undefined || secret === undefined
      ? []
      : [{ id, name, roles, password, ...usableCode(fromBase32(secret), new Date(), step) }];
  });
}
