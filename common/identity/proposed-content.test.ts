import { afterAll, beforeAll, expect, it } from 'vitest';
import { commonMigrations, startTestDatabase, type TestDatabase, transact } from '../index.ts';
import { recordAct } from './act-log.ts';
import { approveAct, proposeAct } from './approval.ts';
import { createPrincipal, type Principal } from './principal.ts';
import { waitingProposal } from './proposed-content.ts';

let test: TestDatabase;
const person = (id: string, role: Principal['roles'][number]): Principal => ({
  id,
  name: `测试 ${id}`,
  kind: 'person',
  roles: [role],
});
const maker = person('maker', 'finance-maker');
const checker = person('checker', 'finance-checker');
const clerk = person('clerk', 'clerk');
const approvers = () => ['finance-checker'] as const;

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations]);
  for (const one of [maker, checker, clerk]) await transact(test.db, (tx) => createPrincipal(tx, one));
});
afterAll(() => test.stop());

const propose = (subject: string, content: object, detail: object) =>
  transact(test.db, async (tx) => {
    const { approvalId } = await proposeAct(tx, maker, { act: 'settle', subject, content });
    await recordAct(tx, maker, { act: 'settle proposed', subject, detail });
    return approvalId;
  });

it('shows the second person exactly what was proposed, as long as it waits', async () => {
  const content = { amountFen: 12_345n, to: '904458041110001', note: '房间' };
  const approvalId = await propose('one', content, content);
  expect(await waitingProposal(test.db, checker, approvalId, approvers)).toMatchObject({
    subject: 'one',
    maker: 'maker',
    mine: true,
    content: { amountFen: 12_345, to: '904458041110001', note: '房间' },
  });
  await expect(waitingProposal(test.db, clerk, approvalId, approvers)).rejects.toMatchObject({
    code: 'identity.approval-unknown',
  });
  await transact(test.db, (tx) => approveAct(tx, checker, approvalId, content));
  await expect(waitingProposal(test.db, checker, approvalId, approvers)).rejects.toMatchObject({
    code: 'identity.approval-unknown',
  });
});

it('says nothing rather than something else where the log holds another content', async () => {
  const approvalId = await propose('two', { amountFen: 1 }, { amountFen: 2 });
  expect(await waitingProposal(test.db, checker, approvalId, approvers)).not.toHaveProperty('content');
});
