import { fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount, openCardAccounts } from './accounts.ts';
import { accountBalance, cardBalance } from './balances.ts';
import { currentBusinessDate } from './business-day.ts';
import type { CardNo } from '../purses/card-number.ts';
import { expirePendings } from './expiry.ts';
import { post, type Posting, postOrThrow, postWithBalances } from './posting.ts';
import { startTestLedger, TEST_DAY, transfer } from './test-ledger.ts';
import { trialBalance } from './trial-balance.ts';
import { verifyLedger } from './verify.ts';

let ledger: Awaited<ReturnType<typeof startTestLedger>>;
beforeAll(async () => {
  ledger = await startTestLedger(40);
});
afterAll(async () => {
  await ledger.stop();
});

let keys = 0;
const key = (): string => `test:${(keys += 1)}`;
const prefund = async (agent: string, amount: number): Promise<void> => {
  expect(await ledger.postAll(transfer(key(), 'bank-custody:B1', `agent-prefund:${agent}`, amount))).toEqual([
    { outcome: 'posted' },
  ]);
};
const pendingLoad = (name: string, agent: string, amount: number, cardNo = ledger.cards[0]!): Posting => ({
  key: name,
  cardNo,
  reason: 'load',
  legs: [{ debit: `agent-prefund:${agent}`, credit: 'purse', amount: fen(amount), phase: 'pending' }],
});

