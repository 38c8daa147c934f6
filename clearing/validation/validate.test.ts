import type { Socket } from 'node:net';
import { businessDate, type Database, openDatabase, transact, type Transaction } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOff } from '../day/days.ts';
import { addHotlistEntry, confirmHotlist } from '../hotlist/hotlist.ts';
import { openCardAccounts } from '../ledger/accounts.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { createParticipant } from '../participants/participant.ts';
import { assignSam, endSamAssignment } from '../participants/sam-assignment.ts';
import { applicationSerial, type CardNo } from '../purses/card-number.ts';
import {
  BUS_ONE,
  BUS_TWO,
  minutes,
  newCardNo,
  NOON,
  type PurchaseWorld,
  SAM_ONE,
  SAM_TWO,
  startPurchaseWorld,
  tap,
  TERMINAL_ONE,
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

describe('a right record', () => {
  it('is accepted: the purse pays the operator on the business day of its receipt', async () => {
    const card = await world.card(1_000);
    const before = await world.owed(`operator-pending:${BUS_ONE}`);
    const intake = await world.upload([tap(card, { amount: 300 })]);
    expect(await validate()).toEqual({ decided: 1, paidLater: 0, graysResolved: 0 });
    expect(await world.rows(intake)).toEqual([{ state: 'accepted', code: null, detail: null, postedDate: TODAY }]);
    expect(await world.balance(card)).toBe(700n);
    expect((await world.owed(`operator-pending:${BUS_ONE}`)) - before).toBe(300n);
  });

  it('may be recovered (flag 2), compound (type 09) or free of charge', async () => {
    const card = await world.card(1_000);
    const intake = await world.upload([
      tap(card, { flag: 2, offlineCounter: 1 }),
      tap(card, { transactionType: 9, offlineCounter: 2 }),
      tap(card, { amount: 0, offlineCounter: 3 }),
    ]);
    await validate();
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted', 'accepted']);
    expect((await world.rows(intake))[2]).toMatchObject({ postedDate: TODAY });
    expect(await world.balance(card)).toBe(600n);
  });

  it('leaves no history, every other outcome does', async () => {
    const card = await world.card();
    const right = tap(card);
    const intake = await world.upload([right, right]);
    await validate();
    const { rows } = await world.db.query(
      'select record_index, state, reason_code, decided_by from clearing.purchase_history where intake_id = $1',
      [intake],
    );
    expect(rows).toEqual([{ record_index: 1, state: 'duplicate', reason_code: '03', decided_by: 'validation' }]);
  });
});

describe('format', () => {
  it.each([
    ['holds an unknown record version', 'suspicious 0F', (raw: Buffer) => withByte(raw, 0, 2)],
    ['holds an unknown flag nibble', 'suspicious 0F', (raw: Buffer) => withByte(raw, 1, 4)],
    ['holds a flag bit without meaning', 'suspicious 0F', (raw: Buffer) => withByte(raw, 1, 0x10)],
    ['refuses another transaction type', 'rejected 10', (raw: Buffer) => withByte(raw, 16, 2)],
    ['refuses a date that is no BCD', 'rejected 0B', (raw: Buffer) => withByte(raw, 42, 0xab)],
    ['refuses a date that does not exist', 'rejected 0B', (raw: Buffer) => withByte(raw, 43, 0x31)],
  ])('%s', async (_, outcome, damage) => {
    const card = await world.card();
    expect(await judged(damage(tap(card)))).toEqual([outcome]);
    expect(await world.balance(card)).toBe(10_000n);
  });

  it.each([
    ['ten minutes after receipt', minutes(10), 'accepted'],
    ['a second more than that', new Date(minutes(10).getTime() + 1000), 'rejected 0B'],
    ['90 days before receipt', minutes(-90 * 24 * 60), 'accepted'],
    ['a second more than that', new Date(minutes(-90 * 24 * 60).getTime() - 1000), 'rejected 0B'],
  ])('takes a tap %s for what it is', async (_, tappedAt, outcome) => {
    expect(await judged(tap(await world.card(), { tappedAt }))).toEqual([outcome]);
  });

  it('has both limits as parameters', async () => {
    const intake = await world.upload([tap(await world.card(), { tappedAt: minutes(-3 * 24 * 60) })]);
    await validate({ rules: { recordAgeDays: 2 } });
    expect(await world.outcomes(intake)).toEqual(['rejected 0B']);
  });

  it('refuses amounts above the purse cap', async () => {
    const card = await world.card(0);
    await world.load(card, 200_000);
    expect(await judged(tap(card, { amount: 100_000 }), tap(card, { amount: 100_001, offlineCounter: 2 }))).toEqual([
      'accepted',
      'rejected 0C',
    ]);
  });

  it('decodes anything without an error', async () => {
    const intake = await world.upload([Buffer.alloc(64, 0xff), Buffer.alloc(64), Buffer.alloc(64, 0x01)]);
    await validate();
    expect(await world.outcomes(intake)).toEqual(['suspicious 0F', 'suspicious 0F', 'rejected 10']);
  });
});

describe('test cards', () => {
  it('are refused in production', async () => {
    expect(await judged(tap(await world.card(), { testCard: true }))).toEqual(['rejected 0E']);
  });

  it('belong to participants on trial, and cards in production do not', async () => {
    const trial = '904458041119998';
    const samNo = '990000000098';
    await transact(world.db, async (tx) => {
      await createParticipant(tx, { participantNo: trial, name: 'Test trial', kind: 'operator', status: 'test' });
      await assignSam(tx, { samNo, participantNo: trial, validFrom: minutes(-1e6) });
    });
    const real = tap(await world.card(), { samNo });
    const marked = tap(await world.card(), { samNo, testCard: true });
    const sandbox = tap(await world.card(1_000, { sandbox: true }), { samNo });
    const intake = await world.upload([real, marked, sandbox], { participantNo: trial });
    await validate();
    expect(await world.outcomes(intake)).toEqual(['rejected 0E', 'accepted', 'accepted']);
  });
});

describe('whose it is', () => {
  it('refuses a SAM nobody has, or another participant has', async () => {
    const card = await world.card();
    expect(
      await judged(
        tap(card, { samNo: '990000000099' }),
        tap(card, { samNo: SAM_TWO }),
        tap(card, { samNo: 'ab0000000001' }),
      ),
    ).toEqual(['rejected 09', 'rejected 09', 'rejected 09']);
  });

  it('occupies neither key with such a record', async () => {
    const card = await world.card();
    const raw = tap(card, { samNo: SAM_TWO });
    const wrong = await world.upload([raw], { participantNo: BUS_ONE });
    const right = await world.upload([raw], { participantNo: BUS_TWO });
    await validate();
    expect([await world.outcomes(wrong), await world.outcomes(right)]).toEqual([['rejected 09'], ['accepted']]);
  });

  it('asks who held the SAM when the card was tapped, not who holds it now', async () => {
    const samNo = '990000000003';
    await transact(world.db, async (tx) => {
      await assignSam(tx, { samNo, participantNo: BUS_ONE, validFrom: minutes(-600) });
      await endSamAssignment(tx, samNo, minutes(-120));
      await assignSam(tx, { samNo, participantNo: BUS_TWO, validFrom: minutes(-120) });
    });
    const card = await world.card();
    const earlier = tap(card, { samNo, tappedAt: minutes(-180), offlineCounter: 1 });
    const later = tap(card, { samNo, tappedAt: minutes(-120), offlineCounter: 2 });
    const one = await world.upload([earlier, later], { participantNo: BUS_ONE });
    const two = await world.upload([earlier, later], { participantNo: BUS_TWO });
    await validate();
    expect(await world.outcomes(one)).toEqual(['accepted', 'rejected 09']);
    expect(await world.outcomes(two)).toEqual(['rejected 09', 'accepted']);
  });
});

describe('the card', () => {
  it('is unknown without a purse, with a serial of another shape, or from a city without agreement', async () => {
    const odd = withByte(tap(newCardNo()), 4, 0x99);
    expect(await judged(tap(newCardNo()), odd, tap(newCardNo('4610')))).toEqual([
      'rejected 02',
      'rejected 02',
      'rejected 02',
    ]);
  });

  it('goes to its city when that is another one, with a gray record too', async () => {
    const card = newCardNo('4520');
    expect(await judged(tap(card), tap(card, { flag: 1, offlineCounter: 2 }))).toEqual(['routed', 'routed']);
  });

  it('must not have expired before the purchase', async () => {
    const lastDay = await world.card(1_000, { validTo: '2026-11-22' });
    const gone = await world.card(1_000, { validTo: '2026-11-21' });
    expect(await judged(tap(lastDay), tap(gone))).toEqual(['accepted', 'rejected 0D']);
  });
});

describe('the order of checks', () => {
  /** Every fault from the one named on; repaired one by one they show in this order. */
  it('is format, test flag, SAM, card, TAC, duplicate, hotlist', async () => {
    const card = await world.card();
    const good = tap(card);
    await transact(world.db, (tx) =>
      addHotlistEntry(tx, { action: 'add', applicationSerial: applicationSerial(card), reason: 'test' }),
    );
    const { rows } = await world.db.query<{ version: bigint }>('select version from clearing.hotlist_head');
    const hot = Buffer.from(good);
    hot.writeUInt32BE(Number(rows[0]?.version), 51);
    const wrongTac = withByte(hot, 47, (hot[47] ?? 0) ^ 1);
    const unknownCard = withByte(wrongTac, 8, 0x98);
    const wrongSam = withByte(unknownCard, 31, 0x77);
    const testFlag = withByte(wrongSam, 1, 0x80);
    const wrongType = withByte(testFlag, 16, 5);
    const wrongVersion = withByte(wrongType, 0, 9);
    expect(await judged(wrongVersion, wrongType, testFlag, wrongSam, unknownCard, wrongTac, hot, hot)).toEqual([
      'suspicious 0F',
      'rejected 10',
      'rejected 0E',
      'rejected 09',
      'rejected 02',
      'rejected 01',
      'rejected 06',
      'duplicate 03',
    ]);
  });
});

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

async function alarms(kind: string): Promise<number> {
  const { rows } = await world.db.query('select from clearing.alarm where kind = $1', [kind]);
  return rows.length;
}

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

describe('the hotlist in force', () => {
  async function listed(card: CardNo, action: 'add' | 'remove' = 'add', publishedAt = minutes(-120)): Promise<number> {
    const entry = { action, applicationSerial: applicationSerial(card), reason: 'test' };
    const version = await transact(world.db, (tx) => addHotlistEntry(tx, entry));
    await world.db.query('update clearing.hotlist_entry set published_at = $2 where version = $1', [
      version,
      publishedAt,
    ]);
    return Number(version);
  }

  it('is the version the record names', async () => {
    const card = await world.card();
    const version = await listed(card);
    expect(
      await judged(
        tap(card, { hotlistVersion: version - 1 }),
        tap(card, { hotlistVersion: version, offlineCounter: 2 }),
      ),
    ).toEqual(['accepted', 'rejected 06']);
  });

  it('is the last version the terminal confirmed before the tap, where that is higher', async () => {
    const card = await world.card();
    const version = await listed(card);
    await transact(world.db, (tx) => confirmHotlist(tx, TERMINAL_ONE, version, minutes(-50)));
    const before = tap(card, { tappedAt: minutes(-51), offlineCounter: 1 });
    const after = tap(card, { tappedAt: minutes(-49), offlineCounter: 2 });
    expect(await judged(before, after)).toEqual(['accepted', 'rejected 06']);
  });

  it('is whatever was published more than 24 hours before the tap', async () => {
    const published = minutes(-60 - 24 * 60);
    const [exactly, longer] = [await world.card(), await world.card()];
    await listed(exactly, 'add', published);
    await listed(longer, 'add', new Date(published.getTime() - 1000));
    expect(await judged(tap(exactly), tap(longer))).toEqual(['accepted', 'rejected 06']);
  });

  it('forgives a card that was taken off before the tap', async () => {
    const card = await world.card();
    const version = await listed(card, 'add', minutes(-300));
    await listed(card, 'remove', minutes(-100));
    expect(
      await judged(
        tap(card, { hotlistVersion: version, tappedAt: minutes(-150), offlineCounter: 1 }),
        tap(card, { hotlistVersion: version, tappedAt: minutes(-60), offlineCounter: 2 }),
      ),
    ).toEqual(['rejected 06', 'accepted']);
  });
});

describe('a purse with too little', () => {
  it('holds the purchase and pays when the load has come, oldest first', async () => {
    const card = await world.card(100);
    const intake = await world.upload([
      tap(card, { amount: 300, offlineCounter: 1 }),
      tap(card, { amount: 100, offlineCounter: 2 }),
      tap(card, { amount: 200, offlineCounter: 3 }),
    ]);
    await validate();
    expect(await world.outcomes(intake)).toEqual(['suspicious 08', 'accepted', 'suspicious 08']);
    await world.load(card, 300);
    expect(await validate()).toEqual({ decided: 0, paidLater: 1, graysResolved: 0 });
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted', 'suspicious 08']);
    await world.load(card, 200);
    await validate();
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await world.balance(card)).toBe(0n);
  });

  it('keeps its record in the chain: a copy is a duplicate', async () => {
    const raw = tap(await world.card(0));
    expect(await judged(raw, raw)).toEqual(['suspicious 08', 'duplicate 03']);
  });
});

