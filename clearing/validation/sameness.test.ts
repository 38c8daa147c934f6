import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BUS_ONE,
  minutes,
  newCardNo,
  type PurchaseWorld,
  SAM_ONE,
  startPurchaseWorld,
  tap,
  TODAY,
} from './purchase-fixture.ts';
import { validateReceived, type ValidationOptions } from './validate.ts';

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
});
afterAll(() => world.stop());

const validate = (options: ValidationOptions = {}) => validateReceived(world, options);

/** Uploads the records together, judges them, answers what became of each. */
async function judged(...records: Buffer[]): Promise<string[]> {
  const intake = await world.upload(records);
  await validate();
  return world.outcomes(intake);
}

const withByte = (raw: Buffer, offset: number, value: number): Buffer => {
  const copy = Buffer.from(raw);
  copy[offset] = value;
  return copy;
};

describe('sameness', () => {
  it('refuses a wrong TAC, which blocks nothing', async () => {
    const card = await world.card();
    const right = tap(card);
    const forged = withByte(right, 29, (right[29] ?? 0) + 1);
    expect(await judged(forged, right, forged)).toEqual(['rejected 01', 'accepted', 'rejected 01']);
  });

  it('takes an equal record for a duplicate, whatever flags, card types, keys, hotlist version and industry say', async () => {
    const card = await world.card();
    const right = tap(card);
    const other = Buffer.from(right);
    other[1] = 2;
    for (const offset of [14, 15, 17, 18, 19, 54, 55, 60]) other[offset] = 0x77;
    expect(await judged(right, right, other)).toEqual(['accepted', 'duplicate 03', 'duplicate 03']);
    expect(await judged(other)).toEqual(['duplicate 03']);
    expect(await world.balance(card)).toBe(9_800n);
  });

  it.each([
    ['counter', { offlineCounter: 5 }, {}],
    ['SAM and transaction number', { samTransactionNo: 77 }, { offlineCounter: 9 }],
    ['both keys, with another amount', { offlineCounter: 5, samTransactionNo: 78 }, { amount: 999 }],
    ['both keys, with another balance', { offlineCounter: 5, samTransactionNo: 79 }, { balanceBefore: 5 }],
  ])('holds the later one of two with the same %s when the earlier one is posted', async (_, shared, differing) => {
    const card = await world.card();
    expect(await judged(tap(card, shared))).toEqual(['accepted']);
    const balance = await world.balance(card);
    expect(await judged(tap(card, { ...shared, ...differing }))).toEqual(['suspicious 04']);
    expect(await world.balance(card)).toBe(balance);
  });

  it('holds both when neither is posted', async () => {
    const card = await world.card();
    expect(await judged(tap(card), tap(card))).toEqual(['suspicious 04', 'suspicious 04']);
    expect(await world.balance(card)).toBe(10_000n);
  });

  it('holds one that waits for money as well', async () => {
    const card = await world.card(100);
    const waiting = await world.upload([tap(card, { amount: 500 })]);
    await validate();
    expect(await world.outcomes(waiting)).toEqual(['suspicious 08']);
    expect(await judged(tap(card, { amount: 50 }))).toEqual(['suspicious 04']);
    await world.load(card, 10_000);
    await validate();
    expect(await world.outcomes(waiting)).toEqual(['suspicious 04']);
  });

  it('takes a copy of a held record for a duplicate', async () => {
    const card = await world.card();
    const [first, second] = [tap(card), tap(card)];
    await judged(first);
    expect(await judged(second)).toEqual(['suspicious 04']);
    expect(await judged(second, first)).toEqual(['duplicate 03', 'duplicate 03']);
  });

  it('tells a person of a conflict', async () => {
    const card = await world.card();
    const before = await alarms('purchase-conflict');
    await judged(tap(card), tap(card));
    expect(await alarms('purchase-conflict')).toBe(before + 1);
  });

  it('belongs to issuer city and card: others may use the same counter and transaction number', async () => {
    const [one, two] = [await world.card(), await world.card()];
    expect(await judged(tap(one, { samTransactionNo: 5 }), tap(two, { samTransactionNo: 5 }))).toEqual([
      'accepted',
      'accepted',
    ]);
  });
});

