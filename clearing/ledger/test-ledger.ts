import {
  type BusinessDate,
  businessDate,
  type Fen,
  fen,
  luhnDigit,
  commonMigrations,
  startTestDatabase,
  transact,
} from '@citycard/common';
import { clearingMigrations } from '../migrations.ts';
import { cardNo, type CardNo } from '../purses/card-number.ts';
import { openAccount, openCardAccounts } from './accounts.ts';
import { post, type Posting, type PostingOutcome, type Resolution } from './posting.ts';

/** A business day for generated data. */
export const TEST_DAY: BusinessDate = businessDate('2026-11-20');

/** The nth generated card number: issuer 99 is nobody's. */
export function testCard(sequence: number, city = '4580'): CardNo {
  const body = `310${city}99${String(sequence).padStart(9, '0')}`;
  return cardNo(body + luhnDigit(body));
}

/** A fresh ledger: a bank account without floor, two agents with floor 0, two operators and `cards` cards. */
export async function startTestLedger(cards = 3) {
  const database = await startTestDatabase([commonMigrations, clearingMigrations]);
  const { db } = database;
  const cardNos = Array.from({ length: cards }, (_, index) => testCard(index + 1));
  await transact(db, async (tx) => {
    await tx.query(`insert into clearing.business_day (business_date, state) values ($1, 'open')`, [TEST_DAY]);
    await openAccount(tx, 'bank-custody:B1');
    // Generated postings go to and fro; which uses of bank money are permitted is not what these tests are about.
    await tx.query(`insert into clearing.permitted_movement values ('*', 'bank-custody', 'generated')`);
    for (const agent of ['A001', 'A002'])
      await openAccount(tx, `agent-prefund:${agent}`, { floor: fen(0), owner: agent });
    for (const operator of ['O001', 'O002']) await openAccount(tx, `operator-pending:${operator}`, { owner: operator });
    for (const card of cardNos) await openCardAccounts(tx, card);
  });
  const postAll = (...postings: (Posting | Resolution)[]): Promise<PostingOutcome[]> =>
    transact(db, (tx) => post(tx, TEST_DAY, postings));
  return { ...database, cards: cardNos, postAll };
}

/** A posting of one transfer. */
export function transfer(key: string, debit: string, credit: string, amount: Fen | number, cardNo?: CardNo): Posting {
  return { key, reason: 'generated', legs: [{ debit, credit, amount: fen(amount) }], ...(cardNo && { cardNo }) };
}
