import { transact } from '@citycard/common';
import { HsmUnavailable } from '@citycard/hsm-sim';
import { describe, expect, it } from 'vitest';
import { cardBalance } from '../ledger/balances.ts';
import { testCard } from '../ledger/test-ledger.ts';
import { setPurseStatus } from '../purses/purse.ts';
import { decideLoad } from './decide.ts';
import { lookUpLoads } from './look-up.ts';
import { addMoney, alarmsOf, AT, database, Holder, prefund, SAM, useLoads } from './load-fixture.ts';
import { authoriseLoads, type LoadRequest } from './request.ts';

useLoads();

describe('a load request', () => {
  it('opens a pending load out of the prefund and answers a MAC2 the card accepts', async () => {
    const holder = await Holder.issue();
    const before = await prefund();
    const request = holder.request(5000);
    const mac2 = holder.card.mac2({
      random: request.cardRandom,
      counter: 0,
      amount: 5000,
      sam: SAM,
      date: '20261120',
      time: '100304',
    });
    expect(await holder.ask(request)).toEqual({ code: '00', hostDate: '20261120', hostTime: '100304', mac2 });
    expect(await prefund()).toMatchObject({ posted: before.posted, available: before.available - 5000n });
    expect(await cardBalance(database.db, holder.card.cardNo)).toMatchObject({ available: 0n, pendingCredits: 5000n });
  });

  it.each<[string, string, (holder: Holder) => LoadRequest | Promise<LoadRequest>]>([
    ['A1', 'a wrong MAC1', (holder) => ({ ...holder.request(5000), mac1: Buffer.alloc(4) })],
    ['14', 'an unknown card', (holder) => ({ ...holder.request(5000), cardNo: testCard(1) })],
    [
      '51',
      'an agent without money',
      (holder) => holder.request(5000, { identity: { ...holder.request(1).identity, merchantNo: 'AGENT0000000002' } }),
    ],
    [
      '03',
      'an agent never admitted',
      (holder) => holder.request(5000, { identity: { ...holder.request(1).identity, merchantNo: 'NOBODY' } }),
    ],
    ['61', 'more than the purse cap', (holder) => holder.request(50_001, { before: 50_000 })],
    ['61', 'more than a single load may be', (holder) => holder.request(100_001)],
    ['13', 'no amount', (holder) => holder.request(0)],
    ['51', 'a bound account that is empty', (holder) => holder.request(1, { kind: 'bound-account' })],
  ])('is refused %s for %s, and nothing changes', async (code, _, make) => {
    const holder = await Holder.issue();
    const before = await prefund();
    const request = await make(holder);
    expect(await holder.ask(request)).toEqual({ code });
    expect(await holder.state(request)).toBe('none');
    expect(await prefund()).toEqual(before);
  });

  it('may fill the purse to its cap and to the single maximum', async () => {
    const holder = await Holder.issue();
    await holder.open(100_000);
    await (await Holder.issue()).open(50_000, { before: 50_000 });
  });

  it('is refused 62 for a card that is not active, 54 after its last day', async () => {
    const lost = await Holder.issue();
    await transact(database.db, (tx) => setPurseStatus(tx, lost.card.cardNo, 'lost-reported', 'generated'));
    expect(await lost.ask(lost.request(5000))).toEqual({ code: '62' });
    const old = await Holder.issue({ validTo: '2026-11-19' });
    expect(await old.ask(old.request(5000))).toEqual({ code: '54' });
    await (await Holder.issue({ validTo: '2026-11-20' })).open(5000);
  });

  it('asks for a repeat while no business day is open, and throws when the HSM is away', async () => {
    const holder = await Holder.issue();
    const tx = await database.db.connect();
    await tx.query('begin');
    await tx.query('alter table clearing.business_day disable trigger user');
    await tx.query('delete from clearing.business_day');
    const request = holder.request(5000);
    const authorised = await holder.authorise(request);
    expect(await decideLoad(tx, request, authorised)).toEqual({ code: '90' });
    await tx.query('rollback');
    tx.release();
    const away = { loadAuthoriseAll: () => Promise.reject(new HsmUnavailable('generated')) };
    await expect(authoriseLoads(away, await lookUpLoads(database.db, [request], []), [request])).rejects.toBeInstanceOf(
      HsmUnavailable,
    );
  });

  it('decided again after its answer was lost, is answered as committed', async () => {
    const holder = await Holder.issue();
    const request = await holder.open(5000);
    const later = { ...request, at: new Date(AT.getTime() + 60_000) };
    expect(await holder.ask(later)).toMatchObject({ code: '00', hostTime: '100304' });
    expect(await cardBalance(database.db, holder.card.cardNo)).toMatchObject({ pendingCredits: 5000n });
    const other = holder.request(6000, { identity: request.identity });
    expect(await holder.ask(other)).toEqual({ code: '94' });
    expect(await holder.reverse(request)).toEqual({ code: '00' });
    expect(await holder.ask(later)).toEqual({ code: '25' });
  });

  it('asks for a repeat when two of one identity met and the other time was committed', async () => {
    const holder = await Holder.issue();
    const request = holder.request(5000);
    const early = await holder.authorise({ ...request, at: new Date(AT.getTime() - 1000) });
    expect(await holder.ask(request)).toMatchObject({ code: '00' });
    expect(await transact(database.db, (tx) => decideLoad(tx, request, early))).toEqual({ code: '68' });
  });
});

describe('message 8', () => {
  it('runs from the pending credit, then from the online account', async () => {
    const holder = await Holder.issue();
    const { cardNo } = holder.card;
    await addMoney('pending-credit', 3000, cardNo);
    await addMoney('online', 4000, cardNo);
    expect(await holder.ask(holder.request(7001, { kind: 'bound-account' }))).toEqual({ code: '51' });
    const small = await holder.open(1000, { kind: 'bound-account' });
    expect((await cardBalance(database.db, cardNo, 'online')).available).toBe(4000n);
    expect((await cardBalance(database.db, cardNo, 'pending-credit')).available).toBe(2000n);
    holder.credit(small);
    const large = await holder.open(5000, { kind: 'bound-account' });
    expect(await holder.result(large, 0)).toEqual({ code: '00' });
    expect((await cardBalance(database.db, cardNo, 'pending-credit')).available).toBe(0n);
    expect((await cardBalance(database.db, cardNo, 'online')).available).toBe(1000n);
    expect(await holder.purse()).toBe(6000n);
  });

  it('when void and proved later, is posted again from the accounts it came from', async () => {
    const holder = await Holder.issue();
    const { cardNo } = holder.card;
    await addMoney('pending-credit', 1000, cardNo);
    const request = await holder.open(1000, { kind: 'bound-account' });
    await holder.reverse(request);
    expect((await cardBalance(database.db, cardNo, 'pending-credit')).available).toBe(1000n);
    expect(await holder.result(request, 0)).toEqual({ code: '00' });
    expect((await cardBalance(database.db, cardNo, 'pending-credit')).available).toBe(0n);
    expect(await alarmsOf(holder)).toEqual(['load-void-proved']);
  });
});
