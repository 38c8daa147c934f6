import { currentBusinessDate, openAccount, postOrThrow } from '@citycard/clearing';
import {
  approveAct,
  type BusinessDate,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { endDifferences } from '../differences/index.ts';
import { entryKey, withdrawals } from './entry-keys.ts';
import { bankErrors } from './errors.ts';

/** An open item as two persons want to book it. */
export interface Booking {
  readonly account: string;
  readonly reference: string;
  readonly part: number;
  /** Ledger account on the other side: whose money it was, or is until the bank has answered. */
  readonly counterAccount: string;
  readonly reason: string;
}

const ACT = 'bank.book-open-item';
/**
 * Where money of the bank may be booked by hand. Card accounts are not among them: what belongs to a card goes through the
 * card's own ways.
 */
const COUNTER =
  /^(suspense|settlement-in-transit|agent-prefund|operator-payable|city-receivable|city-payable|cash-in-transit|unclaimed-refund|write-off|fee-income|bank-[a-z-]+):/;
/** Where money waits for an answer of the bank; opened when first needed. */
const WAITING = /^(suspense|settlement-in-transit):/;

interface OpenItem {
  readonly direction: 'credit' | 'debit';
  readonly booked_on: BusinessDate;
  readonly amount_fen: bigint;
  readonly bank_code: string;
  readonly state: string;
  readonly posting_key: string | null;
}

/** The item, ours until the transaction ends; one that a former issuer's payment explains is no open item. */
async function lockItem(tx: Transaction, booking: Booking): Promise<OpenItem> {
  const { account, reference, part } = booking;
  const { rows } = await tx.query<OpenItem>(
    `select e.direction, e.booked_on, p.amount_fen, a.account_code as bank_code, p.state, p.posting_key
       from reconciliation.bank_entry_part p
       join reconciliation.bank_entry e using (account_no, bank_reference)
       join clearing.account a on a.kind like 'bank-%' and a.account_code = a.kind || ':' || p.account_no
      where p.account_no = $1 and p.bank_reference = $2 and p.part_no = $3
        and not exists (select from clearing.former_issuer_transfer t
                         where t.account_code = a.account_code and t.bank_reference = p.bank_reference and t.posted_date is not null)
        for update of p`,
    [account, reference, part],
  );
  if (rows[0] === undefined) throw bankErrors.itemUnknown({ account, reference, part });
  return rows[0];
}

const subjectOf = (booking: Booking): string => `${booking.account} ${booking.reference} ${booking.part}`;

async function requireBookable(
  tx: Transaction,
  booking: Booking,
): Promise<OpenItem & { readonly content: unknown; readonly postingKey: string }> {
  const { counterAccount } = booking;
  const item = await lockItem(tx, booking);
  const withdrawn = await withdrawals(tx, booking.account, [booking.reference]);
  const postingKey = entryKey(booking, withdrawn.get(booking.reference));
  if (!COUNTER.test(counterAccount) || counterAccount === item.bank_code) {
    throw bankErrors.counterRefused({ account: counterAccount });
  }
  if (item.state !== 'unmatched' && item.posting_key !== postingKey) {
    throw bankErrors.itemMatched({ reference: booking.reference, part: booking.part });
  }
  const content = { ...booking, direction: item.direction, amountFen: item.amount_fen.toString() };
  return { ...item, content, postingKey };
}

/**
 * Proposes to book an open item of the bank against an account of ours.
 *
 * @throws CityCardError `bank.item-unknown`, `.item-matched`, `.counter-refused`
 */
export async function proposeBooking(
  tx: Transaction,
  maker: Principal,
  booking: Booking,
): Promise<{ approvalId: bigint }> {
  const { content } = await requireBookable(tx, booking);
  const subject = subjectOf(booking);
  const proposal = await proposeAct(tx, maker, { act: ACT, subject, content });
  await recordAct(tx, maker, { act: `${ACT} proposed`, subject, detail: content });
  return proposal;
}

/**
 * A second person confirms: the bank account says what the bank says, and the item is closed. Confirming again changes nothing.
 *
 * @throws as {@link proposeBooking}, identity.same-person, .content-differs, `bank.counter-refused` for an account that is not there
 */
export async function approveBooking(
  tx: Transaction,
  checker: Principal,
  booking: Booking,
  approvalId: bigint,
): Promise<{ postingKey: string }> {
  const businessDate = await currentBusinessDate(tx);
  const item = await requireBookable(tx, booking);
  const { maker } = await approveAct(tx, checker, approvalId, item.content);
  const { postingKey } = item;
  if (item.state !== 'unmatched') return { postingKey };
  await requireCounter(tx, booking.counterAccount);
  const [debit, credit] =
    item.direction === 'credit' ? [item.bank_code, booking.counterAccount] : [booking.counterAccount, item.bank_code];
  const reason = `booked by hand: ${booking.reason}`;
  await postOrThrow(tx, businessDate, [
    { key: postingKey, reason, legs: [{ debit, credit, amount: fen(item.amount_fen) }] },
  ]);
  await tx.query(
    `update reconciliation.bank_entry_part set state = 'matched', rule = 'by-hand', posting_key = $4, reason = null,
            decided_at = clock_timestamp() where account_no = $1 and bank_reference = $2 and part_no = $3`,
    [booking.account, booking.reference, booking.part, postingKey],
  );
  await endDifferences(
    tx,
    [
      {
        counterpartKind: 'bank',
        counterpart: booking.account,
        businessDay: item.booked_on,
        subjectKey: `entry ${booking.reference} ${booking.part}`,
      },
    ],
    { by: 'rule', reason: `booked by ${maker} and ${checker.id}: ${booking.reason}`, postingKey },
  );
  await recordAct(tx, checker, { act: ACT, subject: subjectOf(booking), detail: { approvalId } });
  return { postingKey };
}

async function requireCounter(tx: Transaction, counterAccount: string): Promise<void> {
  const { rowCount } = await tx.query('select from clearing.account where account_code = $1', [counterAccount]);
  if (rowCount === 1) return;
  if (!WAITING.test(counterAccount)) throw bankErrors.counterRefused({ account: counterAccount });
  await openAccount(tx, counterAccount);
}
