import { type BusinessDate, type Fen, fen, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { accountBalance } from '../ledger/balances.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { noteEntry, receivableOf } from './bookings.ts';

/** A credit of the bank, or one payment of a collective credit. */
export interface BankCredit {
  /** Ledger account of the bank account it arrived on. */
  readonly account: string;
  readonly bankReference: string;
  readonly part: number;
  readonly amountFen: Fen;
  readonly bookedOn: BusinessDate;
}

export type ReceiptOutcome =
  | { readonly outcome: 'booked'; readonly postingKey: string; readonly suspenseFen: Fen }
  | { readonly outcome: 'unknown-issuer' };

/** What two people booked by hand for an entry of the bank. */
export interface HandBooked {
  readonly participantNo: string;
  readonly amountFen: Fen;
  readonly postingKey: string;
}

const SUSPENSE = 'suspense:main';

/** One at a time, whether by hand or from a statement: so that no entry of the bank is booked by both. */
export async function lockReceipts(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('former issuer receipts', 0))`);
}

/** The transfers booked by hand for entries of one bank account, by the bank's reference. Takes the lock of receipts. */
export async function transfersByHand(
  tx: Transaction,
  account: string,
  bankReferences: readonly string[],
): Promise<Map<string, HandBooked>> {
  await lockReceipts(tx);
  const { rows } = await tx.query<{ reference: string; participant: string; amount: bigint; key: string }>(
    `select bank_reference as reference, participant_no as participant, amount_fen as amount, posting_key as key
       from clearing.former_issuer_transfer
      where account_code = $1 and bank_reference = any($2) and posted_date is not null`,
    [account, bankReferences],
  );
  return new Map(
    rows.map(({ reference, participant, amount, key }) => [
      reference,
      { participantNo: participant, amountFen: fen(amount), postingKey: key },
    ]),
  );
}

/** Whether a message of the bank has booked this entry. */
export async function isReceived(tx: Transaction, account: string, bankReference: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from clearing.former_issuer_receipt where account_code = $1 and bank_reference = $2 limit 1',
    [account, bankReference],
  );
  return rowCount !== 0;
}

/**
 * Books a credit of the bank that names a former issuer against what that issuer owes, once. More than it owes goes to
 * suspense, with an alarm: the money is there, and somebody has it returned or finds out what it is for. The caller has
 * looked at {@link transfersByHand} before, in the same transaction.
 */
export async function bookReceipt(tx: Transaction, participantNo: string, credit: BankCredit): Promise<ReceiptOutcome> {
  await lockReceipts(tx);
  const { account, bankReference, part, amountFen } = credit;
  const known = await tx.query('select from clearing.former_issuer where participant_no = $1', [participantNo]);
  if (known.rowCount === 0) return { outcome: 'unknown-issuer' };
  const before = await tx.query<{ participant_no: string; posting_key: string; suspense_fen: bigint }>(
    `select participant_no, posting_key, suspense_fen from clearing.former_issuer_receipt
      where account_code = $1 and bank_reference = $2 and part_no = $3`,
    [account, bankReference, part],
  );
  const [repeat] = before.rows;
  if (repeat !== undefined)
    return { outcome: 'booked', postingKey: repeat.posting_key, suspenseFen: fen(repeat.suspense_fen) };

  const receivable = receivableOf(participantNo);
  // Held until the end, so that a correction at the same moment waits.
  await tx.query('select from clearing.account where account_code = $1 for update', [receivable]);
  const { available } = await accountBalance(tx, receivable);
  const covered = available < amountFen ? available : amountFen;
  const suspenseFen = fen(amountFen - covered);
  const postingKey = `former-issuer-receipt:${account.slice(account.indexOf(':') + 1)}:${bankReference}:${part}`;
  const today = await currentBusinessDate(tx);
  if (suspenseFen > 0n) await openAccount(tx, SUSPENSE);
  const legs = [
    { debit: account, credit: receivable, amount: covered },
    { debit: account, credit: SUSPENSE, amount: suspenseFen },
  ].filter(({ amount }) => amount > 0n);
  await postOrThrow(tx, today, [{ key: postingKey, reason: 'payment of a former issuer', legs }]);
  if (covered > 0n) await noteEntry(tx, participantNo, postingKey, 'transfer', today, -covered);
  await tx.query(
    `insert into clearing.former_issuer_receipt
       (account_code, bank_reference, part_no, participant_no, amount_fen, suspense_fen, booked_on, posting_key, posted_date)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [account, bankReference, part, participantNo, amountFen, suspenseFen, credit.bookedOn, postingKey, today],
  );
  if (suspenseFen > 0n) {
    await raiseAlarm(tx, {
      kind: 'former-issuer-overpaid',
      severity: 'warning',
      subject: participantNo,
      evidence: { account, bankReference, amountFen, owedFen: covered, suspenseFen },
    });
  }
  return { outcome: 'booked', postingKey, suspenseFen };
}
