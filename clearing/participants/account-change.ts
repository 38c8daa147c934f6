import { approveAct, type Database, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';
import { endHolds } from '../settlement/payment-hold.ts';
import { requireDocument } from './documents.ts';
import { participantErrors } from './errors.ts';
import { markSent, type NoticeChannel, writeNotice } from './notices.ts';
import type { SettlementAccount } from './participant.ts';
import { lockParticipant } from './standing.ts';

type AccountChangeState = 'proposed' | 'approved' | 'noticed' | 'in-force' | 'withdrawn';

/** A change of where a participant is paid, from the proposal to the first payment that may go there. */
export interface AccountChange {
  readonly changeNo: bigint;
  readonly participantNo: string;
  readonly account: SettlementAccount;
  readonly previous: SettlementAccount | null;
  readonly documentNo: bigint;
  readonly state: AccountChangeState;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly approvedBy: string | null;
  readonly noticeNo: bigint | null;
  readonly payableFrom: Date | null;
  readonly inForceAt: Date | null;
  readonly reason: string | null;
}

/**
 * How long nothing is paid to a new account after its old contact was told: long enough for a letter to arrive and for somebody
 * back from a holiday week to read it.
 */
export const WAITING_DAYS = 10;
const DAY_MS = 86_400_000;
const ACT = 'participant.account-change';

const COLUMNS = `change_no as "changeNo", participant_no as "participantNo", account, previous, document_no as "documentNo", state,
  proposed_by as "proposedBy", proposed_at as "proposedAt", approved_by as "approvedBy", notice_no as "noticeNo",
  payable_from as "payableFrom", in_force_at as "inForceAt", reason`;

const contentOf = (change: Pick<AccountChange, 'participantNo' | 'account' | 'previous' | 'documentNo'>) => ({
  participantNo: change.participantNo,
  account: change.account,
  previous: change.previous,
  documentNo: change.documentNo.toString(),
});

const sameAccount = (a: SettlementAccount, b: SettlementAccount | null): boolean =>
  a.accountNo === b?.accountNo && a.bankLineNo === b.bankLineNo && a.accountName === b.accountName;

/**
 * Proposes that a participant is paid to another account, with the bank's proof of that account on file.
 *
 * @throws clearing.participant-unknown, clearing.participants.document-unknown, .same-account, .change-open
 */
export async function proposeAccountChange(
  tx: Transaction,
  maker: Principal,
  wanted: { readonly participantNo: string; readonly account: SettlementAccount; readonly documentNo: bigint },
): Promise<{ changeNo: bigint; approvalId: bigint }> {
  const { participantNo, account, documentNo } = wanted;
  await lockParticipant(tx, participantNo);
  await requireDocument(tx, { participantNo, documentNo, kind: 'account-proof' });
  const previous = await accountOf(tx, participantNo);
  if (sameAccount(account, previous)) throw participantErrors.sameAccount({ participantNo });
  const open = await tx.query<{ change_no: bigint }>(
    `select change_no from clearing.settlement_account_change
      where participant_no = $1 and state in ('proposed', 'approved', 'noticed')`,
    [participantNo],
  );
  if (open.rows[0] !== undefined) {
    throw participantErrors.changeOpen({ participantNo, changeNo: open.rows[0].change_no });
  }
  const { rows } = await tx.query<{ change_no: bigint }>(
    `insert into clearing.settlement_account_change (participant_no, account, previous, document_no, proposed_by, approval_id)
     values ($1, $2, $3, $4, $5, 0) returning change_no`,
    [participantNo, JSON.stringify(account), previous === null ? null : JSON.stringify(previous), documentNo, maker.id],
  );
  const changeNo = rows[0]?.change_no ?? 0n;
  const content = contentOf({ participantNo, account, previous, documentNo });
  // Named by its number: the same change proposed again after a withdrawal is another occasion.
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject: `change ${changeNo}`, content });
  await tx.query('update clearing.settlement_account_change set approval_id = $2 where change_no = $1', [
    changeNo,
    approvalId,
  ]);
  await recordAct(tx, maker, { act: `${ACT} proposed`, subject: participantNo, detail: { changeNo, documentNo } });
  return { changeNo, approvalId };
}

