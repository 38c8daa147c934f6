import { afterAll, beforeAll, expect, it } from 'vitest';
import { commonMigrations } from '../../index.ts';
import { startTestDatabase, type TestDatabase } from '../../database/test-database.ts';
import { transact } from '../../database/transact.ts';
import { createPrincipal, type Principal } from '../principal.ts';
import { approveSignInRule, listSignInRules, proposeSignInRule } from './rule-changes.ts';
import { approveRoles, createUser, proposeRoles } from './users.ts';

let database: TestDatabase;
const officer = (id: string): Principal => ({ id, name: `Test ${id}`, kind: 'person', roles: ['platform'] });
const [lan, wei, hao] = [officer('lan'), officer('wei'), officer('hao')];
const propose = (rule: string, value: number, by = lan) =>
  transact(database.db, (tx) => proposeSignInRule(tx, by, rule, value));
const approve = (approvalId: bigint, rule: string, value: number, by = wei) =>
  transact(database.db, (tx) => approveSignInRule(tx, by, approvalId, rule, value));
const valueOf = async (rule: string) => (await listSignInRules(database.db)).find((one) => one.rule === rule)?.value;

beforeAll(async () => {
  database = await startTestDatabase([commonMigrations]);
  await transact(database.db, async (tx) => {
    for (const { id, name, kind, roles } of [lan, wei, hao]) await createPrincipal(tx, { id, name, kind, roles });
    await createUser(tx, lan, { id: 'clerk', name: 'Test clerk' });
  });
});
afterAll(() => database.stop());

it('changes a number of the sign-in by two persons, and says what it cannot be', async () => {
  const { approvalId } = await propose('idle-minutes', 20);
  expect(await valueOf('idle-minutes')).toBe(15);
  await expect(approve(approvalId, 'idle-minutes', 20, lan)).rejects.toMatchObject({ code: 'identity.same-person' });
  await expect(approve(approvalId, 'idle-minutes', 21)).rejects.toMatchObject({ code: 'identity.content-differs' });
  await approve(approvalId, 'idle-minutes', 20);
  expect(await valueOf('idle-minutes')).toBe(20);
  for (const [rule, value, code] of [
    ['idle-minutes', 20, 'identity.rule-same'],
    ['idle-minutes', 1, 'identity.rule-out-of-bounds'],
    ['idle-minutes', 100_000, 'identity.rule-out-of-bounds'],
    ['longest-pause-seconds', 86_401, 'identity.rule-out-of-bounds'],
    ['moon', 1, 'identity.rule-unknown'],
  ] as const)
    await expect(propose(rule, value), rule).rejects.toMatchObject({ code });
  const pause = await propose('longest-pause-seconds', 60);
  await approve(pause.approvalId, 'longest-pause-seconds', 60);
  await expect(propose('first-pause-seconds', 61)).rejects.toMatchObject({ code: 'identity.rule-longer' });
});

it('asks for two persons each time, also when everything is as it was before', async () => {
  const first = await propose('sessions-per-user', 4);
  await approve(first.approvalId, 'sessions-per-user', 4);
  const back = await propose('sessions-per-user', 5);
  await approve(back.approvalId, 'sessions-per-user', 5);
  await expect(approve(first.approvalId, 'sessions-per-user', 4, hao)).rejects.toMatchObject({
    code: 'identity.content-differs',
  });
  expect((await propose('sessions-per-user', 4)).approvalId).not.toBe(first.approvalId);

  // Roles that somebody had once are not given again by one person with an approval of then.
  const give = (roles: readonly Principal['roles'][number][], by: Principal) =>
    transact(database.db, (tx) => proposeRoles(tx, by, 'clerk', roles));
  const put = (approvalId: bigint, roles: readonly Principal['roles'][number][], by: Principal) =>
    transact(database.db, (tx) => approveRoles(tx, by, approvalId, 'clerk', roles));
  const given = await give(['platform'], lan);
  await put(given.approvalId, ['platform'], wei);
  await put((await give([], lan)).approvalId, [], wei);
  await expect(put(given.approvalId, ['platform'], hao)).rejects.toMatchObject({ code: 'identity.content-differs' });
});
