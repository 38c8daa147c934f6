import { openDatabase, transact } from '@citycard/common';
import { describe, expect, it } from 'vitest';
import { createParticipant } from '../participants/participant.ts';
import { findPurse, setPurseStatus } from '../purses/purse.ts';
import { decideLoad } from './decide.ts';
import { decideUndecidedLoad } from './undecided.ts';
import { addMoney, alarmsOf, database, Holder, useLoads } from './load-fixture.ts';

useLoads();

describe('a later 0200', () => {
  it('proves the load at the counter below it, and leaves the one at its own counter pending', async () => {
    const holder = await Holder.issue();
    const first = await holder.open(5000);
    const again = await holder.open(2000);
    expect([await holder.state(first), await holder.state(again)]).toEqual(['pending', 'pending']);
    await holder.reverse(again);
    holder.credit(first);
    // The one whose amount fits the balances, the other stays void.
    await holder.open(1000);
    expect([await holder.state(first), await holder.state(again)]).toEqual(['posted', 'void']);
    expect(await holder.purse()).toBe(5000n);
  });

  it('posts the only candidate even when it is void, from the prefund, with an alarm', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('void');
    holder.credit(request);
    await holder.open(1000);
    expect([await holder.state(request), await holder.purse()]).toEqual(['posted', 5000n]);
    expect(await alarmsOf(holder)).toEqual(['load-void-proved']);
  });

  it('chooses among several, void ones too, the one that fits exactly and voids the others', async () => {
    const holder = await Holder.issue();
    const [small, large] = [await holder.loadThatIs('void', 2000), await holder.open(5000)];
    holder.credit(small);
    await holder.open(1000);
    expect([await holder.state(small), await holder.state(large)]).toEqual(['posted', 'void']);
    expect(await holder.purse()).toBe(2000n);
  });

  it('chooses the only one large enough when the card was used in between', async () => {
    const holder = await Holder.issue();
    const [small, large] = [await holder.open(2000), await holder.open(5000)];
    holder.credit(large);
    await holder.open(1000, { before: 3000 });
    expect([await holder.state(small), await holder.state(large)]).toEqual(['void', 'posted']);
  });

  it('leaves what cannot be decided to a person, once, with the evidence', async () => {
    const holder = await Holder.issue();
    const [small, large] = [await holder.open(2000), await holder.open(5000)];
    holder.credit(large);
    await holder.open(1000, { before: 1500 });
    await holder.open(1000, { before: 1500 });
    expect([await holder.state(small), await holder.state(large)]).toEqual(['pending', 'pending']);
    expect(await alarmsOf(holder)).toEqual(['load-undecided']);
    const ids = await database.db.query<{ load_id: bigint }>(
      'select load_id from clearing.load where card_no = $1 and amount_fen = 5000',
      [holder.card.cardNo],
    );
    const decide = () =>
      transact(database.db, (tx) => decideUndecidedLoad(tx, holder.card.cardNo, ids.rows[0]!.load_id));
    await decide();
    expect([await holder.state(small), await holder.state(large)]).toEqual(['void', 'posted']);
    await expect(decide()).rejects.toMatchObject({ code: 'clearing.load-decided' });
  });

  it('proves even when it is then refused itself', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('pending');
    holder.credit(request);
    expect(await holder.ask(holder.request(99_000))).toEqual({ code: '61' });
    expect(await holder.state(request)).toBe('posted');
    await transact(database.db, (tx) => setPurseStatus(tx, holder.card.cardNo, 'blocked', 'generated'));
    expect((await findPurse(database.db, holder.card.cardNo))?.highestProvenCounter).toBe(0);
  });

  it('proves nothing with a wrong MAC1', async () => {
    const holder = await Holder.issue();
    const request = await holder.loadThatIs('pending');
    holder.credit(request);
    expect(await holder.ask({ ...holder.request(1000), mac1: Buffer.alloc(4) })).toEqual({ code: 'A1' });
    expect(await holder.state(request)).toBe('pending');
  });

  it('with a counter below the highest proven one + 1 is answered 62 with an alarm', async () => {
    const holder = await Holder.issue();
    await holder.loadThatIs('posted');
    expect(await holder.ask(holder.request(1000, { counter: 0 }))).toEqual({ code: '62' });
    expect(await alarmsOf(holder)).toEqual(['load-counter-below-proven']);
    await holder.open(1000, { counter: 1, before: 5000 });
  });

  it('raises an alarm for loads on the card that nobody here knows', async () => {
    const holder = await Holder.issue();
    await holder.open(1000, { counter: 3, before: 5000 });
    expect(await alarmsOf(holder)).toEqual(['load-unknown-on-card']);
  });

  it('frees the prefund it needs by the loads it voids', async () => {
    const agent = 'AGENT0000000003';
    await transact(database.db, (tx) =>
      createParticipant(tx, { participantNo: agent, name: 'Small agent', kind: 'agent' }),
    );
    await addMoney(`agent-prefund:${agent}`, 8000);
    const holder = await Holder.issue();
    holder.terminal = { terminalNo: 'T0000003', merchantNo: agent };
    const [first, second] = [await holder.open(3000), await holder.open(5000)];
    expect(await holder.ask(holder.request(5000))).toEqual({ code: '51' });
    holder.credit(first);
    await holder.open(5000);
    expect(await holder.state(second)).toBe('void');
  });
});