async function accountOf(tx: Transaction, participantNo: string): Promise<SettlementAccount | null> {
  const { rows } = await tx.query<{ account: SettlementAccount | null }>(
    'select settlement_account as account from clearing.participant where participant_no = $1',
    [participantNo],
  );
  return rows[0]?.account ?? null;
}

async function lockChange(tx: Transaction, changeNo: bigint): Promise<AccountChange & { approvalId: bigint }> {
  const { rows } = await tx.query<AccountChange & { approvalId: bigint }>(
    `select ${COLUMNS}, approval_id as "approvalId" from clearing.settlement_account_change where change_no = $1 for update`,
    [changeNo],
  );
  if (rows[0] === undefined) throw participantErrors.changeUnknown({ changeNo });
  return rows[0];
}

/**
 * The second person approves. A first account counts at once; one that replaces another waits: its old settlement contacts
 * get a notice, and the waiting period begins when that is sent. Until it is over, payments go to the old account.
 *
 * @throws identity.same-person, clearing.participants.change-unknown, .change-not-there, .previous-differs, .contact-missing
 */
export async function approveAccountChange(
  tx: Transaction,
  checker: Principal,
  changeNo: bigint,
): Promise<{ changeNo: bigint; state: AccountChangeState; noticeNo?: bigint }> {
  const { participantNo } = await lockChange(tx, changeNo);
  await lockParticipant(tx, participantNo);
  const change = await lockChange(tx, changeNo);
  const { maker } = await approveAct(tx, checker, change.approvalId, contentOf(change));
  if (change.state !== 'proposed') {
    if (change.state === 'withdrawn') throw participantErrors.changeNotThere({ changeNo, state: change.state });
    return { changeNo, state: change.state, ...(change.noticeNo !== null && { noticeNo: change.noticeNo }) };
  }
  const now = await accountOf(tx, participantNo);
  if (now === null ? change.previous !== null : !sameAccount(now, change.previous)) {
    throw participantErrors.previousDiffers({ participantNo, changeNo });
  }
  await recordAct(tx, checker, { act: ACT, subject: participantNo, detail: { changeNo, maker } });
  if (change.previous === null) {
    await tx.query(
      `update clearing.settlement_account_change set state = 'in-force', approved_by = $2, approved_at = clock_timestamp(),
              in_force_at = clock_timestamp() where change_no = $1`,
      [changeNo, checker.id],
    );
    await fileAccount(tx, participantNo, change.account);
    return { changeNo, state: 'in-force' };
  }
  const noticeNo = await writeNotice(tx, {
    participantNo,
    sentence:
      `Two officers of the city card company have agreed to pay ${participantNo} to account …${change.account.accountNo.slice(-4)} ` +
      `instead of …${change.previous.accountNo.slice(-4)}, ${WAITING_DAYS} days after this notice at the earliest. If you did not ask for this, object at once.`,
    contactsSince: new Date(change.proposedAt.getTime() - WAITING_DAYS * DAY_MS),
  });
  if (noticeNo === undefined) throw participantErrors.contactMissing({ participantNo });
  await tx.query(
    `update clearing.settlement_account_change set state = 'approved', approved_by = $2, approved_at = clock_timestamp(), notice_no = $3
      where change_no = $1`,
    [changeNo, checker.id, noticeNo],
  );
  return { changeNo, state: 'approved', noticeNo };
}

/**
 * The notice went out: all notices of the change are marked, and the waiting period begins now.
 *
 * @throws clearing.participants.change-unknown, .change-not-there, and as {@link markSent}
 */
