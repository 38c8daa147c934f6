import { cardNo, type CardNo, clearingMigrations, openAccount, openPurse, postOrThrow } from '@citycard/clearing';
import {
  businessDate,
  commonMigrations,
  fen,
  luhnDigit,
  startTestDatabase,
  type TestDatabase,
  transact,
} from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconciliationMigrations } from '../migrations.ts';
import { KeptResults } from '../matching/kept-result.ts';
import { bestOf, driftOfCard } from './drift.ts';
import { lookAtCards } from './look.ts';

const DAY = businessDate('2026-11-10');

let database: TestDatabase;
let db: TestDatabase['db'];
let numbers = 0;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations, reconciliationMigrations]);
  db = database.db;
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [DAY]);
    await openAccount(tx, 'bank-custody:test');
    await openAccount(tx, 'write-off:main');
  });
});
afterAll(() => database.stop());

const next = () => (numbers += 1);

/** A card whose purse holds so much, whatever the card itself says. */
async function card(purse: number): Promise<CardNo> {
  const body = `310458099${String(next()).padStart(9, '0')}`;
  const no = cardNo(body + luhnDigit(body));
  await transact(db, async (tx) => {
    await openPurse(tx, {
      cardNo: no,
      algorithm: '3des',
      validFrom: DAY,
      validTo: businessDate('2036-01-01'),
      purseCap: fen(100_000),
      mainType: 1,
      subType: 0,
    });
    const leg = { debit: 'bank-custody:test', credit: 'purse', amount: fen(purse) };
    await postOrThrow(tx, DAY, [{ cardNo: no, key: `test:${next()}`, reason: 'generated', legs: [leg] }]);
  });
  return no;
}

/** A purchase as it stands when it has its outcome; those with a right TAC have their place on the card. */
async function purchase(
  no: CardNo,
  {
    counter,
    before,
    amount,
    state = 'accepted',
    code,
    at = '2026-11-10T04:00:00Z',
  }: {
    counter: number;
    before: number;
    amount: number;
    state?: string;
    code?: string;
    at?: string;
  },
): Promise<void> {
  const intake = next();
  const values = [no, DAY, intake, counter, before, amount, at];
  await db.query(
    `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter, balance_before_fen,
       amount_fen, sam_no, sam_transaction_no, tapped_at, flag, industry, hotlist_version, participant_no, state, reason_code, decided_at)
     values ($1, $2, $3, 0, decode(repeat('00', 64), 'hex'), '4580', $4, $5, $6, '990000000001', $3, $7, 0, 1, 0, 'BUS1', $8, $9, now())`,
    [...values, state, code ?? null],
  );
  if (code === '05' || code === '01' || code === '03') return;
  await db.query(
    `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256, business_date,
       intake_id, record_index, balance_before_fen, amount_fen, tapped_at) values ($1, '4580', $4, '990000000001', $3, 'x', $2, $3, 0, $5, $6, $7)`,
    values,
  );
}

const load = (no: CardNo, over: { counter: number; before: number; amount: number; state?: string; at: string }) =>
  db.query(
    `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter, balance_before_fen, amount_fen,
       sam_no, host_date, host_time, posting_key, state, opened_at)
     values ($1, 'T1', 'AGENT1', '000001', $2, $3, 'agent-cash', $4, $5, $6, '990000000009', '20261110', '120000', $2, $7, $8)`,
    [no, String(next()), DAY, over.counter, over.before, over.amount, over.state ?? 'posted', over.at],
  );

const gap = (no: CardNo, from: number, spent: number | null) =>
  db.query(
    `insert into clearing.chain_gap (card_no, from_counter, to_counter, before_at, spent_fen, noticed_at) values ($1, $2, $2, now(), $3, now())`,
    [no, from, spent],
  );