describe('posting', () => {
  it('moves money between accounts and cards and answers each posting in order', async () => {
    const card = ledger.cards[1]!;
    await prefund('A001', 1000);
    const outcomes = await ledger.postAll(
      transfer(key(), 'agent-prefund:A001', 'purse', 700, card),
      transfer(key(), 'purse', 'operator-pending:O001', 200, card),
    );
    expect(outcomes).toEqual([{ outcome: 'posted' }, { outcome: 'posted' }]);
    expect((await cardBalance(ledger.db, card)).available).toBe(500n);
    expect((await accountBalance(ledger.db, 'operator-pending:O001')).posted).toBe(200n);
  });

  it('keeps postings that do not fit from disturbing the others', async () => {
    const card = ledger.cards[2]!;
    await prefund('A001', 100);
    const outcomes = await ledger.postAll(
      transfer(key(), 'purse', 'operator-pending:O001', 1, card),
      transfer(key(), 'agent-prefund:A001', 'purse', 10, card),
      transfer(key(), 'purse', 'operator-pending:O001', 11, card),
      transfer(key(), 'purse', 'operator-pending:O001', 10, card),
      transfer(key(), 'purse', 'operator-pending:O404', 1, card),
    );
    expect(outcomes).toEqual([
      { outcome: 'floor', account: 'purse' },
      { outcome: 'posted' },
      { outcome: 'floor', account: 'purse' },
      { outcome: 'posted' },
      { outcome: 'no-account', account: 'operator-pending:O404' },
    ]);
    expect((await cardBalance(ledger.db, card)).posted).toBe(0n);
  });

  it('sets apart the cards of a large set whose postings do not fit, and answers each in order', async () => {
    const [short, known, twice, ...others] = ledger.cards.slice(20) as [CardNo, CardNo, CardNo, ...CardNo[]];
    const funds = transfer(key(), 'bank-custody:B1', 'purse', 50, short);
    await ledger.postAll(
      funds,
      ...[known, twice, ...others].map((card) => transfer(key(), 'bank-custody:B1', 'purse', 1000, card)),
    );
    const paid = transfer(key(), 'purse', 'operator-pending:O001', 5, known);
    await ledger.postAll(paid);
    const repeated = transfer(key(), 'purse', 'operator-pending:O001', 7, twice);
    const plain = Array.from({ length: 60 }, (_, index) =>
      transfer(key(), 'purse', 'operator-pending:O002', 3, others[index % others.length]),
    );
    const before = await accountBalance(ledger.db, 'operator-pending:O002');
    const set = [
      transfer(key(), 'purse', 'operator-pending:O001', 40, short),
      ...plain.slice(0, 30),
      paid,
      repeated,
      transfer(key(), 'purse', 'operator-pending:O001', 20, short),
      ...plain.slice(30),
      repeated,
      transfer(key(), 'purse', 'operator-pending:O001', 10, short),
    ];
    const { outcomes, balances } = await transact(ledger.db, (tx) => postWithBalances(tx, TEST_DAY, set));
    const odd = outcomes.flatMap(({ outcome }, place) => (outcome === 'posted' ? [] : [`${place} ${outcome}`]));
    expect(odd).toEqual(['31 repeat', '33 floor', '64 repeat']);
    expect((await cardBalance(ledger.db, short)).posted).toBe(0n);
    expect((await cardBalance(ledger.db, twice)).posted).toBe(993n);
    const owed = before.posted + 180n;
    expect((await accountBalance(ledger.db, 'operator-pending:O002')).posted).toBe(owed);
    expect(balances).toContainEqual({ account: 'operator-pending:O002', posted: owed, available: owed });
    expect(balances).toContainEqual({ cardNo: short, account: 'purse', posted: 0n, available: 0n });
    expect(balances).toHaveLength(3 + others.length + 2);
    expect(await verifyLedger(ledger.db)).toMatchObject({ ok: true });
  });

  it('applies a posting of several legs whole or not at all', async () => {
    const card = ledger.cards[3]!;
    await prefund('A001', 100);
    const twoLegs = (amount: number): Posting => ({
      key: key(),
      cardNo: card,
      reason: 'two legs',
      legs: [
        { debit: 'agent-prefund:A001', credit: 'purse', amount: fen(50) },
        { debit: 'purse', credit: 'operator-pending:O001', amount: fen(amount) },
      ],
    });
    expect(await ledger.postAll(twoLegs(51), twoLegs(50))).toEqual([
      { outcome: 'floor', account: 'purse' },
      { outcome: 'posted' },
    ]);
  });

  it('answers a known key with repeat, or key-conflict when the content differs', async () => {
    const name = key();
    const first = transfer(name, 'bank-custody:B1', 'agent-prefund:A002', 5);
    expect(await ledger.postAll(first, first)).toEqual([{ outcome: 'posted' }, { outcome: 'repeat' }]);
    const other = transfer(name, 'bank-custody:B1', 'agent-prefund:A002', 6);
    expect(await ledger.postAll(first, other)).toEqual([{ outcome: 'repeat' }, { outcome: 'key-conflict' }]);
    expect((await accountBalance(ledger.db, 'agent-prefund:A002')).posted).toBe(5n);
  });

  it('lets the repeat of a posting that did not fit share its fate', async () => {
    const card = ledger.cards[4]!;
    const poor = transfer(key(), 'purse', 'operator-pending:O001', 1, card);
    const floor = { outcome: 'floor', account: 'purse' };
    expect(await ledger.postAll(poor, poor)).toEqual([floor, floor]);
    await prefund('A001', 1);
    expect(await ledger.postAll(transfer(key(), 'agent-prefund:A001', 'purse', 1, card), poor)).toEqual([
      { outcome: 'posted' },
      { outcome: 'posted' },
    ]);
  });

  it('posts one of two concurrent postings with the same key and answers repeat to the other', async () => {
    const posting = transfer(key(), 'bank-custody:B1', 'agent-prefund:A002', 7);
    const before = (await accountBalance(ledger.db, 'agent-prefund:A002')).posted;
    const outcomes = await Promise.all([ledger.postAll(posting), ledger.postAll(posting)]);
    expect(
      outcomes
        .flat()
        .map((result) => result.outcome)
        .sort(),
    ).toEqual(['posted', 'repeat']);
    expect((await accountBalance(ledger.db, 'agent-prefund:A002')).posted).toBe(before + 7n);
  });

  it('answers key-conflict to the later of two concurrent postings with one key and other accounts', async () => {
    const name = key();
    await transact(ledger.db, (tx) => openAccount(tx, 'cash-shift:S1'));
    const slow = await ledger.db.connect();
    try {
      await slow.query('begin');
      await post(slow, TEST_DAY, [transfer(name, 'bank-custody:B1', 'operator-pending:O001', 3)]);
      const other = ledger.postAll(transfer(name, 'cash-shift:S1', 'operator-pending:O002', 3));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await slow.query('commit');
      expect(await other).toEqual([{ outcome: 'key-conflict' }]);
    } finally {
      slow.release();
    }
  });

  it('refuses what is no posting before it reaches the database', async () => {
    const refused = (posting: Posting) => expect(ledger.postAll(posting)).rejects.toThrow(RangeError);
    await refused(transfer(key(), 'bank-custody:B1', 'suspense:main', 0));
    await refused(transfer(key(), 'bank-custody:B1', 'bank-custody:B1', 1));
    await refused({ key: key(), reason: 'nothing', legs: [] });
    await refused({ ...transfer(key(), 'bank-custody:B1', 'suspense:main', 1), reason: 'line\u001fbreak' });
    await refused({ ...transfer('', 'bank-custody:B1', 'suspense:main', 1) });
  });

  it('ends the transaction for a posting that had to succeed', async () => {
    const card = ledger.cards[4]!;
    const wrong = transfer(key(), 'purse', 'operator-pending:O001', 999, card);
    await expect(transact(ledger.db, (tx) => postOrThrow(tx, TEST_DAY, [wrong]))).rejects.toMatchObject({
      code: 'clearing.posting-refused',
    });
  });
});

