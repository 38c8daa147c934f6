import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@citycard/common';
import { verifyLedger } from '../ledger/verify.ts';
import { breakingBefore } from './breaking-connection.test-data.ts';
import { type PurchaseWorld, startPurchaseWorld, tap } from './purchase-fixture.ts';
import { openPurchases, undecidedCount } from './overview.ts';
import { validateReceived } from './validate.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

/** Records that have to do with those just before them: repeats, clashes, gray ones explained later, a purse that runs dry. */
async function uploadMixed(): Promise<{ intake: bigint; balances: () => Promise<bigint[]> }> {
  const [one, two, three] = [await world.card(1_000), await world.card(1_000), await world.card(250)];
  const first = tap(one);
  const gray = { offlineCounter: 2, samTransactionNo: 77_000_001, flag: 1 };
  const intake = await world.upload([
    first,
    tap(two),
    first,
    tap(one, gray),
    tap(two, { amount: 300 }),
    tap(one, { ...gray, flag: 2 }),
    tap(three),
    tap(three, { offlineCounter: 2 }),
    first,
    tap(three, { offlineCounter: 3, amount: 50 }),
    tap(two, { offlineCounter: 2, tac: Buffer.alloc(4, 9) }),
    tap(two, { offlineCounter: 3 }),
    tap(two, { offlineCounter: 3, amount: 400 }),
  ]);
  return { intake, balances: () => Promise.all([one, two, three].map((card) => world.balance(card))) };
}

describe('sets that are under way at once', () => {
  let asOne: { outcomes: string[]; balances: bigint[] };
  beforeAll(async () => {
    const { intake, balances } = await uploadMixed();
    await validateReceived({ db: world.db, hsm: world.hsm });
    asOne = { outcomes: await world.outcomes(intake), balances: await balances() };
  });

  it('have all kinds of outcomes to get right', () => {
    expect(new Set(asOne.outcomes)).toEqual(
      new Set(['accepted', 'duplicate 03', 'suspicious 04', 'suspicious 08', 'rejected 01']),
    );
  });

  it.each([1, 4])('never pay twice, and know a repeat, in sets of %i', async (setSize) => {
    const { intake, balances } = await uploadMixed();
    const { decided } = await validateReceived({ db: world.db, hsm: world.hsm }, { setSize });
    expect(decided).toBe(13);
    const outcomes = await world.outcomes(intake);
    // A clash with a purchase of a set in front finds it paid; in one set both are held.
    const clashing = [1, 4, 11, 12];
    expect(outcomes.filter((_, place) => !clashing.includes(place))).toEqual(
      asOne.outcomes.filter((_, place) => !clashing.includes(place)),
    );
    for (const place of [4, 12]) expect(outcomes[place]).toBe('suspicious 04');
    const [one, , three] = await balances();
    expect([one, three]).toEqual([asOne.balances[0], asOne.balances[2]]);
  });

  it('are told apart from what still waits, and gone on with by another process', async () => {
    const before = await undecidedCount(world.db);
    const { intake } = await uploadMixed();
    expect(await validateReceived({ db: world.db, hsm: world.hsm }, { setSize: 4, limit: 6 })).toMatchObject({
      decided: 6,
    });
    expect((await world.outcomes(intake)).filter((outcome) => outcome !== 'received')).toHaveLength(6);
    expect(await undecidedCount(world.db)).toBe(before + 7);
    expect(await openPurchases(world.db, { states: ['received'] })).toHaveLength(7);
    const { rows } = await world.db.query<{ count: bigint; amount_fen: bigint }>(
      `select sum(count)::bigint as count, sum(amount_fen)::bigint as amount_fen from clearing.day_outcome
        where business_date = (select business_date from clearing.intake where intake_id = $1)`,
      [intake],
    );
    const { rows: taken } = await world.db.query<{ count: bigint; amount_fen: bigint }>(
      `select sum(record_count)::bigint as count, sum(amount_fen)::bigint as amount_fen from clearing.intake
        where business_date = (select business_date from clearing.intake where intake_id = $1)`,
      [intake],
    );
    expect(rows).toEqual(taken);

    const another = openDatabase(world.url);
    try {
      expect(await validateReceived({ db: another, hsm: world.hsm })).toMatchObject({ decided: 7 });
    } finally {
      await another.end();
    }
    expect(await undecidedCount(world.db)).toBe(before);
    expect(await world.outcomes(intake)).not.toContain('received');
    expect(await validateReceived({ db: world.db, hsm: world.hsm })).toMatchObject({ decided: 0 });
  });

  it('are the same when a pass is sorted on disk, and gone on with by another process', async () => {
    const { intake, balances } = await uploadMixed();
    await uploadMixed();
    const sizes = { setSize: 4, sortedInMemory: 3 };
    expect(await validateReceived({ db: world.db, hsm: world.hsm }, { ...sizes, limit: 8 })).toMatchObject({
      decided: 8,
    });
    const another = openDatabase(world.url);
    try {
      expect(await validateReceived({ db: another, hsm: world.hsm }, sizes)).toMatchObject({ decided: 18 });
    } finally {
      await another.end();
    }
    // Who is held of two that clash depends on the sets.
    const clashing = [1, 4, 11, 12];
    const others = (outcomes: readonly string[]) => outcomes.filter((_, place) => !clashing.includes(place));
    expect(others(await world.outcomes(intake))).toEqual(others(asOne.outcomes));
    const [one, , three] = await balances();
    expect([one, three]).toEqual([asOne.balances[0], asOne.balances[2]]);
  });

  it('leave no set half done, wherever a connection breaks', async () => {
    const { intake } = await uploadMixed();
    let broken = 0;
    for (let statement = 1; ; statement += 1) {
      const db = breakingBefore(world.url, statement);
      try {
        await validateReceived({ db, hsm: world.hsm }, { setSize: 3 });
        break;
      } catch {
        broken += 1;
        const judged = (await world.outcomes(intake)).filter((outcome) => outcome !== 'received').length;
        expect([0, 3, 5, 8, 10, 13]).toContain(judged);
      } finally {
        await db.end();
      }
    }
    expect(broken).toBeGreaterThan(20);
    while ((await validateReceived({ db: world.db, hsm: world.hsm })).decided > 0);
    const outcomes = await world.outcomes(intake);
    expect(outcomes).toHaveLength(13);
    expect(outcomes).not.toContain('received');
    expect(outcomes.filter((outcome) => outcome === 'duplicate 03')).toHaveLength(3);
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });
});