describe('a purse without accounts', () => {
  it('holds the purchase and says so loudly, and the others go on', async () => {
    const [broken, sound] = [await world.card(0), await world.card()];
    await world.db.query('delete from clearing.card_account where card_no = $1', [broken]);
    const before = await alarms('purchase-not-posted');
    expect(await judged(tap(broken), tap(sound))).toEqual(['suspicious 0F', 'accepted']);
    await transact(world.db, (tx) => openCardAccounts(tx, broken));
    expect(await alarms('purchase-not-posted')).toBe(before + 1);
  });
});

describe('validation', () => {
  it('takes the oldest records first, as many as it is allowed', async () => {
    const card = await world.card();
    const first = await world.upload([tap(card, { offlineCounter: 1 }), tap(card, { offlineCounter: 2 })]);
    const second = await world.upload([tap(card, { offlineCounter: 3 })]);
    expect(await validate({ limit: 2 })).toMatchObject({ decided: 2 });
    expect([await world.outcomes(first), await world.outcomes(second)]).toEqual([
      ['accepted', 'accepted'],
      ['received'],
    ]);
    await validate();
  });

  it('decides nothing and says so when the HSM does not answer', async () => {
    const card = await world.card();
    const intake = await world.upload([tap(card)]);
    const nobody = connectHsm({ host: '127.0.0.1', port: 1, timeoutMs: 500 });
    await expect(validateReceived({ db: world.db, hsm: nobody })).rejects.toMatchObject({
      code: 'clearing-validation.hsm-unavailable',
    });
    await nobody.close();
    expect(await world.outcomes(intake)).toEqual(['received']);
    await validate();
    expect(await world.outcomes(intake)).toEqual(['accepted']);
  });

  it('says which key is missing when the HSM refuses', async () => {
    const intake = await world.upload([tap(await world.card())]);
    await expect(validate({ rules: { tacKey: 'name:ABSENT' } })).rejects.toMatchObject({
      code: 'clearing-validation.hsm-refused',
    });
    expect(await world.outcomes(intake)).toEqual(['received']);
    await validate();
  });

  it('decides each record once when several run at the same time', async () => {
    const cards = await Promise.all([1, 2, 3, 4].map(() => world.card(1_000)));
    const intakes = await Promise.all(cards.map((card) => world.upload([tap(card), tap(card, { offlineCounter: 2 })])));
    const passes = await Promise.all([validate({ limit: 3 }), validate({ limit: 3 }), validate({ limit: 3 })]);
    expect(passes.reduce((sum, { decided }) => sum + decided, 0)).toBe(8);
    for (const intake of intakes) expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted']);
    for (const card of cards) expect(await world.balance(card)).toBe(600n);
  });

  it('is the same after a connection broke before any of its statements', async () => {
    const short = await world.card(0);
    const card = await world.card(1_000);
    const waiting = await world.upload([tap(short, { amount: 100 })]);
    await validate();
    const right = tap(card, { offlineCounter: 2 });
    const records = [tap(card), right, right, tap(card, { offlineCounter: 4, flag: 1 }), tap(newCardNo('4520'))];
    const intake = await world.upload(records);
    await world.load(short, 100);
    let broken = 0;
    for (let statement = 1; ; statement += 1) {
      const db = breakingBefore(statement);
      try {
        await validateReceived({ db, hsm: world.hsm });
        break;
      } catch {
        broken += 1;
        // One transaction: all of the pass or nothing of it.
        expect([0, 5]).toContain((await world.outcomes(intake)).filter((outcome) => outcome !== 'received').length);
      } finally {
        await db.end();
      }
    }
    expect(broken).toBeGreaterThan(15);
    expect(await world.outcomes(intake)).toEqual(['accepted', 'accepted', 'duplicate 03', 'suspicious 05', 'routed']);
    expect(await world.outcomes(waiting)).toEqual(['accepted']);
    expect([await world.balance(card), await world.balance(short)]).toEqual([600n, 0n]);
  });

  it('leaves a ledger that proves itself', async () => {
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });
});