describe('the balance of a card', () => {
  it('is what its last record says, or its last load when that came later', async () => {
    const ridden = await card(9_000);
    await purchase(ridden, { counter: 1, before: 10_000, amount: 1_000 });
    const loaded = await card(14_000);
    await purchase(loaded, { counter: 1, before: 10_000, amount: 1_000, at: '2026-11-10T02:00:00Z' });
    await load(loaded, { counter: 3, before: 9_000, amount: 5_000, at: '2026-11-10T05:00:00Z' });
    const clockAhead = await card(14_000);
    await purchase(clockAhead, { counter: 1, before: 10_000, amount: 1_000, at: '2026-11-10T05:03:00Z' });
    await load(clockAhead, { counter: 0, before: 9_000, amount: 5_000, at: '2026-11-10T05:00:00Z' });
    // Its terminal's clock is two hours slow: the rides came after the load, as their balances say.
    const clockSlow = await card(13_500);
    await purchase(clockSlow, { counter: 1, before: 10_000, amount: 1_000, at: '2026-11-10T02:00:00Z' });
    await load(clockSlow, { counter: 1, before: 9_000, amount: 5_000, at: '2026-11-10T05:00:00Z' });
    await purchase(clockSlow, { counter: 2, before: 14_000, amount: 300, at: '2026-11-10T03:00:00Z' });
    await purchase(clockSlow, { counter: 3, before: 13_700, amount: 200, at: '2026-11-10T03:10:00Z' });
    // A ride is missing before the load: no balances meet, and the clocks say what came last.
    const ridesMissing = await card(13_500);
    await purchase(ridesMissing, { counter: 1, before: 10_000, amount: 1_000, at: '2026-11-10T02:00:00Z' });
    await load(ridesMissing, { counter: 1, before: 8_500, amount: 5_000, at: '2026-11-10T05:00:00Z' });
    const cards = [ridden, loaded, clockAhead, clockSlow, ridesMissing];
    expect(await Promise.all(cards.map((no) => driftOfCard(db, no)))).toEqual(cards.map(() => undefined));
  });

  it('differs for reasons that are known, each for itself and together', async () => {
    const held = await card(10_000);
    await purchase(held, { counter: 1, before: 10_000, amount: 700, state: 'suspicious', code: '08' });
    expect(await driftOfCard(db, held)).toMatchObject({ drift: 700n, causes: { held: 700n }, unexplained: 0n });

    const missing = await card(9_800);
    await purchase(missing, { counter: 2, before: 9_500, amount: 200 });
    await gap(missing, 1, 500);
    expect(await driftOfCard(db, missing)).toMatchObject({ drift: 500n, causes: { missing: 500n }, unexplained: 0n });

    const torn = await card(9_800);
    await purchase(torn, { counter: 1, before: 10_000, amount: 200 });
    await purchase(torn, { counter: 2, before: 9_800, amount: 300, state: 'suspicious', code: '05' });
    expect(await driftOfCard(db, torn)).toBeUndefined();
    await purchase(torn, { counter: 3, before: 9_500, amount: 0 });
    expect(await driftOfCard(db, torn)).toMatchObject({ drift: 300n, causes: { doubtful: 300n }, unexplained: 0n });

    const pending = await card(5_000);
    await load(pending, { counter: 1, before: 5_000, amount: 2_000, state: 'pending', at: '2026-11-10T03:00:00Z' });
    await purchase(pending, { counter: 1, before: 7_000, amount: 0 });
    expect(await driftOfCard(db, pending)).toMatchObject({ drift: -2_000n, unexplained: 0n });

    const refused = await card(10_000);
    await purchase(refused, { counter: 1, before: 10_000, amount: 300, state: 'rejected', code: '06' });
    await purchase(refused, { counter: 2, before: 9_700, amount: 400, state: 'rejected', code: '01' });
    expect(await driftOfCard(db, refused)).toMatchObject({ drift: 300n, unexplained: 0n });
  });

  it('that nothing explains is a difference and an alarm, once, and ends when the two agree', async () => {
    const lost = await card(9_000);
    await purchase(lost, { counter: 1, before: 8_000, amount: 500 });
    const first = await transact(db, (tx) => lookAtCards(tx, DAY));
    expect(first).toEqual({ found: 1, opened: 1, ended: 0 });
    expect(await transact(db, (tx) => lookAtCards(tx, DAY))).toEqual({ found: 1, opened: 0, ended: 0 });
    const { rows: alarms } = await db.query(
      `select subject, evidence from clearing.alarm where kind = 'card-balance-drift'`,
    );
    expect(alarms).toMatchObject([{ subject: `card ${lost}`, evidence: { driftFen: 1_500, unexplainedFen: 1_500 } }]);
    const { rows } = await db.query(
      'select cards, equal, explained, explained_fen, unexplained, unexplained_fen from reconciliation.card_look',
    );
    expect(rows).toEqual([
      { cards: 11n, equal: 5n, explained: 5n, explained_fen: 3_800n, unexplained: 1n, unexplained_fen: 1_500n },
    ]);
    await purchase(lost, { counter: 2, before: 9_500, amount: 500 });
    expect(await transact(db, (tx) => lookAtCards(tx, DAY))).toEqual({ found: 0, opened: 0, ended: 1 });
  });

  it('is explained by whichever causes leave least', () => {
    const left = (...of: Parameters<typeof bestOf>) => bestOf(...of).left;
    expect(left(0n, [300n], false)).toBe(0n);
    expect(left(300n, [300n, 500n], false)).toBe(0n);
    expect(left(800n, [300n, 500n], false)).toBe(0n);
    expect(left(-200n, [300n, -200n], false)).toBe(0n);
    expect(left(301n, [300n, 500n], false)).toBe(1n);
    expect(bestOf(900n, [1_000n], true)).toEqual({ left: 900n, happened: [false] });
    expect(left(-900n, [], true)).toBe(-900n);
  });

  it('and its causes are lines of a match that adds them up', async () => {
    const { rows } = await db.query<{ run_no: bigint; states: Record<string, { results: number }> }>(
      `select run_no, states from reconciliation.match_run where plan = 'card-balances' order by run_no`,
    );
    expect(rows[0]?.states).toMatchObject({ amount: { theirLines: 1 } });
    const results = new KeptResults(db);
    const lines = await results.rows(rows[0]?.run_no ?? 0n, { state: 'equal', offset: 0, limit: 100 });
    await results.close();
    const added = lines.filter((line) => line['pass'] === 'balance with its causes' && line['ourLine'] !== undefined);
    // Five cards that differ for a reason: the purse and its cause.
    expect(added).toHaveLength(10);
    expect(added[0]?.['explanation']).toMatch(/in group \d+ of 2 of ours and 1 of theirs; \d+ fen on both sides/);
  });
});