describe('a gray record', () => {
  const keys = { offlineCounter: 7, samTransactionNo: 700 };

  it('is held', async () => {
    expect(await judged(tap(await world.card(), { ...keys, flag: 1 }))).toEqual(['suspicious 05']);
  });

  it.each(['together', 'gray first', 'gray last'])(
    'is replaced by the right record of its purchase (%s)',
    async (order) => {
      const card = await world.card();
      const complete = tap(card, { ...keys, flag: 2 });
      const gray = tap(card, { ...keys, flag: 1 });
      if (order === 'together') expect(await judged(gray, complete)).toEqual(['duplicate 03', 'accepted']);
      else {
        const first = await world.upload([order === 'gray first' ? gray : complete]);
        await validate();
        const second = await world.upload([order === 'gray first' ? complete : gray]);
        await validate();
        const outcomes = [...(await world.outcomes(first)), ...(await world.outcomes(second))];
        expect(outcomes).toEqual(order === 'gray first' ? ['duplicate 03', 'accepted'] : ['accepted', 'duplicate 03']);
      }
      expect(await world.balance(card)).toBe(9_800n);
    },
  );

  it.each(['together', 'gray first', 'gray last'])(
    'is refused by another purchase with its counter (%s)',
    async (order) => {
      const card = await world.card();
      const another = tap(card, { offlineCounter: 7 });
      const gray = tap(card, { ...keys, flag: 1 });
      if (order === 'together') expect(await judged(gray, another)).toEqual(['rejected 05', 'accepted']);
      else {
        const first = await world.upload([order === 'gray first' ? gray : another]);
        await validate();
        const second = await world.upload([order === 'gray first' ? another : gray]);
        await validate();
        const outcomes = [...(await world.outcomes(first)), ...(await world.outcomes(second))];
        expect(outcomes).toEqual(order === 'gray first' ? ['rejected 05', 'accepted'] : ['accepted', 'rejected 05']);
      }
    },
  );

  it('never conflicts and is not moved by a record with a wrong TAC', async () => {
    const card = await world.card();
    const forged = tap(card, { ...keys, tac: Buffer.from('00000001', 'hex') });
    const sameTransaction = tap(card, { ...keys, offlineCounter: 8 });
    expect(await judged(tap(card, { ...keys, flag: 1 }), forged, sameTransaction)).toEqual([
      'suspicious 05',
      'rejected 01',
      'accepted',
    ]);
  });

  it('is paid, when its time has come, if the debit shows in the next purchase of the card', async () => {
    const card = await world.card(5_000);
    const gray = tap(card, { ...keys, flag: 1, amount: 300, balanceBefore: 5_000 });
    const copy = Buffer.from(gray);
    const intake = await world.upload([
      gray,
      copy,
      tap(card, { offlineCounter: 8, amount: 100, balanceBefore: 4_700 }),
    ]);
    expect(await validate()).toMatchObject({ graysResolved: 0 });
    expect(await world.outcomes(intake)).toEqual(['suspicious 05', 'suspicious 05', 'accepted']);
    expect(await validate({ rules: { grayWaitMs: 0 } })).toMatchObject({ graysResolved: 2 });
    expect(await world.outcomes(intake)).toEqual(['accepted', 'duplicate 03', 'accepted']);
    expect(await world.balance(card)).toBe(4_600n);
    // The record recovered after all is the same purchase.
    const recovered = tap(card, { ...keys, flag: 2, amount: 300, balanceBefore: 5_000 });
    expect(await judged(recovered)).toEqual(['duplicate 03']);
  });

  it('stays held when the balances do not meet, and is paid when a load lies between', async () => {
    const card = await world.card(5_000);
    const intake = await world.upload([
      tap(card, { ...keys, flag: 1, amount: 300, balanceBefore: 5_000, tappedAt: minutes(-90) }),
      tap(card, { offlineCounter: 8, amount: 100, balanceBefore: 5_700, tappedAt: minutes(-30) }),
    ]);
    await validate({ rules: { grayWaitMs: 0 } });
    expect(await world.outcomes(intake)).toEqual(['suspicious 05', 'accepted']);
    await world.db.query(
      `insert into clearing.load (card_no, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
              balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, opened_at, resolved_at)
       values ($1, 'T9000009', $2, '000001', '000001', $3, 'agent-cash', 0, 4700, 1000, $4, '20261122', '110000', 'k', 'posted', $5, $5)`,
      [card, BUS_ONE, TODAY, SAM_ONE, minutes(-60)],
    );
    await validate({ rules: { grayWaitMs: 0 } });
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted']);
  });
});

describe('a report of a locked card (flag 3)', () => {
  it('moves no money, is known by card, SAM, date and time, and stands outside the counter chain', async () => {
    const card = await world.card();
    const lock = tap(card, { flag: 3, amount: 0 });
    const again = tap(card, { flag: 3, amount: 0, offlineCounter: 9 });
    const later = tap(card, { flag: 3, amount: 0, tappedAt: minutes(-59) });
    const intake = await world.upload([lock, again, later, tap(card)]);
    await validate();
    expect(await world.outcomes(intake)).toEqual(['accepted', 'duplicate 03', 'accepted', 'accepted']);
    expect((await world.rows(intake))[0]).toMatchObject({ postedDate: null });
    expect(await judged(lock)).toEqual(['duplicate 03']);
    // The counter is shown that a terminal has locked the card, and since when.
    const known = await world.db.query<{ locks: bigint }>(
      'select count(*) as locks from clearing.card_lock where card_no = $1',
      [card],
    );
    expect(known.rows).toEqual([{ locks: 2n }]);
    expect(await world.balance(card)).toBe(9_800n);
  });

  it('has amount 0 and TAC zero', async () => {
    const card = await world.card();
    const withTac = tap(card, { flag: 3, amount: 0, tac: Buffer.from('01020304', 'hex') });
    expect(await judged(tap(card, { flag: 3, amount: 1 }), withTac)).toEqual(['rejected 0C', 'rejected 01']);
  });

  it('is taken for a card of another city too, which has nothing to settle', async () => {
    expect(await judged(tap(newCardNo('4520'), { flag: 3, amount: 0 }))).toEqual(['accepted']);
  });
});

async function alarms(kind: string): Promise<number> {
  const { rows } = await world.db.query('select from clearing.alarm where kind = $1', [kind]);
  return rows.length;
}
