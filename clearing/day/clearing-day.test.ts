import { addDays, type BusinessDate, fen, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountBalance } from '../ledger/balances.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { listPositions } from '../netting/net-day.ts';
import { approveSettlement, proposeSettlement } from '../settlement/approval.ts';
import { listMessages } from '../settlement/instruct.ts';
import { settlePayment } from '../settlement/payment-outcome.ts';
import { listSheets, sheetsSha256 } from '../settlement/sheets.ts';
import { advanceAsFarAsPossible, advanceDay } from './advance.ts';
import { cutOff, listDays, openDay, readDay } from './days.ts';
import { listStages } from './evidence.ts';
import { DAY_STATES } from './transitions.ts';
import {
  approve,
  BUS,
  BUS_TWO,
  buy,
  CITY,
  DAY,
  fillDay,
  insertRecord,
  instruct,
  NEXT_DAY,
  PEOPLE,
  startTestCity,
  TAXI,
  WATER,
} from './test-city.ts';

let city: Awaited<ReturnType<typeof startTestCity>>;
const inOneCity = () => {
  beforeAll(async () => {
    city = await startTestCity();
  });
  afterAll(async () => {
    await city.stop();
  });
};
/** The tests of one city follow one another day by day. */
const openDate = async (): Promise<BusinessDate> => (await listDays(city.db, 1))[0]!.date;

async function payAll(date: BusinessDate = DAY): Promise<void> {
  const { rows } = await city.db.query<{ end_to_end_id: string; amount_fen: bigint }>(
    `select end_to_end_id, amount_fen from clearing.payment where business_date = $1 and state = 'pending'`,
    [date],
  );
  for (const row of rows) {
    const booked = { endToEndId: row.end_to_end_id, amountFen: fen(row.amount_fen) };
    const outcome = await transact(city.db, (tx) =>
      settlePayment(tx, {
        ...booked,
        bookedAt: new Date('2026-11-23T02:00:00Z'),
        bankReference: `REF-${row.end_to_end_id}`,
      }),
    );
    expect(outcome).toEqual({ outcome: 'settled' });
  }
}

const postedFen = async (code: string): Promise<bigint> => (await accountBalance(city.db, code)).posted;

/** Everything the day left behind that must not depend on how often or where it was interrupted. */
async function imprint(date: BusinessDate): Promise<unknown> {
  const tables = ['pricing_line', 'net_obligation', 'net_position', 'settlement_sheet', 'payment'];
  const contents = await Promise.all(
    tables.map(async (table) => {
      const { rows } = await city.db.query<{ row: Record<string, unknown> }>(
        `select to_jsonb(t) - 'decided_at' as row from clearing.${table} t order by 1`,
      );
      return rows.map(({ row }) => row);
    }),
  );
  const { rows: accounts } = await city.db.query(
    'select account_code, debits_posted, credits_posted, debits_pending, credits_pending from clearing.account order by 1',
  );
  const { rows: transfers } = await city.db.query('select count(*) as count from clearing.ledger_transfer');
  return [...contents, accounts, transfers, (await listStages(city.db, date)).map(({ stage }) => stage)];
}

