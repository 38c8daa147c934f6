import { fen, transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { postOrThrow } from '../ledger/posting.ts';
import { TEST_DAY, testCard, transfer } from '../ledger/test-ledger.ts';
import { findPurse } from '../purses/purse.ts';
import {
  addMoney,
  alarmsOf,
  AT,
  database,
  Holder,
  nextNumber,
  originalOf,
  prefund,
  PREFUND,
  settle,
  useLoads,
} from './load-fixture.ts';
import { type LoadRequest } from './request.ts';
import type { LoadResult } from './settle.ts';

useLoads();

describe('what settles a load', () => {
  const otherwise: [string, (holder: Holder, request: LoadRequest) => Partial<LoadResult>][] = [
    ['a wrong TAC', () => ({ tac: Buffer.alloc(4, 7) })],
    ['another balance after', (_, request) => ({ balanceAfter: fen(request.balanceBefore + request.amount + 1n) })],
    ['another counter', (_, request) => ({ onlineCounterBefore: request.onlineCounter + 1 })],
  ];

  it('result 00 posts a pending load', async () => {
    const holder = await Holder.issue();
    const before = await prefund();
    const request = await holder.loadThatIs('pending');
    expect(await holder.result(request, 0)).toEqual({ code: '00' });
    expect([await holder.state(request), await holder.purse()]).toEqual(['posted', 5000n]);
    expect((await prefund()).posted).toBe(before.posted - 5000n);
    expect((await findPurse(database.db, holder.card.cardNo))?.highestProvenCounter).toBe(0);
    expect(await alarmsOf(holder)).toEqual([]);
  });

  it('result 00 of a posted load is answered 00 and moves nothing', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('posted');
    expect(await holder.result(request, 0)).toEqual({ code: '00' });
    expect(await holder.purse()).toBe(5000n);
  });

  it('result 00 of a void load posts it again, below the floor if need be, with an alarm', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('void');
    const { available } = await prefund();
    await transact(database.db, (tx) =>
      postOrThrow(tx, TEST_DAY, [transfer(`drain:${nextNumber()}`, PREFUND, 'bank-custody:B1', fen(available))]),
    );
    expect(await holder.result(request, 0)).toEqual({ code: '00' });
    expect([await holder.state(request), await holder.purse()]).toEqual(['posted', 5000n]);
    expect((await prefund()).available).toBe(-5000n);
    await addMoney(PREFUND, Number(available) + 5000);
    expect(await alarmsOf(holder)).toEqual(['load-void-proved']);
    expect(await holder.result(request, 0)).toEqual({ code: '00' });
    expect(await holder.purse()).toBe(5000n);
  });

  describe.each(['pending', 'posted', 'void'] as const)('result 00 with something wrong, while %s', (state) => {
    it.each(otherwise)('%s is answered A1 and changes nothing', async (_, wrong) => {
      const holder = await Holder.issue();
      const request = await holder.loadThatIs(state);
      expect(await holder.result(request, 0, wrong(holder, request))).toEqual({ code: 'A1' });
      expect([await holder.state(request), await holder.purse()]).toEqual([state, state === 'posted' ? 5000n : 0n]);
    });
  });

  it.each(['result 01', '0400'])('%s voids a pending load and gives the money back', async (which) => {
    const holder = await Holder.issue();
    const before = await prefund();
    const request = await holder.loadThatIs('pending');
    expect(await (which === '0400' ? holder.reverse(request) : holder.result(request, 1))).toEqual({ code: '00' });
    expect(await holder.state(request)).toBe('void');
    expect(await prefund()).toEqual(before);
    expect(await (which === '0400' ? holder.reverse(request) : holder.result(request, 1))).toEqual({ code: '00' });
    expect(await alarmsOf(holder)).toEqual([]);
  });

  it.each(['result 01', '0400'])('%s of a posted load is answered 12 with an alarm', async (which) => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('posted');
    expect(await (which === '0400' ? holder.reverse(request) : holder.result(request, 1))).toEqual({ code: '12' });
    expect([await holder.state(request), await holder.purse()]).toEqual(['posted', 5000n]);
    expect(await alarmsOf(holder)).toEqual(['load-reversal-after-proof']);
  });

  it.each(['pending', 'posted', 'void'] as const)(
    'result 02 while %s is answered 00 and changes nothing',
    async (state) => {
      const holder = await Holder.issue();
      const request = await holder.loadThatIs(state);
      expect(await holder.result(request, 2)).toEqual({ code: '00' });
      expect(await holder.state(request)).toBe(state);
    },
  );

  it.each([0, 1, 2] as const)('result 0%s of an unknown original is answered 25', async (outcome) => {
    const holder = await Holder.issue();
    expect(await holder.result(holder.request(5000), outcome)).toEqual({ code: '25' });
    const stranger = { ...holder.request(5000), cardNo: testCard(2) };
    expect(await holder.result(stranger, outcome, { cardNo: testCard(2) })).toEqual({ code: '25' });
  });

  it('a 0400 of an unknown original is answered 25 and bars the 0200 that comes after it', async () => {
    const holder = await Holder.issue();
    const request = holder.request(5000);
    expect(await holder.reverse(request)).toEqual({ code: '25' });
    expect(await holder.ask(request)).toEqual({ code: '25' });
    expect(await holder.state(request)).toBe('none');
    await holder.open(5000);
  });

  it('field 4 that differs from the original is answered 64', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('pending');
    for (const outcome of [0, 1, 2] as const)
      expect(await holder.result(request, outcome, { amount: fen(4999) })).toEqual({ code: '64' });
    expect(await holder.reverse(request, { amount: fen(4999) })).toEqual({ code: '64' });
    expect(await holder.state(request)).toBe('pending');
  });

  it('the original date is that of the answer, or 0000; another one does not match', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('pending');
    expect(await holder.result(request, 2, { original: { ...originalOf(request), date: '1119' } })).toEqual({
      code: '25',
    });
    expect(await holder.result(request, 0, { original: { ...originalOf(request), date: '0000' } })).toEqual({
      code: '00',
    });
  });

  it('the newest match within 40 days counts', async () => {
    const holder = await Holder.issue();
    const first = await holder.open(5000, { at: new Date('2026-11-10T02:03:04Z') });
    const second = await holder.open(6000, { identity: first.identity });
    const original = { ...originalOf(first), date: '0000' };
    expect(await holder.result(second, 1, { original })).toEqual({ code: '00' });
    expect(await holder.state(second)).toBe('void');
    const late = new Date('2026-12-31T02:03:04Z');
    expect(await holder.result(second, 1, { original, at: late })).toEqual({ code: '25' });
  });

  it('a result of another terminal finds the load by card, counter and TAC', async () => {
    const holder = await Holder.issue();
    const wrong = await holder.open(4000);
    const request = await holder.open(5000);
    const elsewhere = { terminalNo: 'T0000009', merchantNo: 'OTHER', batchNo: '000007', traceNo: '000009' };
    const { original: _, ...zeros } = { original: undefined, identity: elsewhere };
    const from = async (over: object) => {
      const { tac, balanceAfter, onlineCounterBefore, amount } = {
        tac: holder.tacOf(request),
        balanceAfter: fen(5000),
        onlineCounterBefore: 0,
        amount: fen(5000),
        ...over,
      };
      return settle({
        ...zeros,
        cardNo: holder.card.cardNo,
        outcome: 0,
        tac,
        balanceAfter,
        onlineCounterBefore,
        amount,
        at: AT,
      });
    };
    expect(await from({ tac: Buffer.alloc(4) })).toEqual({ code: '25' });
    expect(await from({ onlineCounterBefore: 1 })).toEqual({ code: '25' });
    expect(await from({ amount: fen(4000) })).toEqual({ code: '64' });
    expect(await from({})).toEqual({ code: '00' });
    expect([await holder.state(request), await holder.state(wrong)]).toEqual(['posted', 'void']);
  });
});
