import {
  addDays,
  cityDate,
  commonMigrations,
  createPrincipal,
  type Database,
  type Fen,
  fen,
  type Principal,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { openDay } from '../day/days.ts';
import type { BillDocument } from '../industries/document.ts';
import { openCardAccounts } from '../ledger/accounts.ts';
import { accountBalance, cardBalance } from '../ledger/balances.ts';
import { post } from '../ledger/posting.ts';
import { testCard, transfer } from '../ledger/test-ledger.ts';
import { verifyLedger } from '../ledger/verify.ts';
import { clearingMigrations } from '../migrations.ts';
import { createParticipant } from '../participants/participant.ts';
import { type BillPurchase, payBill } from './bill-payment.ts';
import {
  type BillAnswer,
  type BillerAdapter,
  type BillerDirectory,
  type CancellationAnswer,
  registerBiller,
  type StatementLine,
} from './biller.ts';
import { paymentOf } from './payment-rows.ts';
import { pursueUndecided } from './pursue.ts';

export const POLICE = 'FINE00000000001';
const CARD = testCard(71_001);
export const TODAY = cityDate(new Date());
export const MAKER: Principal = { id: 'finance-maker', name: 'Maker (test)', kind: 'person', roles: ['finance-maker'] };
export const CHECKER: Principal = { ...MAKER, id: 'finance-checker', name: 'Checker (test)' };

export const fines: BillDocument = {
  pattern: 'bill',
  nameChinese: '测试罚款',
  nameEnglish: 'Fines (test)',
  participants: { kinds: ['biller'] },
  data: [],
  receipt: { title: '罚款', lines: ['决定书 {reference}', '金额 {amount}', '加处 {lateFee}', '表码 {token}'] },
  customer: { nameChinese: '号牌', nameEnglish: 'plate', characters: 'letters-and-digits', shortest: 3, longest: 20 },
  reference: {
    nameChinese: '决定书编号',
    nameEnglish: 'decision number',
    characters: 'digits',
    shortest: 15,
    longest: 16,
  },
  lateFee: { graceDays: 15, partsPerMillionPerDay: 30_000, capPartsPerMillion: 1_000_000 },
  cancellation: { allowed: true, withinDays: 1 },
  biller: { exchange: 'http', timeoutMs: 1000 },
};
export const meters: BillDocument = { ...fines, pattern: 'meter', meter: { by: 'card', reportedWithinHours: 1 } };

/** What the biller of the test answers, and what it was asked. */
export const police = {
  document: fines as BillDocument,
  pay: (() => ({ outcome: 'paid', receipt: 'R' })) as (paymentId: string) => BillAnswer,
  cancel: (() => ({ outcome: 'cancelled' })) as () => CancellationAnswer,
  statement: [] as StatementLine[],
  orders: [] as { paymentId: string; lateFee: bigint }[],
};
export const adapter: BillerAdapter = {
  enquire: () =>
    Promise.resolve([
      { reference: '379999000000001', due: fen(10_001), dueDate: addDays(TODAY, -17).replaceAll('-', ''), text: '' },
      { reference: '379999000000002', due: fen(220), lateFee: fen(20), dueDate: '20991231', text: '闯红灯' },
    ]),
  pay: (order) => {
    police.orders.push(order);
    return Promise.resolve(police.pay(order.paymentId));
  },
  cancel: () => Promise.resolve(police.cancel()),
  statement: () => Promise.resolve(police.statement),
};
export const billers: BillerDirectory = (billerCode) =>
  Promise.resolve(
    billerCode === 'FINE'
      ? {
          biller: { billerCode, participantNo: POLICE, baseUrl: 'http://127.0.0.1:1' },
          adapter,
          industry: { industry: 12, document: police.document },
        }
      : undefined,
  );

let transactions = 0;
/** A purchase for a bill that nobody made before. */
export const purchase = (over: Partial<BillPurchase> = {}): BillPurchase => ({
  cardNo: CARD,
  issuerCity: '4580',
  samNo: '100000000071',
  samTransactionNo: (transactions += 1),
  amount: fen(300),
  billerCode: 'FINE',
  customer: 'LUG12345',
  billReference: '379999000000003',
  ...over,
});

/** The biller of fines, a card and two people of finance, in a database of their own. */
export interface BillWorld {
  readonly db: Database;
  readonly billers: BillerDirectory;
  /** A bill that is paid and whose purchase is accepted. */
  paid(over?: Partial<BillPurchase>): Promise<{ item: BillPurchase; paymentId: string }>;
  /** Pending credit of the card. */
  creditOf(): Promise<Fen>;
  /** What the biller is owed. */
  pendingOf(): Promise<Fen>;
  /** Proves the ledger on the way out. */
  stop(): Promise<void>;
}

export async function startBillWorld(): Promise<BillWorld> {
  const { db, stop } = await startTestDatabase([commonMigrations, clearingMigrations]);
  await transact(db, async (tx) => {
    await openDay(tx, TODAY);
    for (const person of [MAKER, CHECKER]) await createPrincipal(tx, person);
    await createParticipant(tx, { participantNo: POLICE, name: 'Traffic police (test)', kind: 'biller' });
    await createParticipant(tx, { participantNo: '4520', name: 'Generated city', kind: 'city', cityCode: '4520' });
    await registerBiller(tx, { billerCode: 'FINE', participantNo: POLICE, baseUrl: 'http://127.0.0.1:1' });
    await openCardAccounts(tx, CARD);
  });
  return {
    db,
    billers,
    paid: async (over = {}) => {
      police.pay = () => ({ outcome: 'paid', receipt: `R-${transactions}` });
      const item = purchase(over);
      const { code } = await payBill({ db, billers }, item);
      if (code !== '00') throw new Error(`the payment was answered ${code}`);
      await accepted(db, item);
      await pursueUndecided({ db, billers });
      return { item, paymentId: (await paymentOf(db, item))?.paymentId ?? '' };
    },
    creditOf: async () => (await cardBalance(db, CARD, 'pending-credit')).posted,
    pendingOf: async () => (await accountBalance(db, `operator-pending:${POLICE}`)).posted,
    stop: async () => {
      const { ok } = await verifyLedger(db);
      await stop();
      if (!ok) throw new Error('the ledger does not hold');
    },
  };
}

/** What validation does when it accepts the purchase. */
async function accepted(db: Database, item: BillPurchase): Promise<void> {
  const intakeId = 910_000 + Number(item.samTransactionNo);
  await transact(db, async (tx) => {
    await tx.query(
      `insert into clearing.purchase_record (card_no, business_date, intake_id, record_index, raw, issuer_city, offline_counter,
         balance_before_fen, amount_fen, sam_no, sam_transaction_no, flag, industry, hotlist_version, participant_no, state, decided_at, posted_date)
       values ($1, $2, $3, 0, $4, $5, $3::bigint % 60000, 0, $6, $7, $8, 0, 12, 0, $9, 'accepted', now(), $2)`,
      [
        item.cardNo,
        TODAY,
        intakeId,
        Buffer.alloc(64),
        item.issuerCity,
        item.amount,
        item.samNo,
        item.samTransactionNo,
        POLICE,
      ],
    );
    await tx.query(
      `insert into clearing.purchase_identity (card_no, issuer_city, offline_counter, sam_no, sam_transaction_no, content_sha256,
         business_date, intake_id, record_index) values ($1, $2, $3::bigint % 60000, $4, $5, $6, $7, $3, 0)`,
      [item.cardNo, item.issuerCity, intakeId, item.samNo, item.samTransactionNo, Buffer.alloc(32), TODAY],
    );
    await post(tx, TODAY, [
      transfer(`purchase:${intakeId}:0`, 'city-receivable:4520', `operator-pending:${POLICE}`, item.amount),
    ]);
  });
}
