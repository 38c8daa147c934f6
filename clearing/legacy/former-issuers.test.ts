import {
  businessDate,
  commonMigrations,
  createPrincipal,
  fen,
  type Principal,
  startTestDatabase,
  transact,
} from '@citycard/common';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatPosition } from '../float/float-position.ts';
import { openAccount, openCardAccounts } from '../ledger/accounts.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { TEST_DAY, testCard } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import {
  bookAdjustment,
  bookConversions,
  bookImportedBalances,
  migratedBalanceOf,
  openFormerIssuer,
  receivableOf,
} from './bookings.ts';
import { coverageOfFormerIssuers, uncoveredParts } from './coverage.ts';
import { approveTransfer, proposeTransfer } from './transfer.ts';

const GAS = 'GAS00001';
const WATER = 'WATER001';
const CUSTODY = 'bank-custody:622800000001';
const person = (id: string): Principal => ({ id, name: id, kind: 'person', roles: [] });
const [maker, checker] = [person('maker'), person('checker')];
const CARD = testCard(1);

let database: Awaited<ReturnType<typeof startTestDatabase>>;
beforeAll(async () => {
  database = await startTestDatabase([commonMigrations, clearingMigrations]);
  await transact(database.db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TEST_DAY]);
    for (const who of [maker, checker]) await createPrincipal(tx, who);
    await openAccount(tx, CUSTODY);
    await openCardAccounts(tx, CARD);
    for (const participantNo of [GAS, WATER]) {
      await createParticipant(tx, { participantNo, name: `测试 ${participantNo}`, kind: 'operator', industry: 4 });
      await openFormerIssuer(tx, maker, participantNo);
      await openFormerIssuer(tx, maker, participantNo);
    }
    for (const participantNo of [GAS, WATER])
      await bookImportedBalances(tx, participantNo, participantNo === GAS ? 1n : 2n, fen(10_000));
  });
});
afterAll(async () => {
  expect(await verifyLedger(database.db)).toMatchObject({ ok: true });
  await database.stop();
});

const money = async (code: string) => (await accountBalance(database.db, code)).posted;
const transferOf = (bankReference: string, amount: number) => ({
  participantNo: GAS,
  account: CUSTODY,
  bankReference,
  amountFen: fen(amount),
  bookedOn: TEST_DAY,
});

describe('balances taken over from a former issuer', () => {
  it('are owed to holders, without cover until the issuer has paid', async () => {
    expect([await money(receivableOf(GAS)), await money(migratedBalanceOf(GAS))]).toEqual([10_000n, 10_000n]);
    expect(await floatPosition(database.db, TEST_DAY)).toMatchObject({
      owed: { 'migrated-balance': 20_000n },
      differenceFen: 20_000n,
      unexplainedFen: 0n,
      ok: false,
      uncoveredMigrations: { [GAS]: 10_000n, [WATER]: 10_000n },
    });
  });

  it('are paid up by two people, one entry of the bank once, never more than owed', async () => {
    const { db } = database;
    const propose = (reference: string, amount: number) =>
      transact(db, (tx) => proposeTransfer(tx, maker, transferOf(reference, amount)));
    const { approvalId } = await propose('B1', 6_000);
    expect(await propose('B1', 6_000)).toEqual({ approvalId });
    const approve = (who: Principal, id = approvalId) => transact(db, (tx) => approveTransfer(tx, who, id));
    await expect(approve(maker)).rejects.toMatchObject({ code: 'identity.same-person' });
    const first = await approve(checker);
    expect(await approve(checker)).toEqual(first);
    expect([await money(receivableOf(GAS)), await money(CUSTODY)]).toEqual([4_000n, 6_000n]);
    await expect(propose('B1', 1_000)).rejects.toMatchObject({ code: 'clearing.former-issuers.entry-booked' });
    await expect(propose('B2', 4_001)).rejects.toMatchObject({ code: 'clearing.former-issuers.too-much' });
    await expect(approve(checker, 999n)).rejects.toMatchObject({ code: 'clearing.former-issuers.transfer-unknown' });
    const elsewhere = transact(db, (tx) =>
      proposeTransfer(tx, maker, { ...transferOf('B3', 1), account: 'bank-paying:1' }),
    );
    await expect(elsewhere).rejects.toMatchObject({ code: 'clearing.former-issuers.account-wrong' });
    expect(await floatPosition(db, TEST_DAY)).toMatchObject({
      uncoveredMigrations: { [GAS]: 4_000n, [WATER]: 10_000n },
      differenceFen: 14_000n,
      unexplainedFen: 0n,
    });
    expect(await coverageOfFormerIssuers(db, businessDate('2026-12-20'))).toMatchObject([
      {
        participantNo: GAS,
        takenOverFen: 10_000n,
        paidFen: 6_000n,
        uncoveredFen: 4_000n,
        parts: [{ ageDays: 30, amountFen: 4_000n }],
      },
      { participantNo: WATER, uncoveredFen: 10_000n },
    ]);
  });

  it('are corrected on both sides, never below what was paid', async () => {
    const adjust = (id: bigint, difference: bigint) =>
      transact(database.db, (tx) => bookAdjustment(tx, GAS, id, difference));
    await adjust(1n, 500n);
    await adjust(1n, 500n);
    await adjust(2n, -500n);
    expect([await money(receivableOf(GAS)), await money(migratedBalanceOf(GAS))]).toEqual([4_000n, 10_000n]);
    await expect(adjust(3n, -4_001n)).rejects.toMatchObject({ code: 'clearing.former-issuers.not-enough' });
    expect([await money(receivableOf(GAS)), await money(migratedBalanceOf(GAS))]).toEqual([4_000n, 10_000n]);
  });

  it('never pay more than was imported, whatever is converted in whatever order, and each card once', async () => {
    const { db } = database;
    const before = (await cardBalance(db, CARD, 'pending-credit')).posted;
    const wanted = fc.array(fc.record({ legacyId: fc.bigInt(1n, 12n), size: fc.bigInt(0n, 4_000n) }), { maxLength: 8 });
    // A card has one balance; the same card asked for again has the same.
    const amounts = new Map<bigint, bigint>();
    const paid = new Map<bigint, bigint>();
    await fc.assert(
      fc.asyncProperty(wanted, async (conversions) => {
        for (const { legacyId, size } of conversions) {
          const amount = amounts.get(legacyId) ?? size;
          amounts.set(legacyId, amount);
          const done = await transact(db, (tx) =>
            bookConversions(tx, [{ participantNo: WATER, legacyId, cardNo: CARD, amount: fen(amount) }]),
          ).then(
            () => true,
            () => false,
          );
          if (done) paid.set(legacyId, amount);
        }
        const total = [...paid.values()].reduce((sum, amount) => sum + amount, 0n);
        expect(total).toBeLessThanOrEqual(10_000n);
        expect((await cardBalance(db, CARD, 'pending-credit')).posted).toBe(before + total);
        expect(await money(migratedBalanceOf(WATER))).toBe(10_000n - total);
      }),
      { numRuns: 15 },
    );
  });

  it('grow old first in, first out', () => {
    const entry = (day: number, amount: number) => ({
      business_date: businessDate(`2026-11-${String(day).padStart(2, '0')}`),
      amount_fen: BigInt(amount),
    });
    expect(uncoveredParts([entry(1, 100), entry(2, 50), entry(3, -120)])).toEqual([
      { since: '2026-11-02', amount: 30n },
    ]);
    expect(uncoveredParts([entry(1, 100), entry(3, -100)])).toEqual([]);
  });
});