export async function noticeOfChangeSent(
  tx: Transaction,
  person: Principal,
  changeNo: bigint,
  channel: NoticeChannel,
  at: Date = new Date(),
): Promise<{ changeNo: bigint; payableFrom: Date }> {
  const change = await lockChange(tx, changeNo);
  if (change.state === 'noticed' && change.payableFrom !== null) return { changeNo, payableFrom: change.payableFrom };
  if (change.state !== 'approved') throw participantErrors.changeNotThere({ changeNo, state: change.state });
  const { participantNo } = change;
  const { rows } = await tx.query<{ notice_no: bigint }>(
    `select n.notice_no from clearing.participant_notice n
       join clearing.participant_notice first on first.notice_no = $2 and first.sentence = n.sentence and first.made_at <= n.made_at
      where n.participant_no = $1 and n.sent_at is null order by n.notice_no`,
    [participantNo, change.noticeNo],
  );
  for (const { notice_no: noticeNo } of rows) await markSent(tx, person, { participantNo, noticeNo, channel, at });
  const payableFrom = new Date(at.getTime() + WAITING_DAYS * DAY_MS);
  await tx.query(
    `update clearing.settlement_account_change set state = 'noticed', payable_from = $2 where change_no = $1`,
    [changeNo, payableFrom],
  );
  return { changeNo, payableFrom };
}

/**
 * Stops a change that is not in force: an officer withdraws it, or the participant objects. One person is enough to stop.
 * Whoever proposed it is told nothing by the system; the alarm says that somebody has to find out why.
 *
 * @throws clearing.participants.change-unknown, .change-not-there
 */
export async function withdrawAccountChange(
  tx: Transaction,
  person: Principal,
  changeNo: bigint,
  reason: string,
): Promise<{ changeNo: bigint; state: 'withdrawn' }> {
  const change = await lockChange(tx, changeNo);
  if (change.state === 'withdrawn') return { changeNo, state: 'withdrawn' };
  if (change.state === 'in-force') throw participantErrors.changeNotThere({ changeNo, state: change.state });
  await tx.query(
    `update clearing.settlement_account_change set state = 'withdrawn', withdrawn_by = $2, reason = $3 where change_no = $1`,
    [changeNo, person.id, reason],
  );
  await raiseAlarm(tx, {
    kind: 'account-change-withdrawn',
    severity: person.kind === 'partner' ? 'critical' : 'notice',
    subject: change.participantNo,
    evidence: { changeNo, by: person.id, reason },
  });
  await recordAct(tx, person, { act: `${ACT} withdrawn`, subject: change.participantNo, detail: { changeNo, reason } });
  return { changeNo, state: 'withdrawn' };
}

async function fileAccount(tx: Transaction, participantNo: string, account: SettlementAccount): Promise<void> {
  await tx.query('update clearing.participant set settlement_account = $2 where participant_no = $1', [
    participantNo,
    JSON.stringify(account),
  ]);
  await endHolds(tx, [participantNo], 'a new settlement account');
}

/**
 * Brings changes into force whose waiting period is over at that instant; what held the participant's payments for its old
 * account is over with it. Asked before accounts are read for payments.
 */
export async function applyDueAccountChanges(tx: Transaction, at: Date): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; account: SettlementAccount }>(
    `update clearing.settlement_account_change set state = 'in-force', in_force_at = $1
      where state = 'noticed' and payable_from <= $1 returning participant_no, account`,
    [at],
  );
  for (const { participant_no: participantNo, account } of rows) await fileAccount(tx, participantNo, account);
}

/** The changes of a participant, the newest first; of all that are under way when none is named. */
export async function listAccountChanges(db: Database | Transaction, participantNo?: string): Promise<AccountChange[]> {
  const { rows } = await (db as Database).query<AccountChange>(
    `select ${COLUMNS} from clearing.settlement_account_change
      where participant_no = $1 or ($1::text is null and state in ('proposed', 'approved', 'noticed'))
      order by change_no desc limit 500`,
    [participantNo ?? null],
  );
  return rows;
}
