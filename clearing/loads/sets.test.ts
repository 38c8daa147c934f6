import { businessDate, createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { cardBalance } from '../ledger/balances.ts';
import { createParticipant } from '../participants/participant.ts';
import type { CardNo } from '../purses/card-number.ts';
import { approveCredits, proposeCredits, withdrawCredits } from '../purses/pending-credit.ts';
import { decideLoads, type LoadAct, lockForLoads } from './decide.ts';
import { approveLimit, proposeLimit } from './limit-change.ts';
import { loadLimitsOn } from './limits.ts';
import { addMoney, AGENT, database, device, Holder, nextNumber, useLoads } from './load-fixture.ts';
import { lookUpLoads } from './look-up.ts';
import { authoriseLoads, type LoadRequest } from './request.ts';
import { approveUndecidedLoad, proposeUndecidedLoad } from './undecided.ts';

useLoads();

async function asked(...requests: LoadRequest[]): Promise<LoadAct[]> {
  const authorised = await authoriseLoads(device.hsm, await lookUpLoads(database.db, requests, []), requests);
  return requests.map((request, at) => ({ act: 'request', request, authorised: authorised[at]! }));
}

const decide = async (acts: readonly LoadAct[]): Promise<string[]> =>
  (await transact(database.db, (tx) => decideLoads(tx, device.hsm, acts))).map(({ code }) => code);

async function person(role: 'finance-maker' | 'finance-checker'): Promise<Principal> {
  const id = `${role}-${nextNumber()}`;
  const principal: Principal = { id, name: `测试 ${id}`, kind: 'person', roles: [role] };
  await transact(database.db, (tx) => createPrincipal(tx, principal));
  return principal;
}

describe('a set', () => {
  it('decides each as if it came alone, wrong ones beside right ones', async () => {
    const [one, two, three] = [await Holder.issue(), await Holder.issue(), await Holder.issue()];
    const wrong = { ...two.request(1000), mac1: Buffer.alloc(4) };
    expect(await decide(await asked(one.request(1000), wrong, three.request(100_001)))).toEqual(['00', 'A1', '61']);
    expect((await cardBalance(database.db, one.card.cardNo)).pendingCredits).toBe(1000n);
    expect((await cardBalance(database.db, two.card.cardNo)).pendingCredits).toBe(0n);
  });

  it('decides two for one purse in order, the second knowing what the first did', async () => {
    const holder = await Holder.issue();
    const pending = await holder.open(5000);
    const acts: LoadAct[] = [
      { act: 'result', result: holder.resultOf(pending, 0) },
      { act: 'reversal', reversal: holder.reversalOf(pending) },
      ...(await asked(holder.request(1000, { counter: 0 }), holder.request(1000, { counter: 1, before: 5000 }))),
    ];
    expect(await decide(acts)).toEqual(['00', '12', '62', '00']);
    expect(await holder.purse()).toBe(5000n);
  });

  it('spends an agent’s last money in order', async () => {
    const merchantNo = `AGENT${String(nextNumber()).padStart(10, '0')}`;
    await transact(database.db, (tx) =>
      createParticipant(tx, { participantNo: merchantNo, name: 'Small agent', kind: 'agent' }),
    );
    await addMoney(`agent-prefund:${merchantNo}`, 2500);
    const holders = [await Holder.issue(), await Holder.issue(), await Holder.issue()];
    const requests = holders.map((holder) => {
      holder.terminal = { terminalNo: 'T0000001', merchantNo };
      return holder.request(1000);
    });
    expect(await decide(await asked(...requests))).toEqual(['00', '00', '51']);
  });

  it('opens one load for one identity that comes twice', async () => {
    const holder = await Holder.issue();
    const request = holder.request(1000);
    expect(await decide(await asked(request, request))).toEqual(['00', '00']);
    expect((await cardBalance(database.db, holder.card.cardNo)).pendingCredits).toBe(1000n);
  });
});

describe('limits', () => {
  it('hold by their day: one load, all loads of a day, purses of nobody in particular', async () => {
    const limits = { single: fen(3000), daily: fen(5000), namedCap: fen(9000), anonymousCap: fen(6000) };
    const ask = async (holder: Holder, amount: number, over: Parameters<Holder['request']>[1] = {}) => {
      const acts = await asked(holder.request(amount, over));
      const [decision] = await transact(database.db, async (tx) => {
        const locked = await lockForLoads(tx, acts);
        const ofDays = new Map([...locked.limits.keys()].map((day) => [day, limits]));
        return decideLoads(tx, device.hsm, acts, { ...locked, limits: ofDays });
      });
      return decision?.code;
    };
    const holder = await Holder.issue();
    expect(await ask(holder, 3001)).toBe('61');
    expect(await ask(holder, 3000)).toBe('00');
    // What is pending may be on the card.
    expect(await ask(holder, 2001)).toBe('61');
    expect(await ask(holder, 2000)).toBe('00');
    const full = await Holder.issue();
    expect(await ask(full, 1001, { before: 5000 })).toBe('61');
    await database.db.query('update clearing.purse set named = true where card_no = $1', [full.card.cardNo]);
    expect(await ask(full, 1001, { before: 5000 })).toBe('00');
    expect(await ask(full, 1001, { before: 8000 })).toBe('61');
  });

  it('are set by two people from a later day on', async () => {
    const [maker, checker] = [await person('finance-maker'), await person('finance-checker')];
    const today = businessDate('2026-11-20');
    const change = { limitName: 'daily', validFrom: businessDate('2031-01-01'), amountFen: fen(77_700) } as const;
    const run = <T>(work: (tx: Parameters<Parameters<typeof transact>[1]>[0]) => Promise<T>) =>
      transact(database.db, work);
    await expect(run((tx) => proposeLimit(tx, maker, { ...change, validFrom: today }, today))).rejects.toMatchObject({
      code: 'clearing.loads.limit-in-the-past',
    });
    const { approvalId } = await run((tx) => proposeLimit(tx, maker, change, today));
    await expect(run((tx) => approveLimit(tx, maker, approvalId, change, today))).rejects.toMatchObject({
      code: 'identity.same-person',
    });
    const other = { ...change, amountFen: fen(1) };
    await expect(run((tx) => approveLimit(tx, checker, approvalId, other, today))).rejects.toMatchObject({
      code: 'identity.content-differs',
    });
    await run((tx) => approveLimit(tx, checker, approvalId, change, today));
    expect((await run((tx) => loadLimitsOn(tx, businessDate('2030-12-31')))).daily).toBeUndefined();
    expect((await run((tx) => loadLimitsOn(tx, businessDate('2031-01-01')))).daily).toBe(77_700n);
    await expect(run((tx) => proposeLimit(tx, maker, change, today))).rejects.toMatchObject({
      code: 'clearing.loads.limit-set',
    });
  });
});

it('what nobody can prove is decided by two people', async () => {
  const [maker, checker] = [await person('finance-maker'), await person('finance-checker')];
  const holder = await Holder.issue();
  const [small, large] = [await holder.open(2000), await holder.open(5000)];
  holder.credit(large);
  await holder.open(1000, { before: 1500 });
  const { rows } = await database.db.query<{ load_id: bigint }>(
    'select load_id from clearing.load where card_no = $1 and amount_fen = 5000',
    [holder.card.cardNo],
  );
  const decision = { cardNo: holder.card.cardNo, loadId: rows[0]!.load_id, evidence: 'log of the card, entry 3' };
  const { approvalId } = await transact(database.db, (tx) => proposeUndecidedLoad(tx, maker, decision));
  const approve = (who: Principal) =>
    transact(database.db, (tx) => approveUndecidedLoad(tx, who, approvalId, decision));
  await expect(approve(maker)).rejects.toMatchObject({ code: 'identity.same-person' });
  expect(await holder.state(large)).toBe('pending');
  await approve(checker);
  expect([await holder.state(small), await holder.state(large)]).toEqual(['void', 'posted']);
});

describe('credits of an employer', () => {
  it('are booked once by two people, paid out by message 8, and refused line by line when wrong', async () => {
    const [maker, checker] = [await person('finance-maker'), await person('finance-checker')];
    const holders = [await Holder.issue(), await Holder.issue()];
    const file = {
      payer: AGENT,
      account: 'bank-custody:B1',
      bankReference: `REF${nextNumber()}`,
      reason: 'subsidy, generated',
      lines: holders.map(({ card }) => ({ key: `L${nextNumber()}`, cardNo: card.cardNo, amountFen: fen(3000) })),
    };
    const propose = (over: Partial<typeof file> = {}) =>
      transact(database.db, (tx) => proposeCredits(tx, maker, { ...file, ...over }));
    const stranger = { key: `L${nextNumber()}`, cardNo: '3104580990000000000' as CardNo, amountFen: fen(1) };
    await expect(propose({ lines: [...file.lines, stranger] })).rejects.toMatchObject({
      code: 'clearing.loads.credit-lines',
    });
    const proposed = await propose();
    expect(proposed).toMatchObject({ state: 'proposed', lineCount: 2, totalFen: 6000n });
    expect((await propose()).fileId).toBe(proposed.fileId);
    // The same line in another file: nobody is paid twice.
    await expect(propose({ reason: 'another file' })).rejects.toMatchObject({ code: 'clearing.loads.credit-lines' });
    const approve = (who: Principal) => transact(database.db, (tx) => approveCredits(tx, who, proposed.fileId));
    await expect(approve(maker)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect((await approve(checker)).state).toBe('booked');
    expect((await approve(checker)).state).toBe('booked');
    const [holder] = holders;
    const { cardNo } = holder!.card;
    expect((await cardBalance(database.db, cardNo, 'pending-credit')).available).toBe(3000n);
    const load = await holder!.open(3000, { kind: 'bound-account' });
    expect(await holder!.result(load, 0)).toEqual({ code: '00' });
    expect(await holder!.purse()).toBe(3000n);
    expect((await cardBalance(database.db, cardNo, 'pending-credit')).posted).toBe(0n);
    await expect(transact(database.db, (tx) => withdrawCredits(tx, maker, proposed.fileId))).rejects.toMatchObject({
      code: 'clearing.loads.credit-file-decided',
    });
  });

  it('given up, may come again', async () => {
    const maker = await person('finance-maker');
    const holder = await Holder.issue();
    const file = {
      payer: AGENT,
      account: 'bank-custody:B1',
      bankReference: `REF${nextNumber()}`,
      reason: 'subsidy, generated',
      lines: [{ key: `L${nextNumber()}`, cardNo: holder.card.cardNo, amountFen: fen(100) }],
    };
    const first = await transact(database.db, (tx) => proposeCredits(tx, maker, file));
    expect((await transact(database.db, (tx) => withdrawCredits(tx, maker, first.fileId))).state).toBe('withdrawn');
    const second = await transact(database.db, (tx) => proposeCredits(tx, maker, { ...file, reason: 'again' }));
    expect(second.state).toBe('proposed');
  });
});
