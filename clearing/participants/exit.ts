import {
  addDays,
  approveAct,
  type BusinessDate,
  businessDate,
  compactDate,
  type Database,
  type Fen,
  fen,
  instantOfCityDigits,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import { ensureAccount } from '../pricing/price-day.ts';
import { participantErrors } from './errors.ts';
import type { ParticipantStatus } from './participant.ts';
import { lockParticipant, requireTransition, setStatus } from './standing.ts';

const LEAVE = 'participant.leave';
const EXIT = 'participant.exit';

/** What keeps a participant from leaving: amounts in fen on its accounts, and what is not decided yet. */
export interface OpenObligations {
  readonly participantNo: string;
  /** Accounts that are not empty, or have something on its way. */
  readonly accounts: readonly { readonly code: string; readonly postedFen: Fen; readonly pendingFen: Fen }[];
  /** Sheets made, approved, carried forward, refused or in transit. */
  readonly sheets: readonly string[];
  /** Records of purchases that are received or held. */
  readonly records: bigint;
  /** The same in words; empty when nothing keeps it. */
  readonly open: readonly string[];
}

/** Everything still open between a participant and the city card. Zero everywhere is what "settled" means. */
export async function openObligations(db: Database | Transaction, participantNo: string): Promise<OpenObligations> {
  const ask = db as Database;
  const accounts = await ask.query<{ code: string; posted: bigint; pending: bigint }>(
    `select a.account_code as code, a.credits_posted - a.debits_posted as posted, a.credits_pending + a.debits_pending as pending
       from clearing.participant p
       join clearing.account a on a.account_code in ('operator-pending:' || p.participant_no, 'operator-payable:' || p.participant_no,
         'biller-payable:' || p.participant_no, 'agent-prefund:' || p.participant_no, 'city-receivable:' || p.city_code,
         'city-payable:' || p.city_code, 'former-issuer-receivable:' || p.participant_no)
      where p.participant_no = $1 and (a.credits_posted <> a.debits_posted or a.credits_pending + a.debits_pending <> 0)
      order by 1`,
    [participantNo],
  );
  const sheets = await ask.query<{ sheet_no: string }>(
    `select sheet_no from clearing.settlement_sheet
      where participant_no = $1 and carried_into is null and payable_fen <> paid_fen order by business_date, sheet_no`,
    [participantNo],
  );
  const records = await ask.query<{ count: bigint }>(
    `select count(*) from clearing.purchase_record where participant_no = $1 and state in ('received', 'suspicious')`,
    [participantNo],
  );
  const count = records.rows[0]?.count ?? 0n;
  const lines = accounts.rows.map((row) => ({
    code: row.code,
    postedFen: fen(row.posted),
    pendingFen: fen(row.pending),
  }));
  const sheetNos = sheets.rows.map((row) => row.sheet_no);
  return {
    participantNo,
    accounts: lines,
    sheets: sheetNos,
    records: count,
    open: [
      ...lines.map(({ code, postedFen, pendingFen }) => `${code} holds ${postedFen} fen and ${pendingFen} on its way`),
      ...sheetNos.map((sheetNo) => `sheet ${sheetNo} is not paid`),
      ...(count === 0n ? [] : [`${count} records of purchases are not decided`]),
    ],
  };
}

export interface Leaving {
  readonly participantNo: string;
  /** Its last day of business: its SAMs count until the end of it. */
  readonly lastDay: BusinessDate;
  readonly reason: string;
}

async function requireLeaving(tx: Transaction, { participantNo, lastDay }: Leaving): Promise<ParticipantStatus> {
  const open = await currentBusinessDate(tx);
  const status = await lockParticipant(tx, participantNo);
  requireTransition(participantNo, status, 'leaving');
  // One that has left comes back for what turned up, not for new business.
  if (status !== 'exited' && lastDay < open) throw participantErrors.lastDayPast({ lastDay, open });
  return status;
}

/**
 * Proposes that a participant leaves after its last day. One that has left is taken back the same way, to settle what turned
 * up afterwards.
 *
 * @throws clearing.participant-unknown, clearing.participants.transition-refused, .last-day-past
 */
export async function proposeLeaving(
  tx: Transaction,
  officer: Principal,
  leaving: Leaving,
): Promise<{ approvalId: bigint }> {
  await requireLeaving(tx, leaving);
  const proposal = await proposeAct(tx, officer, { act: LEAVE, subject: leaving.participantNo, content: leaving });
  await recordAct(tx, officer, { act: `${LEAVE} proposed`, subject: leaving.participantNo, detail: leaving });
  return proposal;
}

/**
 * The second person approves: the participant is leaving. Its SAMs end with its last day (what was tapped until then still
 * counts, whenever it arrives), and from now on its sheets wait for no rhythm and no threshold.
 *
 * @throws identity.same-person, .content-differs, and as {@link proposeLeaving}
 */
export async function approveLeaving(
  tx: Transaction,
  officer: Principal,
  leaving: Leaving,
  approvalId: bigint,
): Promise<{ participantNo: string; status: ParticipantStatus }> {
  const { participantNo, lastDay } = leaving;
  await requireLeaving(tx, leaving);
  await approveAct(tx, officer, approvalId, leaving);
  await setStatus(tx, participantNo, 'leaving');
  await tx.query('update clearing.participant set last_day = $2 where participant_no = $1', [participantNo, lastDay]);
  const end = instantOfCityDigits(compactDate(addDays(lastDay, 1)), '000000');
  await tx.query(
    `update clearing.sam_assignment set valid_to = $2
      where participant_no = $1 and valid_from < $2 and (valid_to is null or valid_to > $2)`,
    [participantNo, end],
  );
  await tx.query('delete from clearing.sam_assignment where participant_no = $1 and valid_from >= $2', [
    participantNo,
    end,
  ]);
  await recordAct(tx, officer, { act: LEAVE, subject: participantNo, detail: { approvalId, lastDay } });
  return { participantNo, status: 'leaving' };
}

/**
 * After its last day: what an agent has prepaid and not spent becomes owed to it and is paid with its next sheet. Doing it
 * again moves what has come in since, or nothing.
 *
 * @throws clearing.participants.transition-refused unless it is leaving, .still-in-business
 */
export async function returnPrefund(
  tx: Transaction,
  officer: Principal,
  participantNo: string,
): Promise<{ participantNo: string; returnedFen: Fen }> {
  const open = await currentBusinessDate(tx);
  await requireOver(tx, participantNo, open);
  const prefund = `agent-prefund:${participantNo}`;
  const { rows } = await tx.query<{ available: bigint; returns: bigint }>(
    `select a.available_fen as available,
            (select count(*) from clearing.ledger_posting l where l.card_no = '' and l.posting_key like 'exit:' || $2 || ':%') as returns
       from clearing.account a where a.account_code = $1 for update of a`,
    [prefund, participantNo],
  );
  const [row] = rows;
  if (row === undefined || row.available <= 0n) return { participantNo, returnedFen: fen(0n) };
  await ensureAccount(tx, `operator-payable:${participantNo}`, participantNo);
  const leg = { debit: prefund, credit: `operator-payable:${participantNo}`, amount: fen(row.available) };
  const key = `exit:${participantNo}:${row.returns + 1n}`;
  await postOrThrow(tx, open, [{ key, reason: `prefund returned to ${participantNo}, which leaves`, legs: [leg] }]);
  const detail = { returnedFen: row.available.toString() };
  await recordAct(tx, officer, { act: 'participant.return-prefund', subject: participantNo, detail });
  return { participantNo, returnedFen: fen(row.available) };
}

/** Its last day is cut off, so nothing of it can be uploaded into that day any more. */
async function requireOver(tx: Transaction, participantNo: string, open: BusinessDate): Promise<void> {
  const status = await lockParticipant(tx, participantNo);
  if (status !== 'leaving') throw participantErrors.transitionRefused({ participantNo, from: status, to: 'exited' });
  const { rows } = await tx.query<{ last_day: string }>(
    'select last_day from clearing.participant where participant_no = $1',
    [participantNo],
  );
  const lastDay = businessDate(rows[0]?.last_day ?? open);
  if (lastDay >= open) throw participantErrors.stillInBusiness({ participantNo, lastDay });
}

async function requireSettled(tx: Transaction, participantNo: string) {
  const open = await currentBusinessDate(tx);
  await requireOver(tx, participantNo, open);
  const { open: reasons } = await openObligations(tx, participantNo);
  if (reasons.length > 0) throw participantErrors.stillOwed({ participantNo, open: reasons.slice(0, 5).join('; ') });
  return { participantNo, settled: true };
}

/**
 * Proposes the exit of a participant that owes nothing and is owed nothing.
 *
 * @throws clearing.participants.still-owed naming what is open, .still-in-business, .transition-refused
 */
export async function proposeExit(
  tx: Transaction,
  officer: Principal,
  participantNo: string,
): Promise<{ approvalId: bigint }> {
  const content = await requireSettled(tx, participantNo);
  // Named by the time it began to leave: one that came back leaves on another occasion.
  const { rows } = await tx.query<{ since: Date }>(
    `select max(changed_at) as since from clearing.participant_status_change where participant_no = $1 and to_status = 'leaving'`,
    [participantNo],
  );
  const subject = `${participantNo} ${rows[0]?.since.toISOString() ?? ''}`;
  const proposal = await proposeAct(tx, officer, { act: EXIT, subject, content });
  await recordAct(tx, officer, { act: `${EXIT} proposed`, subject: participantNo });
  return proposal;
}

/**
 * The second person approves: the participant has left. Its settlement account is no longer filed, so nothing can be paid to
 * it; contracts end; what there was stays to be read. What turns up later is carried on its sheets until it is taken back.
 */
export async function approveExit(
  tx: Transaction,
  officer: Principal,
  participantNo: string,
  approvalId: bigint,
): Promise<{ participantNo: string; status: ParticipantStatus }> {
  const content = await requireSettled(tx, participantNo);
  await approveAct(tx, officer, approvalId, content);
  await tx.query(
    `update clearing.settlement_account_change set state = 'withdrawn', withdrawn_by = $2, reason = 'the participant has left'
      where participant_no = $1 and state in ('proposed', 'approved', 'noticed')`,
    [participantNo, officer.id],
  );
  await tx.query(
    `update clearing.participant_contract c set valid_to = greatest(p.last_day, c.valid_from) from clearing.participant p
      where p.participant_no = c.participant_no and c.participant_no = $1 and (c.valid_to is null or c.valid_to > p.last_day)`,
    [participantNo],
  );
  await tx.query(
    `update clearing.participant set status = 'exited', settlement_account = null where participant_no = $1`,
    [participantNo],
  );
  await recordAct(tx, officer, { act: EXIT, subject: participantNo, detail: { approvalId } });
  return { participantNo, status: 'exited' };
}