describe('pending postings', () => {
  it('reserve money, then post or void it once', async () => {
    const card = ledger.cards[5]!;
    await prefund('A002', 100);
    const start = await accountBalance(ledger.db, 'agent-prefund:A002');
    const [first, second] = [key(), key()];
    await ledger.postAll(pendingLoad(first, 'A002', 60, card), pendingLoad(second, 'A002', 30, card));
    const reserved = await accountBalance(ledger.db, 'agent-prefund:A002');
    expect(reserved).toEqual({ ...start, available: start.available - 90n, pendingDebits: 90n });
    expect(await cardBalance(ledger.db, card)).toEqual({
      posted: 0n,
      available: 0n,
      pendingDebits: 0n,
      pendingCredits: 90n,
    });

    const resolve = (resolves: string, outcome: 'post' | 'void') =>
      ({ key: `${resolves}:${outcome}`, reason: 'result', cardNo: card, resolves, outcome }) as const;
    expect(await ledger.postAll(resolve(first, 'post'), resolve(second, 'void'))).toEqual([
      { outcome: 'posted' },
      { outcome: 'posted' },
    ]);
    expect((await cardBalance(ledger.db, card)).available).toBe(60n);
    expect((await accountBalance(ledger.db, 'agent-prefund:A002')).available).toBe(start.available - 60n);
    expect(await ledger.postAll(resolve(first, 'void'), resolve(second, 'post'), resolve(first, 'post'))).toEqual([
      { outcome: 'pending-resolved', state: 'posted' },
      { outcome: 'pending-resolved', state: 'void' },
      { outcome: 'repeat' },
    ]);
    expect(await ledger.postAll(resolve('load:none', 'post'))).toEqual([{ outcome: 'pending-missing' }]);
  });

  it('are resolved by the first of two resolutions in one set', async () => {
    const name = key();
    await prefund('A002', 10);
    await ledger.postAll(pendingLoad(name, 'A002', 10));
    const base = { cardNo: ledger.cards[0]!, reason: 'result', resolves: name } as const;
    expect(
      await ledger.postAll(
        { ...base, key: `${name}:a`, outcome: 'void' },
        { ...base, key: `${name}:b`, outcome: 'post' },
      ),
    ).toEqual([{ outcome: 'posted' }, { outcome: 'pending-resolved', state: 'void' }]);
  });
});

it('pending postings expire by a posting of their own, once, and nobody resolves them afterwards', async () => {
  const card = ledger.cards[6]!;
  const [late, open] = [key(), key()];
  await prefund('A002', 50);
  const start = await accountBalance(ledger.db, 'agent-prefund:A002');
  await ledger.postAll(
    { ...pendingLoad(late, 'A002', 20, card), expiresAt: new Date(Date.now() - 1) },
    { ...pendingLoad(open, 'A002', 30, card), expiresAt: new Date(Date.now() + 3_600_000) },
  );
  expect(await expirePendings(ledger.db)).toBe(1);
  expect(await expirePendings(ledger.db)).toBe(0);
  expect((await accountBalance(ledger.db, 'agent-prefund:A002')).available).toBe(start.available - 30n);
  const resolve = (resolves: string) =>
    ({ key: `${resolves}:post`, reason: 'result', cardNo: card, resolves, outcome: 'post' }) as const;
  expect(await ledger.postAll(resolve(late), resolve(open))).toEqual([
    { outcome: 'pending-resolved', state: 'void' },
    { outcome: 'posted' },
  ]);
});

it('answers how every account of a set stands after it', async () => {
  const card = ledger.cards[7]!;
  await prefund('A001', 100);
  const available = (await accountBalance(ledger.db, 'agent-prefund:A001')).available;
  const all = () =>
    transact(ledger.db, (tx) =>
      postWithBalances(tx, TEST_DAY, [
        transfer(key(), 'agent-prefund:A001', 'purse', 40, card),
        transfer(key(), 'agent-prefund:A001', 'purse', 20, card),
        transfer(key(), 'purse', 'operator-pending:O002', 15, card),
      ]),
    );
  const after = await all();
  expect(after.outcomes.map(({ outcome }) => outcome)).toEqual(['posted', 'posted', 'posted']);
  expect(after.balances).toContainEqual({ cardNo: card, account: 'purse', posted: 45n, available: 45n });
  expect(after.balances).toContainEqual({
    account: 'agent-prefund:A001',
    posted: available - 60n,
    available: available - 60n,
  });
  expect(after.balances).toHaveLength(3);
  // The careful way answers the same.
  await ledger.db.query(`update clearing.account set floor_fen = $1 where account_code = 'agent-prefund:A001'`, [
    available - 100n,
  ]);
  try {
    const second = await all();
    expect(second.outcomes[1]).toEqual({ outcome: 'floor', account: 'agent-prefund:A001' });
    expect(second.balances).toContainEqual({ cardNo: card, account: 'purse', posted: 70n, available: 70n });
  } finally {
    await ledger.db.query(`update clearing.account set floor_fen = 0 where account_code = 'agent-prefund:A001'`);
  }
});

