import { businessDate, cityDate, fen, openDatabase, startTestDatabase, transact } from '@citycard/common';
import { HsmUnavailable } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { TEST_DAY, testCard, transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import { findPurse, openPurse, setPurseStatus } from '../purses/purse.ts';
import { authoriseWithHsm, decideLoad, type LoadRequest, loadStateForRepeat } from './decide.ts';
import type { LoadIdentity, OriginalReference } from './load.ts';
import { decideUndecidedLoad, reverseLoad, settleLoadResult } from './settle.ts';
import { startTestHsm, TestCard } from './test-card.ts';

const AT = new Date('2026-11-20T02:03:04Z');
const SAM = '100000000001';
const AGENT = 'AGENT0000000001';
const PREFUND = `agent-prefund:${AGENT}`;

let database: Awaited<ReturnType<typeof startTestDatabase>>;
let device: Awaited<ReturnType<typeof startTestHsm>>;
beforeAll(async () => {
  [database, device] = await Promise.all([startTestDatabase([clearingMigrations]), startTestHsm()]);
  await transact(database.db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TEST_DAY]);
    await createParticipant(tx, { participantNo: AGENT, name: 'Generated agent', kind: 'agent' });
    await createParticipant(tx, { participantNo: 'AGENT0000000002', name: 'Agent without money', kind: 'agent' });
    await postOrThrow(tx, TEST_DAY, []);
  });
  await addMoney(PREFUND, 50_000_000);
});
afterAll(async () => {
  expect(await verifyLedger(database.db)).toMatchObject({ ok: true });
  await Promise.all([database.stop(), device.stop()]);
});

let sequence = 0;
async function addMoney(account: string, amount: number, cardNo?: TestCard['cardNo']): Promise<void> {
  await transact(database.db, async (tx) => {
    await tx.query(
      `insert into clearing.account (account_code, kind, normal_side, opened_at, terms_sha256)
       select 'bank-custody:B1', 'bank-custody', 'debit', now(), clearing.account_terms_hash('bank-custody:B1', 'bank-custody', 'debit', null, null, now())
       on conflict do nothing`,
    );
    await postOrThrow(tx, TEST_DAY, [transfer(`money:${(sequence += 1)}`, 'bank-custody:B1', account, amount, cardNo)]);
  });
}

/** A card in somebody's hand: what it says of itself, and the terminal that speaks for it. */
class Holder {
  readonly card = new TestCard(testCard(9000 + (sequence += 1)));
  balance = 0;
  counter = 0;
  terminal = { terminalNo: 'T0000001', merchantNo: AGENT };

  static async issue(over: { validTo?: string; algorithm?: '3des' } = {}): Promise<Holder> {
    const holder = new Holder();
    await transact(database.db, (tx) =>
      openPurse(tx, {
        cardNo: holder.card.cardNo,
        algorithm: '3des',
        mainType: 1,
        subType: 0,
        purseCap: fen(100_000),
        validFrom: businessDate('2026-01-01'),
        validTo: businessDate(over.validTo ?? '2036-01-01'),
      }),
    );
    return holder;
  }

  request(amount: number, over: Partial<LoadRequest> & { counter?: number; before?: number } = {}): LoadRequest {
    const { counter = this.counter, before = this.balance, ...rest } = over;
    const cardRandom = Buffer.from('a1b2c3d4', 'hex');
    const traceNo = String((sequence += 1)).padStart(6, '0');
    return {
      identity: { ...this.terminal, batchNo: '000001', traceNo },
      kind: 'agent-cash',
      cardNo: this.card.cardNo,
      amount: fen(amount),
      samNo: SAM,
      at: AT,
      cardRandom,
      onlineCounter: counter,
      balanceBefore: fen(before),
      mac1: this.card.mac1({ random: cardRandom, counter, before, amount, sam: SAM }),
      ...rest,
    };
  }

  async ask(request: LoadRequest) {
    const authorised = await authoriseWithHsm(device.hsm, database.db, request);
    return transact(database.db, (tx) => decideLoad(tx, request, authorised));
  }

  /** A load the host agreed to; the card has not been credited yet. */
  async open(amount: number, over: Parameters<Holder['request']>[1] = {}): Promise<LoadRequest> {
    const request = this.request(amount, over);
    expect(await this.ask(request)).toMatchObject({ code: '00' });
    return request;
  }

