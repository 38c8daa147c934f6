import { createPrincipal, fen, type Principal, transact } from '@citycard/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccount } from '../ledger/accounts.ts';
import { cardBalance } from '../ledger/balances.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { BUS_ONE, type PurchaseWorld, startPurchaseWorld, tap, TODAY } from '../validation/purchase-fixture.ts';
import { validateReceived } from '../validation/validate.ts';
import type { CardNo } from './card-number.ts';
import { approveCorrection, type CorrectionTerms, proposeCorrection } from './correction.ts';

const person = (id: string): Principal => ({ id, name: `测试 ${id}`, kind: 'person', roles: ['finance-maker'] });
const [MAKER, CHECKER] = [person('test-maker'), person('test-checker')];

let world: PurchaseWorld;
beforeAll(async () => {
  world = await startPurchaseWorld();
  await transact(world.db, async (tx) => {
    for (const who of [MAKER, CHECKER]) await createPrincipal(tx, who);
    await openAccount(tx, 'write-off:main');
  });
});
afterAll(() => world.stop());

const propose = (terms: CorrectionTerms) => transact(world.db, (tx) => proposeCorrection(tx, MAKER, terms));
const approve = (terms: CorrectionTerms, approvalId: bigint, who = CHECKER) =>
  transact(world.db, (tx) => approveCorrection(tx, who, approvalId, terms));
const waiting = async (card: CardNo) => (await cardBalance(world.db, card, 'pending-credit')).posted;

describe('a correction', () => {
  it('of an overcharge is paid by its operator into pending credit, once, and never exceeds the purchase', async () => {
    const card = await world.card(1_000);
    const intakeId = await world.upload([tap(card, { amount: 400 })]);
    await validateReceived(world);
    const purchase = { cardNo: card, businessDate: TODAY, intakeId, index: 0 };
    const terms: CorrectionTerms = {
      cardNo: card,
      caseNo: 'K-1',
      amountFen: fen(300),
      payer: 'operator',
      purchase,
      reason: 'charged twice the fare',
    };
    const owed = await world.owed(`operator-pending:${BUS_ONE}`);
    const { approvalId } = await propose(terms);
    expect(await propose(terms)).toEqual({ approvalId });
    await expect(approve(terms, approvalId, MAKER)).rejects.toMatchObject({ code: 'identity.same-person' });
    expect(await waiting(card)).toBe(0n);
    for (let again = 0; again < 2; again += 1)
      expect(await approve(terms, approvalId)).toMatchObject({ approvedBy: 'test-checker', postedDate: TODAY });
    expect([await waiting(card), (await world.owed(`operator-pending:${BUS_ONE}`)) - owed]).toEqual([300n, -300n]);
    await expect(propose({ ...terms, caseNo: 'K-2', amountFen: fen(101) })).rejects.toMatchObject({
      code: 'clearing.corrections.more-than-purchase',
    });
    await expect(propose({ ...terms, amountFen: fen(50) })).rejects.toMatchObject({
      code: 'clearing.corrections.case-taken',
    });
  });

  it('of anything else is paid by the company, to a card that can still be loaded', async () => {
    const card = await world.card(0);
    const terms: CorrectionTerms = {
      cardNo: card,
      caseNo: 'K-9',
      amountFen: fen(150),
      payer: 'company',
      reason: 'the machine kept a note',
    };
    await expect(propose({ ...terms, payer: 'operator' })).rejects.toMatchObject({
      code: 'clearing.corrections.purchase-needed',
    });
    const { approvalId } = await propose(terms);
    await world.db.query(`update clearing.purse set status = 'returned' where card_no = $1`, [card]);
    await expect(approve(terms, approvalId)).rejects.toMatchObject({ code: 'clearing.corrections.card-is-history' });
    await world.db.query(`update clearing.purse set status = 'active' where card_no = $1`, [card]);
    await approve(terms, approvalId);
    expect(await waiting(card)).toBe(150n);
    expect(await verifyLedger(world.db)).toMatchObject({ ok: true });
  });

  it('names a purchase that was paid for', async () => {
    const card = await world.card(0);
    const intakeId = await world.upload([tap(card, { amount: 400 })]);
    await validateReceived(world);
    const purchase = { cardNo: card, businessDate: TODAY, intakeId, index: 0 };
    const terms = { cardNo: card, caseNo: 'K-1', amountFen: fen(1), payer: 'operator' as const, reason: 'test' };
    await expect(propose({ ...terms, purchase })).rejects.toMatchObject({
      code: 'clearing.corrections.purchase-unknown',
    });
  });
});
