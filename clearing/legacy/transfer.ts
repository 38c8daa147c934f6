import {
  approveAct,
  type BusinessDate,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import { accountBalance } from '../ledger/balances.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { post } from '../ledger/posting.ts';
import { noteEntry, receivableOf } from './bookings.ts';
import { formerIssuerErrors } from './errors.ts';
import { isReceived, lockReceipts } from './receipt.ts';

/** A former issuer's payment as the bank's statement shows it. */
export interface FormerIssuerTransfer {
  readonly participantNo: string;
  /** Ledger account of the bank account it arrived on: custody or receiving. */
  readonly account: string;
  /** The bank's own reference of the entry; one entry is booked once. */
  readonly bankReference: string;
  readonly amountFen: Fen;
  readonly bookedOn: BusinessDate;
}

const ACT = 'book-former-issuer-transfer';
const ARRIVES_ON = /^bank-(custody|receiving):/;

/**
 * Proposes to book a former issuer's payment against what it owes. The same proposal again is the same.
 *
 * @throws CityCardError `clearing.former-issuers.unknown`, `.account-wrong`, `.too-much`, `.entry-booked`
 */
export async function proposeTransfer(
  tx: Transaction,
  maker: Principal,
  transfer: FormerIssuerTransfer,
): Promise<{ approvalId: bigint }> {
  await check(tx, transfer);
  const subject = `${transfer.account} ${transfer.bankReference}`;
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content: contentOf(transfer) });
  await tx.query(
    `insert into clearing.former_issuer_transfer (approval_id, participant_no, account_code, bank_reference, amount_fen, booked_on, proposed_by)
     select $1, $2, $3, $4, $5, $6, maker from platform.approval where id = $1 on conflict (approval_id) do nothing`,
    [
      approvalId,
      transfer.participantNo,
      transfer.account,
      transfer.bankReference,
      transfer.amountFen,
      transfer.bookedOn,
    ],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: contentOf(transfer) });
  return { approvalId };
}

/**
 * The second person has seen the bank's entry: the money stands on our account, the former issuer owes so much less.
 * Approving again changes nothing.
 *
 * @throws CityCardError `clearing.former-issuers.transfer-unknown`, `.too-much`, `.entry-booked`; `identity.same-person`
 */
export async function approveTransfer(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
): Promise<FormerIssuerTransfer & { readonly postingKey: string }> {
  const today = await currentBusinessDate(tx);
  const found = await tx.query<{
    participant_no: string;
    account_code: string;
    bank_reference: string;
    amount_fen: bigint;
    booked_on: BusinessDate;
    posting_key: string | null;
  }>(
    `select participant_no, account_code, bank_reference, amount_fen, booked_on, posting_key
       from clearing.former_issuer_transfer where approval_id = $1 for update`,
    [approvalId],
  );
  const [row] = found.rows;
  if (row === undefined) throw formerIssuerErrors.transferUnknown();
  const transfer: FormerIssuerTransfer = {
    participantNo: row.participant_no,
    account: row.account_code,
    bankReference: row.bank_reference,
    amountFen: fen(row.amount_fen),
    bookedOn: row.booked_on,
  };
  const approval = await approveAct(tx, checker, approvalId, contentOf(transfer));
  if (row.posting_key !== null) return { ...transfer, postingKey: row.posting_key };
  await check(tx, transfer);
  const postingKey = `former-issuer-transfer:${approvalId}`;
  await book(tx, today, transfer, postingKey);
  await tx.query(
    'update clearing.former_issuer_transfer set approved_by = $2, posting_key = $3, posted_date = $4 where approval_id = $1',
    [approvalId, approval.checker, postingKey, today],
  );
  await noteEntry(tx, transfer.participantNo, postingKey, 'transfer', today, -transfer.amountFen);
  await recordAct(tx, checker, { act: ACT, subject: transfer.participantNo, detail: contentOf(transfer) });
  return { ...transfer, postingKey };
}

async function book(tx: Transaction, date: BusinessDate, transfer: FormerIssuerTransfer, key: string): Promise<void> {
  const { account, participantNo, amountFen } = transfer;
  const [result] = await post(tx, date, [
    {
      key,
      reason: 'payment of a former issuer',
      legs: [{ debit: account, credit: receivableOf(participantNo), amount: amountFen }],
    },
  ]);
  if (result?.outcome === 'posted') return;
  if (result?.outcome === 'floor') throw await tooMuch(tx, participantNo);
  if (result?.outcome === 'no-account') throw formerIssuerErrors.accountWrong({ account });
  throw clearingErrors.postingRefused({ key, ...result });
}

async function check(tx: Transaction, transfer: FormerIssuerTransfer): Promise<void> {
  const { participantNo, account, bankReference, amountFen } = transfer;
  const known = await tx.query('select from clearing.former_issuer where participant_no = $1', [participantNo]);
  if (known.rowCount === 0) throw formerIssuerErrors.unknown({ participantNo });
  const ours = await tx.query('select from clearing.account where account_code = $1', [account]);
  if (!ARRIVES_ON.test(account) || ours.rowCount === 0) throw formerIssuerErrors.accountWrong({ account });
  await lockReceipts(tx);
  const booked = await tx.query(
    `select from clearing.former_issuer_transfer where account_code = $1 and bank_reference = $2 and posted_date is not null`,
    [account, bankReference],
  );
  if (booked.rowCount !== 0 || (await isReceived(tx, account, bankReference))) throw formerIssuerErrors.entryBooked();
  if ((await accountBalance(tx, receivableOf(participantNo))).available < amountFen) {
    throw await tooMuch(tx, participantNo);
  }
}

async function tooMuch(tx: Transaction, participantNo: string): Promise<Error> {
  const { available } = await accountBalance(tx, receivableOf(participantNo));
  return formerIssuerErrors.tooMuch({ owedFen: available });
}

const contentOf = (transfer: FormerIssuerTransfer): Record<string, unknown> => ({ ...transfer });
