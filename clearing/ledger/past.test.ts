import { setTimeout as sleep } from 'node:timers/promises';
import { businessDate, fen } from '@citycard/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chunkBefore } from './chunk-at.ts';
import { accountStatement } from './statement.ts';
import { startTestLedger, TEST_DAY, transfer } from './test-ledger.ts';
import { trialBalance, type TrialBalance } from './trial-balance.ts';
import { verifyLedger } from './verify.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
const moments: { at: Date; trial: TrialBalance }[] = [];
const began = new Date();
beforeAll(async () => {
  ledger = await startTestLedger(2);
  const [card, other] = [ledger.cards[0]!, ledger.cards[1]!];
  const remember = async () => {
    await sleep(3);
    moments.push({ at: new Date(), trial: await trialBalance(ledger.db) });
    await sleep(3);
  };
  await remember();
  await ledger.postAll(transfer('f', 'bank-custody:B1', 'agent-prefund:A001', 1000));
  await remember();
  const legs = [{ debit: 'agent-prefund:A001', credit: 'purse', amount: fen(300), phase: 'pending' as const }];
  await ledger.postAll(
    { key: 'p', cardNo: card, reason: 'load', legs },
    transfer('l', 'agent-prefund:A001', 'purse', 70, other),
  );
  await remember();
  await ledger.postAll({ key: 'p:post', cardNo: card, reason: 'result', resolves: 'p', outcome: 'post' });
  await ledger.postAll(transfer('t', 'purse', 'operator-pending:O001', 30, card));
  await remember();
});
afterAll(() => ledger.stop());

it('the trial balance of an instant is what it was then', async () => {
  for (const { at, trial } of moments) {
    const then = await trialBalance(ledger.db, { instant: at });
    expect(then).toEqual(trial);
    expect(then.sumFen).toBe(0n);
  }
  expect((await trialBalance(ledger.db, { endOf: TEST_DAY })).rows).toEqual(moments.at(-1)?.trial.rows);
  const before = await trialBalance(ledger.db, { endOf: businessDate('2026-11-19') });
  expect(before.rows).toEqual(moments[0]?.trial.rows);
});

it('a statement leads from the balance at its beginning to the one at its end, whole or in pages', async () => {
  const query = { account: 'agent-prefund:A001', from: began, to: new Date(Date.now() + 1000) };
  const whole = await accountStatement(ledger.db, query);
  expect(whole).toMatchObject({ normalSide: 'credit', openingFen: 0n, closingFen: 630n });
  expect(whole.lines.map(({ key, side, phase, balanceFen }) => [key, side, phase, balanceFen])).toEqual([
    ['f', 'credit', 'posted', 1000n],
    ['p', 'debit', 'pending', 1000n],
    ['l', 'debit', 'posted', 930n],
    ['p:post', 'debit', 'post', 630n],
  ]);
  const pages = [];
  for (let after: string | undefined; ;) {
    const page = await accountStatement(ledger.db, { ...query, limit: 1, ...(after !== undefined && { after }) });
    expect(page.openingFen).toBe(pages.at(-1)?.closingFen ?? 0n);
    pages.push(page);
    if (page.next === undefined) break;
    after = page.next;
  }
  expect(pages.flatMap(({ lines }) => lines)).toEqual(whole.lines);

  const [, second, third] = moments;
  const between = await accountStatement(ledger.db, { ...query, from: second!.at, to: third!.at });
  expect(between).toMatchObject({ openingFen: 1000n, closingFen: 930n });
  const purse = await accountStatement(ledger.db, {
    ...query,
    account: 'purse',
    card: ledger.cards[0]!,
    from: third!.at,
  });
  expect(purse).toMatchObject({ openingFen: 0n, closingFen: 270n });
  expect(purse.lines.map(({ counterAccount }) => counterAccount)).toEqual([
    'agent-prefund:A001',
    'operator-pending:O001',
  ]);
});

it('refuses questions that have no answer', async () => {
  const times = { from: began, to: new Date() };
  const asked = (query: Partial<Parameters<typeof accountStatement>[1]>) =>
    accountStatement(ledger.db, { account: 'bank-custody:B1', ...times, ...query });
  await expect(asked({ account: 'bank-custody:B9' })).rejects.toMatchObject({ code: 'clearing.account-unknown' });
  await expect(asked({ account: 'purse' })).rejects.toMatchObject({ code: 'clearing-ledger.card-missing' });
  await expect(asked({ to: began })).rejects.toMatchObject({ code: 'clearing-ledger.times-reversed' });
});

it('the chain is verified from a day on', async () => {
  expect(await chunkBefore(ledger.db, '2000-01-01')).toBe(0n);
  expect(await chunkBefore(ledger.db, '2100-01-01')).toBe(4n);
  expect(await verifyLedger(ledger.db, { since: 4n })).toMatchObject({ ok: true, chunks: 0n, transfers: 0n });
  expect(await verifyLedger(ledger.db, { since: 2n })).toMatchObject({ ok: true, chunks: 2n, transfers: 2n });
});
