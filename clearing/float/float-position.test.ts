import { businessDate, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buy, BUS, CARD, DAY, fillDay, instruct, NEXT_DAY, startTestCity } from '../day/test-city.ts';
import { openAccount } from '../ledger/accounts.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { trialBalance } from '../ledger/trial-balance.ts';
import { balancesAt } from './balances-at.ts';
import { floatPosition, positionOf } from './float-position.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
  await fillDay(city.db);
  await instruct(city.deps);
});
afterAll(async () => {
  await city.stop();
});

const statement = (account: string, closing: bigint) =>
  city.db.query(
    `insert into clearing.bank_statement (account_no, statement_date, opening_fen, closing_fen, entry_count, statement_id, message_id, content_sha256)
     values ($1, $2, 0, $3, 0, 's', 'm', '\\x00') on conflict (account_no, statement_date) do update set closing_fen = excluded.closing_fen`,
    [account, DAY, closing],
  );

describe('the float identity', () => {
  it('holds, each kind of money under its own name', async () => {
    const position = await floatPosition(city.db, DAY);
    expect(position).toMatchObject({
      owedFen: 1_000_900n - 900n,
      receivableFen: 0n,
      reserveFen: 1_000_000n,
      cashFen: 0n,
      differenceFen: 0n,
      ok: true,
      owed: { purse: 435_499n, 'pending-credit': 2_000n, 'agent-prefund': 500_000n, 'fee-income-not-withdrawn': 290n },
    });
  });

  it('stays what it was at the end of its day, whatever comes after', async () => {
    const [position, lines] = [await floatPosition(city.db, DAY), await balancesAt(city.db, DAY)];
    await buy(city.db, NEXT_DAY, 'purse', BUS, 1_234);
    expect(await floatPosition(city.db, DAY)).toEqual(position);
    expect(await balancesAt(city.db, DAY)).toEqual(lines);
    expect(await balancesAt(city.db, NEXT_DAY)).toEqual((await trialBalance(city.db)).rows);
  });

  it('is held against the bank’s statement of the day', async () => {
    await statement('622800000001', 1_000_000n);
    expect(await floatPosition(city.db, DAY)).toMatchObject({
      ok: true,
      bankAccounts: [{ statementFen: 1_000_000n, differenceFen: 0n }],
    });
    await statement('622800000001', 999_999n);
    expect(await floatPosition(city.db, DAY)).toMatchObject({
      ok: false,
      differenceFen: 0n,
      bankAccounts: [{ differenceFen: 1n }],
    });
    await statement('622800000001', 1_000_000n);
  });

  it('keeps card deposits and withdrawn fees apart', async () => {
    await transact(city.db, async (tx) => {
      for (const code of ['cash-shift:T1', 'cash-in-transit:T1', 'bank-card-deposits:D1', 'bank-own-funds:O1'])
        await openAccount(tx, code);
      await postOrThrow(tx, NEXT_DAY, [
        transfer('deposit:1', 'cash-shift:T1', 'card-deposit', 2_000, CARD),
        transfer('deposit:2', 'cash-shift:T1', 'card-deposit', 2_000, CARD),
        transfer('slip:1', 'cash-in-transit:T1', 'cash-shift:T1', 4_000),
        transfer('payin:1', 'bank-card-deposits:D1', 'cash-in-transit:T1', 2_000),
        transfer('withdraw:1', 'bank-own-funds:O1', 'bank-custody:622800000001', 290),
      ]);
    });
    expect(await floatPosition(city.db, NEXT_DAY)).toMatchObject({
      ok: true,
      cashFen: 0n,
      ownFundsFen: 290n,
      owed: { 'fee-income-not-withdrawn': 0n },
      deposits: { owedFen: 4_000n, bankFen: 2_000n, cashFen: 2_000n, differenceFen: 0n },
    });
    // Deposit cash paid into the custody account: together it still adds up, apart it does not.
    await transact(city.db, (tx) =>
      postOrThrow(tx, NEXT_DAY, [transfer('payin:2', 'bank-custody:622800000001', 'cash-in-transit:T1', 2_000)]),
    );
    expect(await floatPosition(city.db, NEXT_DAY)).toMatchObject({
      ok: false,
      differenceFen: -2_000n,
      deposits: { differenceFen: 2_000n },
    });
  });

  it('shows a shortfall', () => {
    const line = (kind: string, code: string, balance: number) => ({
      kind,
      code,
      debitFen: fen(0),
      creditFen: fen(0),
      balanceFen: fen(balance),
    });
    const lines = [line('purse', 'purse', -100), line('bank-custody', 'bank-custody:A', 99)];
    expect(positionOf(businessDate('2026-11-20'), lines, new Map())).toMatchObject({ ok: false, differenceFen: 1n });
  });
});
