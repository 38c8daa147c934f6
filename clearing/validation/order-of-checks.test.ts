import { transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHotlistEntry } from '../hotlist/hotlist.ts';
import { createParticipant } from '../participants/participant.ts';
import { assignSam, endSamAssignment } from '../participants/sam-assignment.ts';
import { applicationSerial } from '../purses/card-number.ts';
import {
  BUS_ONE,
  BUS_TWO,
  minutes,
  newCardNo,
  type PurchaseWorld,
  SAM_TWO,
  startPurchaseWorld,
  tap,
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
