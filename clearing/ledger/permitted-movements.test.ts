import { fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from './accounts.ts';
import { permittedMovements } from './permitted-movements.ts';
import { post, postOrThrow } from './posting.ts';
import { startTestLedger, TEST_DAY, transfer } from './test-ledger.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
const ACCOUNTS = [
  'bank-receiving:R1',
  'bank-paying:P1',
  'bank-card-deposits:D1',
  'bank-own-funds:O1',
  'cash-shift:S1',
  'cash-in-transit:T1',
  'fee-income:main',
  'suspense:main',
  'operator-payable:O001',
];
beforeAll(async () => {
  ledger = await startTestLedger(1);
  const [card] = ledger.cards;
  await transact(ledger.db, async (tx) => {
    await tx.query(`delete from clearing.permitted_movement where use = 'generated'`);
    for (const code of ACCOUNTS) await openAccount(tx, code);
    await postOrThrow(tx, TEST_DAY, [
      transfer('in', 'bank-custody:B1', 'agent-prefund:A001', 10_000),
      transfer('load', 'agent-prefund:A001', 'purse', 5_000, card),
      transfer('tap', 'purse', 'operator-pending:O001', 3_000, card),
      transfer('fee', 'operator-pending:O001', 'fee-income:main', 300),
    ]);
  });
});
afterAll(() => ledger.stop());

let keys = 0;
const move = (to: string, from: string, amount = 1) => {
  keys += 1;
  const card = [to, from].some((account) => !account.includes(':')) ? ledger.cards[0] : undefined;
  return ledger.postAll(transfer(`m${keys}`, to, from, amount, card));
};

describe('bank accounts', () => {
  it('give money to the kinds named for them and to nobody else', async () => {
    for (const [to, from] of [
      ['bank-custody:B1', 'bank-receiving:R1'],
      ['bank-paying:P1', 'bank-custody:B1'],
      ['operator-payable:O001', 'bank-paying:P1'],
      ['cash-in-transit:T1', 'cash-shift:S1'],
      ['bank-card-deposits:D1', 'cash-in-transit:T1'],
      ['bank-card-deposits:D1', 'card-deposit'],
    ] as const)
      expect(await move(to, from), `${from} to ${to}`).toEqual([{ outcome: 'posted' }]);
    for (const [to, from] of [
      ['bank-own-funds:O1', 'bank-paying:P1'],
      ['bank-own-funds:O1', 'bank-card-deposits:D1'],
      ['bank-own-funds:O1', 'purse'],
      ['bank-card-deposits:D1', 'bank-custody:B1'],
      ['bank-custody:B1', 'card-deposit'],
      ['bank-receiving:R1', 'bank-custody:B1'],
      ['fee-income:main', 'bank-custody:B1'],
      ['purse', 'bank-custody:B1'],
      ['purse', 'fee-income:main'],
      ['operator-payable:O001', 'cash-shift:S1'],
    ] as const)
      await expect(move(to, from), `${from} to ${to}`).rejects.toMatchObject({ code: 'clearing.movement-forbidden' });
  });

  it('are asked for each leg, reserved or posted, forced or not, and a set with one forbidden leg changes nothing', async () => {
    const before = await ledger.db.query('select chunk_no from clearing.ledger_head');
    const leg = { debit: 'bank-own-funds:O1', credit: 'bank-paying:P1', amount: fen(1) };
    for (const posting of [
      { key: 'x1', reason: 'generated', legs: [{ ...leg, phase: 'pending' as const }] },
      { key: 'x2', reason: 'generated', legs: [leg], ignoreFloor: true },
    ])
      await expect(
        transact(ledger.db, (tx) =>
          post(tx, TEST_DAY, [transfer('ok', 'bank-custody:B1', 'agent-prefund:A001', 1), posting]),
        ),
      ).rejects.toThrow(/no permitted use/);
    expect(await ledger.db.query('select chunk_no from clearing.ledger_head')).toMatchObject({ rows: before.rows });
  });

  it('are listed with their uses', async () => {
    expect(await permittedMovements(ledger.db)).toContainEqual({
      to: 'bank-own-funds',
      from: 'bank-custody',
      use: 'fee withdrawal',
    });
  });
});

describe('the company', () => {
  it('draws what it has earned, never more, and nothing while fees are on hold', async () => {
    await expect(move('bank-own-funds:O1', 'bank-custody:B1', 301)).rejects.toThrow(/301 fen of 300 fen earned/);
    expect(await move('bank-own-funds:O1', 'bank-custody:B1', 200)).toEqual([{ outcome: 'posted' }]);
    await expect(move('bank-own-funds:O1', 'bank-custody:B1', 101)).rejects.toMatchObject({
      code: 'clearing.fees-not-earned',
    });
    await ledger.db.query(`insert into clearing.fee_hold (cause, evidence) values ('float-shortfall', '{}')`);
    await expect(move('bank-own-funds:O1', 'bank-custody:B1', 1)).rejects.toThrow(/float-shortfall/);
    expect(await move('bank-custody:B1', 'bank-own-funds:O1', 50)).toEqual([{ outcome: 'posted' }]);
    await ledger.db.query(`update clearing.fee_hold set lifted_at = now(), lifted_by = 'generated'`);
    expect(await move('bank-own-funds:O1', 'bank-custody:B1', 150)).toEqual([{ outcome: 'posted' }]);
  });
});