  /** The card is credited: from now on it says so. */
  credit(request: LoadRequest): void {
    this.balance = Number(request.balanceBefore + request.amount);
    this.counter = request.onlineCounter + 1;
  }

  tacOf(request: LoadRequest): Buffer {
    return this.card.loadTac({
      after: Number(request.balanceBefore + request.amount),
      counter: request.onlineCounter,
      amount: Number(request.amount),
      sam: SAM,
      date: '20261120',
      time: '100304',
    });
  }

  result(request: LoadRequest, outcome: 0 | 1 | 2, over: Partial<Parameters<typeof settleLoadResult>[2]> = {}) {
    return transact(database.db, (tx) =>
      settleLoadResult(tx, device.hsm, {
        original: originalOf(request),
        identity: request.identity,
        cardNo: this.card.cardNo,
        amount: request.amount,
        outcome,
        tac: outcome === 0 ? this.tacOf(request) : Buffer.alloc(4),
        balanceAfter: fen(request.balanceBefore + request.amount),
        onlineCounterBefore: request.onlineCounter,
        at: AT,
        ...over,
      }),
    );
  }

  reverse(request: LoadRequest, over: Partial<Parameters<typeof reverseLoad>[1]> = {}) {
    const { identity, cardNo, amount } = request;
    const reversal = { original: originalOf(request), identity, cardNo, amount, reason: '98', at: AT, ...over };
    return transact(database.db, (tx) => reverseLoad(tx, reversal));
  }

  async state(request: LoadRequest): Promise<string> {
    return transact(database.db, (tx) => loadStateForRepeat(tx, request.identity, request.cardNo, cityDate(AT)));
  }

  async purse(): Promise<bigint> {
    return (await cardBalance(database.db, this.card.cardNo)).posted;
  }

  /** Brings a fresh load into a state of the table. */
  async loadThatIs(state: 'pending' | 'posted' | 'void', amount = 5000): Promise<LoadRequest> {
    const request = await this.open(amount);
    if (state === 'posted') expect(await this.result(request, 0)).toEqual({ code: '00' });
    if (state === 'void') expect(await this.reverse(request)).toEqual({ code: '00' });
    expect(await this.state(request)).toBe(state);
    return request;
  }
}

const originalOf = ({ identity }: { identity: LoadIdentity }): OriginalReference => ({
  batchNo: identity.batchNo,
  traceNo: identity.traceNo,
  date: '1120',
});

async function alarmsOf(holder: Holder): Promise<string[]> {
  return (await alarmsAfter(database.db, 0n, 10_000))
    .filter((alarm) => alarm.subject.includes(holder.card.cardNo))
    .map((alarm) => alarm.kind);
}

const prefund = () => accountBalance(database.db, PREFUND);

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
    const authorised = await authoriseWithHsm(device.hsm, database.db, request);
    expect(await decideLoad(tx, request, authorised)).toEqual({ code: '90' });
    await tx.query('rollback');
    tx.release();
    const away = { loadAuthorise: () => Promise.reject(new HsmUnavailable('generated')) };
    await expect(authoriseWithHsm(away, database.db, request)).rejects.toBeInstanceOf(HsmUnavailable);
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
    const early = await authoriseWithHsm(device.hsm, database.db, { ...request, at: new Date(AT.getTime() - 1000) });
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

describe('what settles a load', () => {
  const otherwise: [
    string,
    (holder: Holder, request: LoadRequest) => Partial<Parameters<typeof settleLoadResult>[2]>,
  ][] = [
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
      postOrThrow(tx, TEST_DAY, [transfer(`drain:${(sequence += 1)}`, PREFUND, 'bank-custody:B1', fen(available))]),
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
      return transact(database.db, (tx) =>
        settleLoadResult(tx, device.hsm, {
          ...zeros,
          cardNo: holder.card.cardNo,
          outcome: 0,
          tac,
          balanceAfter,
          onlineCounterBefore,
          amount,
          at: AT,
        }),
      );
    };
    expect(await from({ tac: Buffer.alloc(4) })).toEqual({ code: '25' });
    expect(await from({ onlineCounterBefore: 1 })).toEqual({ code: '25' });
    expect(await from({ amount: fen(4000) })).toEqual({ code: '64' });
    expect(await from({})).toEqual({ code: '00' });
    expect([await holder.state(request), await holder.state(wrong)]).toEqual(['posted', 'void']);
  });
});

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
    const authorised = await authoriseWithHsm(device.hsm, database.db, request);
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
