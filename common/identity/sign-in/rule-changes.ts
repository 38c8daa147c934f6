import type { Database, Transaction } from '../../database/pool.ts';
import { recordAct } from '../act-log.ts';
import { approveAct, lastApproval, proposeAct } from '../approval.ts';
import type { Principal } from '../principal.ts';
import { signInErrors } from './errors.ts';
import type { SignInRules } from './rules.ts';

/** A number of the sign-in as people decide on it. */
export interface SignInRule {
  readonly rule: keyof SignInRules;
  readonly value: number;
  /** Between these it may be set. */
  readonly least: number;
  readonly most: number;
}

const ACT = 'set-sign-in-rule';

/** Pairs, of one unit, of which the first may never be longer than the second. */
const NOT_LONGER: readonly (readonly [keyof SignInRules, keyof SignInRules])[] = [
  ['idle-minutes', 'longest-minutes'],
  ['first-pause-seconds', 'longest-pause-seconds'],
];

/** Every number of the sign-in, in force now. */
export async function listSignInRules(db: Database | Transaction): Promise<SignInRule[]> {
  const { rows } = await (db as Database).query<SignInRule>(
    'SELECT name AS rule, value, least, most FROM platform.sign_in_rule ORDER BY name',
  );
  return rows;
}

/**
 * Proposes another value for a number of the sign-in.
 *
 * @throws CityCardError `identity.rule-unknown` (404), `.rule-out-of-bounds`, `.rule-same`, `.rule-longer` (422)
 */
export async function proposeSignInRule(
  tx: Transaction,
  maker: Principal,
  rule: string,
  value: number,
): Promise<{ approvalId: bigint }> {
  const { subject, content } = await changeOf(tx, rule, value);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject, content });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: content });
  return proposal;
}

/**
 * A second person puts it in force: at once, in sessions that are open too.
 *
 * @throws CityCardError as the proposal; `identity.approval-unknown`, `.content-differs`, `.same-person` (409)
 */
export async function approveSignInRule(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  rule: string,
  value: number,
): Promise<void> {
  const { subject, content } = await changeOf(tx, rule, value);
  await approveAct(tx, checker, approvalId, content);
  await tx.query('UPDATE platform.sign_in_rule SET value = $2 WHERE name = $1', [rule, value]);
  await recordAct(tx, checker, { act: ACT, subject, detail: content });
}

/** What is proposed, beside what stands and the change before: each change is an occasion of its own. */
async function changeOf(tx: Transaction, rule: string, value: number) {
  await tx.query('SELECT FROM platform.sign_in_rule ORDER BY name FOR UPDATE');
  const rules = await listSignInRules(tx);
  const now = rules.find((one) => one.rule === rule);
  if (now === undefined) throw signInErrors.ruleUnknown({ rule });
  const { least, most, value: before } = now;
  if (value < least || value > most) throw signInErrors.ruleOutOfBounds({ rule, value, least, most });
  if (value === before) throw signInErrors.ruleSame({ rule, value });
  const then = new Map(rules.map((one) => [one.rule, one.rule === rule ? value : one.value]));
  for (const [short, long] of NOT_LONGER) {
    const [first, second] = [then.get(short) ?? 0, then.get(long) ?? 0];
    if (first > second) throw signInErrors.ruleLonger({ short, first, long, second });
  }
  const subject = `sign-in rule ${rule}`;
  return { subject, content: { rule, value, before, after: await lastApproval(tx, ACT, subject) } };
}