describe('floors', () => {
  it('are kept by the database against anybody', async () => {
    await expect(
      ledger.db.query(`update clearing.account set debits_posted = credits_posted + 1, debits_pending = 0
                        where account_code = 'agent-prefund:A001'`),
    ).rejects.toMatchObject({ constraint: 'account_floor' });
    await expect(
      ledger.db.query(
        `update clearing.card_account set debits_posted = credits_posted + 1 where card_no = $1 and kind = 'purse'`,
        [ledger.cards[0]],
      ),
    ).rejects.toMatchObject({ constraint: 'card_account_floor' });
  });

  it('are ignored on demand only, and what was forced heals as money comes in', async () => {
    const account = 'agent-prefund:F001';
    await transact(ledger.db, (tx) => openAccount(tx, account, { floor: fen(0) }));
    const out = (amount: number, ignoreFloor = false): Posting => ({
      ...transfer(key(), account, 'operator-pending:O001', amount),
      ignoreFloor,
    });
    const forced = async () =>
      (
        await ledger.db.query<{ forced_fen: bigint }>(
          `select forced_fen from clearing.account where account_code = $1`,
          [account],
        )
      ).rows[0]?.forced_fen;
    expect(await ledger.postAll(out(100), out(100, true), out(1))).toEqual([
      { outcome: 'floor', account },
      { outcome: 'posted' },
      { outcome: 'floor', account },
    ]);
    expect(await forced()).toBe(100n);
    expect((await accountBalance(ledger.db, account)).available).toBe(-100n);
    await ledger.postAll(transfer(key(), 'bank-custody:B1', account, 70));
    expect(await forced()).toBe(30n);
    await ledger.postAll(transfer(key(), 'bank-custody:B1', account, 70));
    expect(await forced()).toBe(0n);
    expect(await ledger.postAll(out(41), out(40))).toEqual([{ outcome: 'floor', account }, { outcome: 'posted' }]);
  });
});

describe('accounts', () => {
  it('open once, under a kind of the chart, with the same terms', async () => {
    await transact(ledger.db, async (tx) => {
      await openAccount(tx, 'agent-prefund:A001', { floor: fen(0), owner: 'A001' });
      await openCardAccounts(tx, ledger.cards[0]!);
    });
    const opening = (code: string, floor?: number) =>
      transact(ledger.db, (tx) => openAccount(tx, code, floor === undefined ? {} : { floor: fen(floor) }));
    await expect(opening('agent-prefund:A001', -5)).rejects.toMatchObject({ code: 'clearing.account-terms-differ' });
    await expect(opening('agent-prefund:A009', 5)).rejects.toThrow(RangeError);
    for (const code of ['purse:1', 'treasure:main', 'purse', 'bank-custody:a b', 'agent-prefund'])
      await expect(opening(code)).rejects.toMatchObject({ code: 'clearing.account-code-malformed' });
    await expect(accountBalance(ledger.db, 'treasure:main')).rejects.toMatchObject({
      code: 'clearing.account-unknown',
    });
  });

  it('know the open business day, or say that there is none', async () => {
    expect(await transact(ledger.db, currentBusinessDate)).toBe(TEST_DAY);
    await expect(
      transact(ledger.db, async (tx) => {
        await tx.query(`update clearing.business_day set state = 'cut-off'`);
        return currentBusinessDate(tx);
      }),
    ).rejects.toMatchObject({ code: 'clearing.no-open-business-day' });
  });
});

it('never deadlocks, whatever mix of sets runs at once, and the ledger stays whole', async () => {
  await prefund('A001', 100_000);
  await prefund('A002', 100_000);
  const deadlocks = async () =>
    (
      await ledger.db.query<{ deadlocks: bigint }>(
        'select deadlocks from pg_stat_database where datname = current_database()',
      )
    ).rows[0]?.deadlocks;
  const before = await deadlocks();
  const set = (seed: number): Posting[] =>
    Array.from({ length: 12 }, (_, index) => {
      const card = ledger.cards[(seed * 7 + index * (seed % 5)) % 20]!;
      const agent = `agent-prefund:A00${1 + ((seed + index) % 2)}`;
      return index % 3 === 0
        ? transfer(key(), 'purse', `operator-pending:O00${1 + (seed % 2)}`, 5, card)
        : transfer(key(), agent, 'purse', 10, card);
    });
  await Promise.all(
    Array.from({ length: 60 }, (_, seed) => ledger.postAll(...(seed % 2 ? set(seed).reverse() : set(seed)))),
  );
  expect(await deadlocks()).toBe(before);
  expect((await trialBalance(ledger.db)).sumFen).toBe(0n);
  expect(await verifyLedger(ledger.db)).toMatchObject({ ok: true });
});
