import type { Database, Transaction } from '../../database/pool.ts';

/** Numbers of the sign-in, as platform.sign_in_rule holds them. */
export interface SignInRules {
  readonly 'idle-minutes': number;
  readonly 'longest-minutes': number;
  readonly 'sessions-per-user': number;
  readonly 'step-up-minutes': number;
  readonly 'free-failures': number;
  readonly 'free-failures-of-address': number;
  readonly 'first-pause-seconds': number;
  readonly 'longest-pause-seconds': number;
  readonly 'failures-forgotten-minutes': number;
  readonly 'password-length': number;
  readonly 'passwords-remembered': number;
  readonly 'first-password-hours': number;
  readonly 'signature-minutes': number;
  readonly 'exports-per-day': number;
  readonly 'export-rows-per-day': number;
}

/** The rules in force now. */
export async function signInRules(db: Database | Transaction): Promise<SignInRules> {
  const { rows } = await (db as Database).query<{ rules: SignInRules }>({
    name: 'platform.sign-in-rules',
    text: 'SELECT json_object_agg(name, value) AS rules FROM platform.sign_in_rule',
  });
  const rules = rows[0]?.rules;
  if (rules === undefined) throw new Error('the rules of the sign-in are missing');
  return rules;
}
