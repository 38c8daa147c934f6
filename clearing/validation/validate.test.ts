import { businessDate, transact } from '@citycard/common';
import { connectHsm } from '@citycard/hsm-sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cutOff } from '../day/days.ts';
import { addHotlistEntry, confirmHotlist } from '../hotlist/hotlist.ts';
import { openCardAccounts } from '../ledger/accounts.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { applicationSerial, type CardNo } from '../purses/card-number.ts';
import { breakingBefore } from './breaking-connection.test-data.ts';
import {
  BUS_ONE,
  minutes,
  newCardNo,
  NOON,
  type PurchaseWorld,
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

async function alarms(kind: string): Promise<number> {
  const { rows } = await world.db.query('select from clearing.alarm where kind = $1', [kind]);
  return rows.length;
}

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
    await expect(validate({ rules: { tacKey: () => 'name:ABSENT' } })).rejects.toMatchObject({
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
      const db = breakingBefore(world.url, statement);
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