describe('proof of one load', () => {
  it('voids all others of that card and counter', async () => {
    const holder = await Holder.issue();
    const [first, second, third] = [
      await holder.open(1000),
      await holder.open(2000),
      await holder.loadThatIs('void', 3000),
    ];
    expect(await holder.result(second, 0)).toEqual({ code: '00' });
    expect([await holder.state(first), await holder.state(second), await holder.state(third)]).toEqual([
      'void',
      'posted',
      'void',
    ]);
    expect(await holder.purse()).toBe(2000n);
  });

  it('by TAC takes back what balances had suggested, with an alarm', async () => {
    const holder = await Holder.issue();
    const [first, second] = [await holder.open(2000), await holder.open(5000)];
    holder.credit(first);
    await holder.open(1000);
    expect([await holder.state(first), await holder.purse()]).toEqual(['posted', 2000n]);
    expect(await holder.result(second, 0)).toEqual({ code: '00' });
    expect([await holder.state(first), await holder.state(second), await holder.purse()]).toEqual([
      'void',
      'posted',
      5000n,
    ]);
    expect(await alarmsOf(holder)).toEqual(['load-contradicted', 'load-void-proved']);
    // And back again: two TACs at one counter. Both stand, somebody has to look.
    expect(await holder.result(first, 0)).toEqual({ code: '00' });
    expect(await holder.purse()).toBe(7000n);
    expect((await alarmsOf(holder)).slice(2)).toEqual(['load-two-proofs', 'load-void-proved']);
  });

  it('by a later counter is made final by the TAC', async () => {
    const holder = await Holder.issue();
    const request = await holder.open(5000);
    holder.credit(request);
    await holder.open(1000);
    expect(await holder.result(request, 0)).toEqual({ code: '00' });
    const { rows } = await database.db.query(
      'select resolved_by, tac from clearing.load where card_no = $1 and online_counter = 0',
      [holder.card.cardNo],
    );
    expect(rows).toEqual([{ resolved_by: 'result', tac: holder.tacOf(request) }]);
  });

  it('and a reversal at the same moment: one wins, the money is right', async () => {
    const pool = openDatabase(database.url, { max: 4 });
    for (let round = 0; round < 5; round += 1) {
      const holder = await Holder.issue();
      const request = await holder.loadThatIs('pending');
      await Promise.all([holder.result(request, 0), holder.reverse(request)]);
      // Whichever came first, the card has the money and said so.
      expect([await holder.state(request), await holder.purse()]).toEqual(['posted', 5000n]);
    }
    await pool.end();
  });
});

it('a reversal that meets its own 0200 leaves nothing pending that the terminal gave up', async () => {
  for (let round = 0; round < 5; round += 1) {
    const holder = await Holder.issue();
    const request = holder.request(5000);
    const authorised = await holder.authorise(request);
    const [decision, reversal] = await Promise.all([
      transact(database.db, (tx) => decideLoad(tx, request, authorised)),
      holder.reverse(request),
    ]);
    const outcome = [decision.code, reversal.code, await holder.state(request)];
    expect([
      ['00', '00', 'void'],
      ['25', '25', 'none'],
    ]).toContainEqual(outcome);
  }
});
