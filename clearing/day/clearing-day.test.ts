import { type BusinessDate, fen, transact } from '@citycard/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
beforeEach(async () => {
  city = await startTestCity();
});
afterEach(async () => {
  await city.stop();
});

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
async function imprint(): Promise<unknown> {
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
  return [...contents, accounts, transfers, (await listStages(city.db, DAY)).map(({ stage }) => stage)];
}

describe('a clearing day', () => {
  it('goes from open to closed, with every fen where it belongs and evidence for each stage', async () => {
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

    await payAll();
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

  it('carries what cannot be paid into the next day’s sheet', async () => {
    const { db, deps } = city;
    await fillDay(db);
    await instruct(deps);
    await db.query(
      `update clearing.participant set settlement_account = '{"accountNo":"62281","bankLineNo":"102458000011","accountName":"Taxi (test)"}' where participant_no = $1`,
      [TAXI],
    );
    await buy(db, NEXT_DAY, 'purse', TAXI, 1_000);
    // Day one still waits for the bank; that holds up only its own close.
    await instruct(deps, NEXT_DAY);
    expect((await readDay(db, NEXT_DAY)).state).toBe('instructed');
    const sheets = await listSheets(db, NEXT_DAY);
    expect(sheets).toMatchObject([
      { participantNo: TAXI, carriedInFen: 6_965n, payableFen: 7_960n, state: 'instructed' },
    ]);
    expect((await listSheets(db, DAY)).find(({ participantNo }) => participantNo === TAXI)?.carriedInto).toBe(
      sheets[0]?.sheetNo,
    );
    await payAll(NEXT_DAY);
    expect(await advanceAsFarAsPossible(deps, NEXT_DAY)).toBe('settled');
    await payAll();
    expect(await advanceAsFarAsPossible(deps, DAY)).toBe('closed');
    expect(await advanceAsFarAsPossible(deps, NEXT_DAY)).toBe('closed');
    expect(await postedFen(`operator-payable:${TAXI}`)).toBe(0n);
  });

  it('closes a day on which nothing happened', async () => {
    await instruct(city.deps);
    expect((await readDay(city.db, DAY)).state).toBe('closed');
  });

  it('holds money without a tariff, lets the others go, and prices it with the first day that has one', async () => {
    const { db, deps } = city;
    await fillDay(db);
    await db.query(`update clearing.tariff set participant_no = $1`, [BUS]);
    await instruct(deps);
    expect((await listSheets(db, DAY)).map(({ participantNo }) => participantNo)).toEqual([BUS, WATER, CITY]);
    expect(await postedFen(`operator-pending:${TAXI}`)).toBe(7_000n);
    const { rows: alarms } = await db.query(
      `select subject from clearing.alarm where kind = 'no-tariff-in-force' order by 1`,
    );
    expect(alarms).toEqual([{ subject: BUS_TWO }, { subject: TAXI }, { subject: WATER }]);
    await db.query(`insert into clearing.tariff (kind, rate, valid_from) values ('by-amount', 5000, '2026-11-21')`);
    await buy(db, NEXT_DAY, 'purse', TAXI, 1_000);
    await instruct(deps, NEXT_DAY);
    expect((await listSheets(db, NEXT_DAY)).find(({ participantNo }) => participantNo === TAXI)).toMatchObject({
      ...{ periodFrom: DAY, salesCount: 2n, salesFen: 8_000n, feeFen: 40n },
    });
    expect(await postedFen(`operator-pending:${TAXI}`)).toBe(0n);
  });
});

describe('every step again', () => {
  it('changes nothing', async () => {
    const { db, deps } = city;
    await fillDay(db);
    const first = await cutOff(db, DAY);
    expect(await cutOff(db, DAY)).toEqual({ ...first, repeated: true });
    await transact(db, (tx) => openDay(tx, NEXT_DAY));
    await advanceAsFarAsPossible(deps, DAY);
    const netted = await imprint();
    expect(await advanceDay(deps, DAY)).toBe('netted');
    expect(await imprint()).toEqual(netted);
    const proposal = async () =>
      transact(db, async (tx) => proposeSettlement(tx, PEOPLE.maker, DAY, sheetsSha256(await listSheets(tx, DAY))));
    const { approvalId } = await proposal();
    expect(await proposal()).toEqual({ approvalId });
    const confirm = () => transact(db, (tx) => approveSettlement(tx, PEOPLE.checker, DAY, approvalId));
    const approved = await confirm();
    expect(await confirm()).toEqual(approved);
    await advanceAsFarAsPossible(deps, DAY);
    const instructed = await imprint();
    expect(await confirm()).toMatchObject({ state: 'instructed' });
    expect(await advanceDay(deps, DAY)).toBe('instructed');
    expect(await imprint()).toEqual(instructed);
    await payAll();
    await advanceAsFarAsPossible(deps, DAY);
    const closed = await imprint();
    expect(await advanceDay(deps, DAY)).toBe('closed');
    expect(await cutOff(db, DAY)).toMatchObject({ state: 'closed', repeated: true });
    expect(await imprint()).toEqual(closed);
  });

  it('by two workers at once happens once', async () => {
    const { db, deps } = city;
    await fillDay(db);
    const cuts = await Promise.all([cutOff(db, DAY), cutOff(db, DAY), cutOff(db, DAY)]);
    expect(cuts.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const together = () => Promise.all([1, 2, 3].map(() => advanceAsFarAsPossible(deps, DAY)));
    await together();
    expect((await readDay(db, DAY)).state).toBe('netted');
    await approve(db);
    await together();
    await payAll();
    await together();
    expect((await readDay(db, DAY)).state).toBe('closed');
    expect(await listMessages(db, DAY)).toHaveLength(1);
    expect(await verifyLedger(db)).toMatchObject({ ok: true });
  });
});

describe('what must not happen', () => {
  it('a checker who is the maker, sheets other than those proposed, approval of an unnetted day', async () => {
    const { db, deps } = city;
    await fillDay(db);
    const propose = (sha256: string) => transact(db, (tx) => proposeSettlement(tx, PEOPLE.both, DAY, sha256));
    await expect(propose('0'.repeat(64))).rejects.toMatchObject({ code: 'clearing-day.transition-refused' });
    await cutOff(db, DAY);
    await advanceAsFarAsPossible(deps, DAY);
    await expect(propose('0'.repeat(64))).rejects.toMatchObject({ code: 'clearing-day.sheets-changed' });
    const { approvalId } = await propose(sheetsSha256(await listSheets(db, DAY)));
    const confirm = (who: (typeof PEOPLE)['both' | 'checker']) =>
      transact(db, (tx) => approveSettlement(tx, who, DAY, approvalId));
    await expect(confirm(PEOPLE.both)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect((await readDay(db, DAY)).state).toBe('netted');
    await db.query(
      `update clearing.settlement_sheet set settlement_account = settlement_account || '{"accountNo":"666"}' where disposition = 'pay'`,
    );
    await expect(confirm(PEOPLE.checker)).rejects.toMatchObject({ code: 'identity.content-differs' });
    expect((await readDay(db, DAY)).state).toBe('netted');
  });

  it('an undecided record, a record changed behind a stage, money moved behind a stage', async () => {
    const { db, deps } = city;
    await fillDay(db);
    await cutOff(db, DAY);
    expect(await advanceDay(deps, DAY)).toBe('validated');
    const stranger = { date: DAY, intakeId: 1n, to: BUS, amount: 5 };
    await insertRecord(db, { ...stranger, state: 'rejected', code: '01' }).catch(async () => {
      await insertRecord(db, { ...stranger, intakeId: 999n, state: 'rejected', code: '01' });
    });
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject({ code: 'clearing-day.evidence-broken' });
    await db.query(`delete from clearing.purchase_record where state = 'rejected'`);
    await insertRecord(db, { ...stranger, intakeId: 998n, state: 'received', code: null });
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject({ code: 'clearing-day.undecided' });
    await db.query(`delete from clearing.purchase_record where state = 'received'`);
    expect(await advanceDay(deps, DAY)).toBe('priced');
    await db.query(
      'update clearing.pricing_line set fee_fen = fee_fen + 1, net_fen = net_fen - 1 where participant_no = $1',
      [BUS],
    );
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject({ code: 'clearing-day.evidence-broken' });
    expect((await readDay(db, DAY)).state).toBe('priced');
  });

  it('an accepted record without its posting, or a sheet that the ledger does not owe', async () => {
    const { db, deps } = city;
    await insertRecord(db, { date: DAY, intakeId: 997n, to: BUS, amount: 500, state: 'accepted', code: null });
    await cutOff(db, DAY);
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject({ code: 'clearing-day.proof-failed' });
    await db.query('delete from clearing.purchase_record');
    await advanceDay(deps, DAY);
    await advanceDay(deps, DAY);
    // A posting that claims to be a settlement without a sheet: the payable account no longer fits the sheets.
    await transact(db, async (tx) => {
      await tx.query(
        `insert into clearing.account (account_code, kind, normal_side, opened_at, terms_sha256) select 'operator-payable:' || $1, 'operator-payable', 'credit', opened_at, terms_sha256 from clearing.account limit 1`,
        [BUS],
      );
      await postOrThrow(tx, DAY, [
        transfer('settlement:nobody', `operator-payable:${BUS}`, 'bank-custody:622800000001', 5),
      ]);
    });
    await expect(advanceDay(deps, DAY)).rejects.toMatchObject({ code: 'clearing-day.proof-failed' });
  });

  it('an unknown day, a day opened while another is open, a day opened in the past', async () => {
    const { db, deps } = city;
    const unknown = { code: 'clearing-day.unknown' };
    await expect(advanceDay(deps, NEXT_DAY)).rejects.toMatchObject(unknown);
    await expect(cutOff(db, NEXT_DAY)).rejects.toMatchObject(unknown);
    await expect(transact(db, (tx) => openDay(tx, NEXT_DAY))).rejects.toMatchObject({
      code: 'clearing-day.already-open',
    });
    expect(await advanceDay(deps, DAY)).toBe('open');
  });

  it('evidence rewritten', async () => {
    await cutOff(city.db, DAY);
    await expect(city.db.query(`update clearing.day_stage set evidence = '{}'`)).rejects.toThrow('only ever added to');
    await expect(city.db.query(`delete from clearing.day_stage`)).rejects.toThrow('only ever added to');
  });
});
