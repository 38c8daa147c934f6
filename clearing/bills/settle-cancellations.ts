import { type Database, fen, transact, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { findOpenBusinessDate } from '../ledger/business-day.ts';
import { post, type Posting } from '../ledger/posting.ts';
import type { CardNo } from '../purses/card-number.ts';
import { UNCLAIMED } from './settle-bills.ts';

const AT_ONCE = 500;

interface Row {
  card_no: CardNo;
  sam_no: string;
  sam_transaction_no: bigint;
  payment_id: string;
  amount_fen: bigint;
  settled: 'biller' | 'loss';
  participant_no: string;
  has_account: boolean;
}

/**
 * Gives back the money of cancelled bills, once each: from the biller to the card's pending credit as soon as the payment
 * itself is settled. Where the purchase was refused in the end, nobody has the money and nothing moves. Does nothing when no
 * business day is open.
 */
export async function settleCancellations(db: Database): Promise<{ settled: number }> {
  for (let settled = 0; ;) {
    const step = await transact(db, settleSome);
    settled += step;
    if (step < AT_ONCE) return { settled };
  }
}

async function settleSome(tx: Transaction): Promise<number> {
  const date = await findOpenBusinessDate(tx);
  if (date === undefined) return 0;
  const { rows } = await tx.query<Row>(
    `select c.card_no, c.sam_no, c.sam_transaction_no, c.payment_id, b.amount_fen, b.settled, l.participant_no,
            exists (select from clearing.card_account a where a.card_no = c.card_no and a.kind = 'pending-credit') as has_account
       from clearing.bill_cancellation c
       join clearing.bill_payment b on b.card_no = c.card_no and b.sam_no = c.sam_no and b.sam_transaction_no = c.sam_transaction_no
       join clearing.biller l on l.biller_code = b.biller_code
      where c.state = 'cancelled' and c.settled is null and b.settled in ('biller', 'loss')
      order by c.card_no, c.sam_no, c.sam_transaction_no limit ${AT_ONCE} for update of c skip locked`,
  );
  const moving = rows.flatMap((row) => {
    const posting = postingOf(row);
    return posting === undefined ? [] : [{ row, posting }];
  });
  if (moving.some(({ row }) => !row.has_account)) await openAccount(tx, UNCLAIMED);
  const outcomes = await post(
    tx,
    date,
    moving.map(({ posting }) => posting),
  );
  const stuck = new Set<Row>();
  for (const [at, { row, posting }] of moving.entries()) {
    const outcome = outcomes[at];
    if (outcome?.outcome === 'posted' || outcome?.outcome === 'repeat') continue;
    stuck.add(row);
    await raiseAlarm(tx, {
      kind: 'bill-not-settled',
      severity: 'critical',
      subject: `bill payment ${row.payment_id}`,
      evidence: { key: posting.key, ...outcome },
    });
  }
  const done = rows.filter((row) => !stuck.has(row));
  await tx.query(
    `update clearing.bill_cancellation c set settled = d.settled, settled_at = now()
       from unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) as d(card_no, sam_no, sam_transaction_no, settled)
      where c.card_no = d.card_no and c.sam_no = d.sam_no and c.sam_transaction_no = d.sam_transaction_no`,
    [
      done.map((row) => row.card_no),
      done.map((row) => row.sam_no),
      done.map((row) => row.sam_transaction_no),
      done.map((row) => (row.settled === 'biller' ? 'card' : 'void')),
    ],
  );
  return done.length;
}

function postingOf(row: Row): Posting | undefined {
  if (row.settled === 'loss' || row.amount_fen === 0n) return undefined;
  const key = `bill-cancel:${row.payment_id}`;
  const reason = 'bill cancelled by the biller';
  const debit = `operator-pending:${row.participant_no}`;
  const amount = fen(row.amount_fen);
  return row.has_account
    ? { cardNo: row.card_no, key, reason, legs: [{ debit, credit: 'pending-credit', amount }] }
    : { key, reason, legs: [{ debit, credit: UNCLAIMED, amount }] };
}
