import { businessDate, cityDate, commonMigrations, fen, startTestDatabase, transact } from '@citycard/common';
import { afterAll, beforeAll, expect } from 'vitest';
import { alarmsAfter } from '../alarms/alarm.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { TEST_DAY, testCard, transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import { openPurse } from '../purses/purse.ts';
import { decideLoad, decideLoads, loadStateForRepeat } from './decide.ts';
import { lookUpLoads } from './look-up.ts';
import type { LoadIdentity, OriginalReference } from './load.ts';
import { authoriseLoads, type LoadAuthorisation, type LoadRequest } from './request.ts';
import type { LoadResult, LoadReversal } from './settle.ts';
import { startTestHsm, TestCard } from './test-card.ts';

export const AT = new Date('2026-11-20T02:03:04Z');
export const SAM = '100000000001';
export const AGENT = 'AGENT0000000001';
export const PREFUND = `agent-prefund:${AGENT}`;

export let database: Awaited<ReturnType<typeof startTestDatabase>>;
export let device: Awaited<ReturnType<typeof startTestHsm>>;

/** A real database and HSM for the tests of a file; when they are done the ledger has to hold. */
export function useLoads(): void {
  beforeAll(start);
  afterAll(async () => {
    expect(await verifyLedger(database.db)).toMatchObject({ ok: true });
    await Promise.all([database.stop(), device.stop()]);
  });
}

async function start(): Promise<void> {
  [database, device] = await Promise.all([startTestDatabase([commonMigrations, clearingMigrations]), startTestHsm()]);
  await transact(database.db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TEST_DAY]);
    await createParticipant(tx, { participantNo: AGENT, name: 'Generated agent', kind: 'agent' });
    await createParticipant(tx, { participantNo: 'AGENT0000000002', name: 'Agent without money', kind: 'agent' });
    await postOrThrow(tx, TEST_DAY, []);
  });
  await addMoney(PREFUND, 50_000_000);
}

let sequence = 0;
/** Makes generated names differ. */
export const nextNumber = (): number => (sequence += 1);

export async function addMoney(account: string, amount: number, cardNo?: TestCard['cardNo']): Promise<void> {
  await transact(database.db, async (tx) => {
    await tx.query(
      `insert into clearing.account (account_code, kind, normal_side, opened_at, terms_sha256)
       select 'bank-custody:B1', 'bank-custody', 'debit', now(), clearing.account_terms_hash('bank-custody:B1', 'bank-custody', 'debit', null, null, now())
       on conflict do nothing`,
    );
    await postOrThrow(tx, TEST_DAY, [transfer(`money:${nextNumber()}`, 'bank-custody:B1', account, amount, cardNo)]);
  });
}

/** A card in somebody's hand: what it says of itself, and the terminal that speaks for it. */
export class Holder {
  readonly card = new TestCard(testCard(9000 + nextNumber()));
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
    const traceNo = String(nextNumber()).padStart(6, '0');
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
    const authorised = await this.authorise(request);
    return transact(database.db, (tx) => decideLoad(tx, request, authorised));
  }

  async authorise(request: LoadRequest): Promise<LoadAuthorisation> {
    const [authorised] = await authoriseLoads(device.hsm, await lookUpLoads(database.db, [request], []), [request]);
    return only(authorised);
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

  resultOf(request: LoadRequest, outcome: 0 | 1 | 2, over: Partial<LoadResult> = {}): LoadResult {
    return {
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
    };
  }

  result(request: LoadRequest, outcome: 0 | 1 | 2, over: Partial<LoadResult> = {}) {
    return settle(this.resultOf(request, outcome, over));
  }

  reversalOf({ identity, cardNo, amount, ...request }: LoadRequest, over: Partial<LoadReversal> = {}): LoadReversal {
    const original = originalOf({ identity, ...request });
    return { original, identity, cardNo, amount, reason: '98', at: AT, ...over };
  }

  async reverse(request: LoadRequest, over: Partial<LoadReversal> = {}) {
    const reversal = this.reversalOf(request, over);
    const decided = await transact(database.db, (tx) => decideLoads(tx, device.hsm, [{ act: 'reversal', reversal }]));
    return only(decided[0]);
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

/** What a list of one has. */
function only<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the list is empty');
  return value;
}

/** Decides one result, its TAC asked inside the transaction. */
export async function settle(result: LoadResult) {
  const decided = await transact(database.db, (tx) => decideLoads(tx, device.hsm, [{ act: 'result', result }]));
  return only(decided[0]);
}

export const originalOf = ({ identity }: { identity: LoadIdentity }): OriginalReference => ({
  batchNo: identity.batchNo,
  traceNo: identity.traceNo,
  date: '1120',
});

export async function alarmsOf(holder: Holder): Promise<string[]> {
  return (await alarmsAfter(database.db, 0n, 10_000))
    .filter((alarm) => alarm.subject.includes(holder.card.cardNo))
    .map((alarm) => alarm.kind);
}

export const prefund = () => accountBalance(database.db, PREFUND);