describe('clearing days', () => {
  inOneCity();

  it('are refused when they are unknown, still open, or not the next one', async () => {
    const { db, deps } = city;
    const unknown = { code: 'clearing-day.unknown' };
    await expect(advanceDay(deps, NEXT_DAY)).rejects.toMatchObject(unknown);
    await expect(cutOff(db, NEXT_DAY)).rejects.toMatchObject(unknown);
    const open = transact(db, (tx) => openDay(tx, NEXT_DAY));
    await expect(open).rejects.toMatchObject({ code: 'clearing-day.already-open' });
    expect(await advanceDay(deps, DAY)).toBe('open');
  });

  it('go from open to closed, with every fen where it belongs and evidence for each stage', async () => {
    const { db, deps } = city;
    await fillDay(db);
    await cutOff(db, DAY);
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('netted');

    // 0.5 % of what is left pending; the water company's bills have moved on and leave nothing to price.
    const sheets = await listSheets(db, DAY);
    expect(
      sheets.map((sheet) => [sheet.participantNo, sheet.feeFen, sheet.otherFen, sheet.payableFen, sheet.disposition]),
    ).toEqual([
      [BUS, 105n, 0n, 20_896n, 'pay'],
      [BUS_TWO, 150n, 0n, 29_850n, 'pay'],
      [TAXI, 35n, 0n, 6_965n, 'carry'],
      [WATER, 0n, 3_000n, 3_000n, 'pay'],
      [CITY, 0n, 1_500n, 1_500n, 'pay'],
    ]);
    expect(await postedFen('fee-income:main')).toBe(290n);
    expect(await postedFen(`operator-pending:${BUS}`)).toBe(0n);
    expect(await postedFen('city-receivable:4520')).toBe(0n);
    expect((await listPositions(db, DAY)).reduce((sum, { netFen }) => sum + netFen, 0n)).toBe(0n);

    await approve(db);
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('instructed');
    const custody = await accountBalance(db, 'bank-custody:622800000001');
    expect(custody).toMatchObject({ posted: 1_000_000n, pendingCredits: 55_246n });
    expect(await listMessages(db)).toMatchObject([
      { messageId: 'PAY-20261120-1', count: 4, amountFen: 55_246n, requestedDate: '2026-11-23' },
    ]);

    await payAll(DAY);
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('closed');
    expect(await postedFen('bank-custody:622800000001')).toBe(1_000_000n - 55_246n);
    expect(await postedFen(`operator-payable:${TAXI}`)).toBe(6_965n);
    expect((await listStages(db, DAY)).map(({ stage }) => stage)).toEqual(DAY_STATES.slice(1));
    expect(await listMessages(db)).toEqual([]);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
    expect((await listDays(db)).map(({ date, state }) => [date, state])).toEqual([
      [NEXT_DAY, 'open'],
      [DAY, 'closed'],
    ]);
  });

  it('change nothing when every step is taken again', async () => {
    const { db, deps } = city;
    const date = await openDate();
    await fillDay(db, date);
    const first = await cutOff(db, date);
    expect(await cutOff(db, date)).toEqual({ ...first, repeated: true });
    await transact(db, (tx) => openDay(tx, addDays(date, 1)));
    await advanceAsFarAsPossible(deps, date);
    const netted = await imprint(date);
    expect(await advanceDay(deps, date)).toBe('netted');
    expect(await imprint(date)).toEqual(netted);
    const proposal = () =>
      transact(db, async (tx) => proposeSettlement(tx, PEOPLE.maker, date, sheetsSha256(await listSheets(tx, date))));
    const { approvalId } = await proposal();
    expect(await proposal()).toEqual({ approvalId });
    const confirm = () => transact(db, (tx) => approveSettlement(tx, PEOPLE.checker, date, approvalId));
    const approved = await confirm();
    expect(await confirm()).toEqual(approved);
    await advanceAsFarAsPossible(deps, date);
    const instructed = await imprint(date);
    expect(await confirm()).toMatchObject({ state: 'instructed' });
    expect(await advanceDay(deps, date)).toBe('instructed');
    expect(await imprint(date)).toEqual(instructed);
    await payAll(date);
    await advanceAsFarAsPossible(deps, date);
    const closed = await imprint(date);
    expect(await advanceDay(deps, date)).toBe('closed');
    expect(await cutOff(db, date)).toMatchObject({ state: 'closed', repeated: true });
    expect(await imprint(date)).toEqual(closed);
  });

  it('happen once with three workers at once', async () => {
    const { db, deps } = city;
    const date = await openDate();
    await fillDay(db, date);
    const cuts = await Promise.all([cutOff(db, date), cutOff(db, date), cutOff(db, date)]);
    expect(cuts.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const together = () => Promise.all([1, 2, 3].map(() => advanceAsFarAsPossible(deps, date)));
    await together();
    expect((await readDay(db, date)).state).toBe('netted');
    await approve(db, date);
    await together();
    await payAll(date);
    await together();
    expect((await readDay(db, date)).state).toBe('closed');
    expect(await listMessages(db, date)).toHaveLength(1);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  });

  it('close without a payment, and carry what cannot be paid into the next day’s sheet', async () => {
    const { db, deps } = city;
    const date = await openDate();
    const next = addDays(date, 1);
    await instruct(deps, date);
    expect((await readDay(db, date)).state).toBe('closed');
    const carried = (await listSheets(db, date))[0];
    expect(carried).toMatchObject({ participantNo: TAXI, disposition: 'carry', state: 'carried' });
    await db.query(
      `update clearing.participant set settlement_account = '{"accountNo":"62281","bankLineNo":"102458000011","accountName":"Taxi (test)"}' where participant_no = $1`,
      [TAXI],
    );
    await buy(db, next, 'purse', TAXI, 1_000);
    await instruct(deps, next);
    expect((await readDay(db, next)).state).toBe('instructed');
    const sheets = await listSheets(db, next);
    const carriedInFen = carried?.payableFen ?? 0n;
    expect(sheets).toMatchObject([
      { participantNo: TAXI, carriedInFen, payableFen: carriedInFen + 995n, state: 'instructed' },
    ]);
    expect((await listSheets(db, date))[0]?.carriedInto).toBe(sheets[0]?.sheetNo);

    // That day waits for the bank; the one after it waits only with its formal close.
    const after = addDays(next, 1);
    await buy(db, after, 'purse', BUS, 1_000);
    await instruct(deps, after);
    await payAll(after);
    expect(await advanceAsFarAsPossible(deps, after)).toBe('settled');
    await payAll(next);
    expect(await advanceAsFarAsPossible(deps, next)).toBe('closed');
    expect(await advanceAsFarAsPossible(deps, after)).toBe('closed');
    expect(await postedFen(`operator-payable:${TAXI}`)).toBe(0n);
  });

  it('hold money without a tariff, let the others go, and price it on the first day that has one', async () => {
    const { db, deps } = city;
    const date = await openDate();
    const next = addDays(date, 1);
    await fillDay(db, date);
    await db.query(`update clearing.tariff set participant_no = $1`, [BUS]);
    await instruct(deps, date);
    expect((await listSheets(db, date)).map(({ participantNo }) => participantNo)).toEqual([BUS, WATER, CITY]);
    expect(await postedFen(`operator-pending:${TAXI}`)).toBe(7_000n);
    const { rows: alarms } = await db.query(
      `select subject from clearing.alarm where kind = 'no-tariff-in-force' order by 1`,
    );
    expect(alarms).toEqual([{ subject: BUS_TWO }, { subject: TAXI }, { subject: WATER }]);
    await db.query(`insert into clearing.tariff (kind, rate, valid_from) values ('by-amount', 5000, $1)`, [next]);
    await buy(db, next, 'purse', TAXI, 1_000);
    await instruct(deps, next);
    expect((await listSheets(db, next)).find(({ participantNo }) => participantNo === TAXI)).toMatchObject({
      periodFrom: date,
      salesCount: 2n,
      salesFen: 8_000n,
      feeFen: 40n,
    });
    expect(await postedFen(`operator-pending:${TAXI}`)).toBe(0n);
  });

  it('keep their evidence', async () => {
    const once = 'only ever added to';
    await expect(city.db.query(`update clearing.day_stage set evidence = '{}'`)).rejects.toThrow(once);
    await expect(city.db.query(`delete from clearing.day_stage`)).rejects.toThrow(once);
    await expect(city.db.query(`delete from clearing.day_report`)).rejects.toThrow(once);
  });
});

describe('a day stops, and changes nothing, at', () => {
  inOneCity();
  const broken = { code: 'clearing-day.evidence-broken' };
  const unproven = { code: 'clearing-day.proof-failed' };
  const stranger = { date: DAY, to: BUS, amount: 500 };
  const propose = (sha256: string) => transact(city.db, (tx) => proposeSettlement(tx, PEOPLE.both, DAY, sha256));

  it('an accepted record without its posting', async () => {
    const { db, deps } = city;
    await fillDay(db);
    const early = propose('0'.repeat(64));
    await expect(early).rejects.toMatchObject({ code: 'clearing-day.transition-refused' });
    await insertRecord(db, { ...stranger, intakeId: 997n, state: 'accepted', code: null });
    await cutOff(db, DAY);
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject(unproven);
    await db.query('delete from clearing.purchase_record where intake_id = 997');
    expect(await advanceDay(deps, DAY)).toBe('validated');
  });

  it('a record that appeared behind the stage, decided or not', async () => {
    const { db, deps } = city;
    await insertRecord(db, { ...stranger, intakeId: 999n, state: 'rejected', code: '01' });
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject(broken);
    await db.query(`delete from clearing.purchase_record where state = 'rejected'`);
    await insertRecord(db, { ...stranger, intakeId: 998n, state: 'received', code: null });
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject({ code: 'clearing-day.undecided' });
    await db.query(`delete from clearing.purchase_record where state = 'received'`);
    expect(await advanceDay(deps, DAY)).toBe('priced');
  });

  it('a price changed, or money moved, behind the stage', async () => {
    const { db, deps } = city;
    const change = (fee: number) =>
      db.query(
        'update clearing.pricing_line set fee_fen = fee_fen + $2, net_fen = net_fen - $2 where participant_no = $1',
        [BUS, fee],
      );
    await change(1);
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject(broken);
    await change(-1);
    // A posting that claims to be a settlement but belongs to no sheet: the payable account no longer fits the sheets.
    const [payable, custody] = [`operator-payable:${BUS}`, 'bank-custody:622800000001'];
    await transact(db, (tx) => postOrThrow(tx, DAY, [transfer('settlement:nobody', payable, custody, 5)]));
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject(unproven);
    await transact(db, (tx) => postOrThrow(tx, DAY, [transfer('settlement:back', custody, payable, 5)]));
    expect(await advanceDay(deps, DAY)).toBe('netted');
  });

  it('a checker who is the maker, and sheets other than those proposed', async () => {
    const { db } = city;
    await expect(propose('0'.repeat(64))).rejects.toMatchObject({ code: 'clearing-day.sheets-changed' });
    const { approvalId } = await propose(sheetsSha256(await listSheets(db, DAY)));
    const confirm = (who: (typeof PEOPLE)['both' | 'checker']) =>
      transact(db, (tx) => approveSettlement(tx, who, DAY, approvalId));
    await expect(confirm(PEOPLE.both)).rejects.toMatchObject({ code: 'identity.same-person' });
    await db.query(
      `update clearing.settlement_sheet set settlement_account = settlement_account || '{"accountNo":"666"}' where disposition = 'pay'`,
    );
    await expect(confirm(PEOPLE.checker)).rejects.toMatchObject({ code: 'identity.content-differs' });
    expect((await readDay(db, DAY)).state).toBe('netted');
  });
});