/** A pool whose connection is cut just before the statement of that number. */
function breakingBefore(statement: number): Database {
  const pool = openDatabase(world.url);
  let left = statement;
  const patched = new WeakSet<Transaction>();
  pool.on('acquire', (client: Transaction) => {
    if (patched.has(client)) return;
    patched.add(client);
    client.on('error', () => undefined);
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
    Object.assign(client, {
      query: (...parameters: unknown[]) => {
        left -= 1;
        if (left === 0) stream.destroy();
        return query(...parameters);
      },
    });
  });
  return pool;
}

/** Last in this file: it ends the day. */
describe('which day', () => {
  it('is that of the receipt, and the posting follows as long as that day takes purchases', async () => {
    const card = await world.card(250);
    const beforeCutOff = await world.upload([tap(card, { offlineCounter: 1, amount: 100 })]);
    const short = await world.upload([tap(card, { offlineCounter: 2, amount: 500 })]);
    const next = businessDate('2026-11-23');
    await transact(world.db, (tx) => cutOff(tx, TODAY));
    // The terminal's clock says before midnight; the record came after the cut-off.
    const afterCutOff = await world.upload([tap(card, { offlineCounter: 3, amount: 50 })], { receivedAt: NOON });
    await validate();
    expect(await world.rows(beforeCutOff)).toMatchObject([{ state: 'accepted', postedDate: TODAY }]);
    expect(await world.rows(afterCutOff)).toMatchObject([{ state: 'accepted', postedDate: next }]);
    await world.db.query(`update clearing.business_day set state = 'validated' where business_date = $1`, [TODAY]);
    await world.load(card, 1_000);
    await validate();
    expect(await world.rows(short)).toMatchObject([{ state: 'accepted', postedDate: next }]);
    const { rows } = await world.db.query(
      `select business_date, sum(amount_fen)::bigint as fen from clearing.ledger_transfer
          where posting_key like 'purchase:%' and card_no = $1 group by 1 order by 1`,
      [card],
    );
    expect(rows).toEqual([
      { business_date: TODAY, fen: 100n },
      { business_date: next, fen: 550n },
    ]);
  });
});
