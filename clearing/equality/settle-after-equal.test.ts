import { transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUS, buy, DAY, fillDay, instruct, NEXT_DAY, PEOPLE, startTestCity, TAXI } from '../day/test-city.ts';
import { listSheets } from '../settlement/sheets.ts';
import {
  approveSettleAfterEqual,
  declareEqual,
  proposeSettleAfterEqual,
  type SettleAfterEqual,
} from './settle-after-equal.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
beforeAll(async () => {
  city = await startTestCity();
});
afterAll(() => city.stop());

const set = (change: SettleAfterEqual) =>
  transact(city.db, async (tx) => {
    const { approvalId } = await proposeSettleAfterEqual(tx, PEOPLE.maker, change);
    await approveSettleAfterEqual(tx, PEOPLE.checker, approvalId, change);
  });
const sheetOf = async (date: typeof DAY, participantNo: string) =>
  (await listSheets(city.db, date)).find((sheet) => sheet.participantNo === participantNo);

describe('a participant that is settled only after both sides are equal', () => {
  it('is carried while a day is not, and paid with what was carried when all are', async () => {
    const terms = { participantNo: BUS, afterEqual: true, from: DAY };
    await set(terms);
    await expect(set(terms)).rejects.toMatchObject({ code: 'clearing.equality.nothing-changes' });
    await expect(set({ ...terms, participantNo: 'NOBODY' })).rejects.toMatchObject({
      code: 'clearing.equality.participant-unknown',
    });
    await fillDay(city.db);
    await instruct(city.deps);
    const waiting = await sheetOf(DAY, BUS);
    expect(waiting).toMatchObject({ disposition: 'carry', carryReason: `both sides are not equal since ${DAY}` });
    expect((await sheetOf(DAY, TAXI))?.carryReason).not.toContain('equal');
    await buy(city.db, NEXT_DAY, 'purse', BUS, 1_000);
    await transact(city.db, async (tx) => {
      await declareEqual(tx, BUS, DAY, true);
      await declareEqual(tx, BUS, NEXT_DAY, true);
      await declareEqual(tx, BUS, NEXT_DAY, false);
      await declareEqual(tx, BUS, NEXT_DAY, true);
    });
    await instruct(city.deps, NEXT_DAY);
    const paid = await sheetOf(NEXT_DAY, BUS);
    expect(paid).toMatchObject({ disposition: 'pay', carriedInFen: waiting?.payableFen });
    await set({ ...terms, afterEqual: false });
  });
});
