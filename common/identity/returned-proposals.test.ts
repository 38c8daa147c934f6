import { afterAll, beforeAll, expect, it } from 'vitest';
import { commonMigrations, startTestDatabase, type TestDatabase, transact } from '../index.ts';
import { approveAct, proposeAct } from './approval.ts';
import { createPrincipal, type Principal } from './principal.ts';
import { returnedProposals } from './returned-proposals.ts';
import { returnProposal } from './returned.ts';

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
const auditor = person('auditor', 'auditor');
const approvers = () => ['finance-checker'] as const;

beforeAll(async () => {
  test = await startTestDatabase([commonMigrations]);
  for (const one of [maker, checker, clerk, auditor]) await transact(test.db, (tx) => createPrincipal(tx, one));
});
afterAll(() => test.stop());

const propose = (content: object) =>
  transact(test.db, (tx) => proposeAct(tx, maker, { act: 'settle', subject: 'one', content }));
const giveBack = (by: Principal, approvalId: bigint) =>
  transact(test.db, (tx) => returnProposal(tx, by, approvalId, 'the fee is missing', approvers));
const seenBy = async (who: Principal) =>
  (await returnedProposals(test.db, who, approvers)).map(({ reason, returnedBy }) => [reason, returnedBy]);

it('tells maker and second persons why something came back, until it is proposed again', async () => {
  const { approvalId } = await propose({ fen: 1 });
  expect(await seenBy(maker)).toEqual([]);
  await giveBack(checker, approvalId);
  const told = [['the fee is missing', '测试 checker']];
  expect(await seenBy(maker)).toEqual(told);
  expect(await seenBy(checker)).toEqual(told);
  expect(await seenBy(auditor)).toEqual(told);
  expect(await seenBy(clerk)).toEqual([]);
  const again = await propose({ fen: 1 });
  expect(await seenBy(maker)).toEqual([]);
  await giveBack(checker, again.approvalId);
  expect(await seenBy(maker)).toEqual(told);
  // Proposed otherwise: what came back before is told no more.
  const other = await propose({ fen: 2 });
  expect(await seenBy(maker)).toEqual([]);
  await transact(test.db, (tx) => approveAct(tx, checker, other.approvalId, { fen: 2 }));
  expect(await seenBy(maker)).toEqual([]);
});

it('tells nobody of what its maker took back', async () => {
  const { approvalId } = await transact(test.db, (tx) =>
    proposeAct(tx, maker, { act: 'settle', subject: 'two', content: { fen: 3 } }),
  );
  await giveBack(maker, approvalId);
  expect(await seenBy(checker)).toEqual([]);
});
