import {
  addDays,
  approveAct,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Fen,
  fen,
  type Principal,
  proposeAct,
  recordAct,
  sqlState,
  type Transaction,
} from '@citycard/common';
import { raiseAlarmOnce } from '../alarms/alarm.ts';
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import type { RecordRef } from '../validation/received-purchase.ts';
import { appealErrors } from './errors.ts';

export const APPEAL_REASONS = ['tac-right', 'sam-ours', 'clock', 'not-hot-listed', 'card-valid', 'other'] as const;
export type AppealReason = (typeof APPEAL_REASONS)[number];

/** A month to look at one's own records. */
export const APPEAL_DAYS = 30;
/** Finance answers within this many days; then people are told. */
const ANSWER_DAYS = 15;
const PAYER = 'write-off:main';
const ACT = 'answer-appeal';
const UNIQUE_VIOLATION = '23505';

/** An objection of a participant to a refused record. */
export interface Appeal {
  readonly appealNo: bigint;
  readonly cardNo: string;
  readonly businessDate: BusinessDate;
  readonly intakeId: bigint;
  readonly index: number;
  readonly participantNo: string;
  readonly amountFen: Fen;
  readonly refusedFor: string;
  readonly reason: AppealReason;
  readonly words: string;
  readonly openedAt: Date;
  readonly answerDueOn: BusinessDate;
  readonly state: 'open' | 'proposed' | 'upheld' | 'dismissed';
  /** While it is proposed: what, and by whom. */
  readonly approvalId: bigint | null;
  readonly proposedBy: string | null;
  readonly upheld: boolean | null;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
}

const COLUMNS = `appeal_no as "appealNo", card_no as "cardNo", business_date as "businessDate", intake_id as "intakeId", record_index as index,
  participant_no as "participantNo", amount_fen as "amountFen", refused_for as "refusedFor", reason, words, opened_at as "openedAt",
  answer_due_on as "answerDueOn", state, approval_id as "approvalId", proposed_by as "proposedBy", upheld, answer, answered_at as "answeredAt"`;

const appealOf = (row: Appeal): Appeal => ({
  ...row,
  businessDate: businessDate(row.businessDate),
  answerDueOn: businessDate(row.answerDueOn),
  amountFen: fen(row.amountFen),
});

/**
 * A participant objects to the refusal of one of its own records, once.
 *
 * @throws CityCardError `clearing.appeals.record-unknown` (also for another's), `.not-refused`, `.too-late`, `.exists`
 */
export async function openAppeal(
  tx: Transaction,
  by: Principal,
  said: { readonly ref: RecordRef; readonly reason: AppealReason; readonly words: string },
  today: BusinessDate = cityDate(new Date()),
): Promise<Appeal> {
  const { ref, reason, words } = said;
  const key = [ref.cardNo, ref.businessDate, ref.intakeId, ref.index];
  const { rows } = await tx.query<{
    state: string;
    code: string | null;
    amount: bigint;
    at: Date | null;
    no: bigint | null;
  }>(
    `select r.state, r.reason_code as code, r.amount_fen as amount, r.decided_at as at,
            (select a.appeal_no from clearing.appeal a where a.card_no = r.card_no and a.business_date = r.business_date
                and a.intake_id = r.intake_id and a.record_index = r.record_index) as no
       from clearing.purchase_record r
      where r.card_no = $1 and r.business_date = $2 and r.intake_id = $3 and r.record_index = $4 and r.participant_no = $5`,
    [...key, by.participantNo ?? ''],
  );
  const [record] = rows;
  if (record === undefined) throw appealErrors.recordUnknown();
  if (record.no !== null) throw appealErrors.exists({ appealNo: record.no });
  if (record.state !== 'rejected' || record.code === null) throw appealErrors.notRefused({ state: record.state });
  const refusedOn = cityDate(record.at ?? new Date());
  const until = addDays(refusedOn, APPEAL_DAYS);
  if (today > until) throw appealErrors.tooLate({ refusedOn, days: APPEAL_DAYS, until });
  const opened = await tx
    .query<Appeal>(
      `insert into clearing.appeal (card_no, business_date, intake_id, record_index, participant_no, amount_fen, refused_for, reason, words,
         opened_by, answer_due_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
      [...key, by.participantNo, record.amount, record.code, reason, words, by.id, addDays(today, ANSWER_DAYS)],
    )
    .catch((error: unknown) => {
      // Said twice at the same moment.
      throw sqlState(error) === UNIQUE_VIOLATION ? appealErrors.exists({ appealNo: '' }, error) : error;
    });
  const [appeal] = opened.rows;
  if (appeal === undefined) throw new Error('a row just written cannot be found');
  await recordAct(tx, by, { act: 'open-appeal', subject: `appeal ${appeal.appealNo}`, detail: { reason } });
  return appealOf(appeal);
}

export interface AppealAnswer {
  readonly appealNo: bigint;
  readonly uphold: boolean;
  /** What the participant is told. */
  readonly words: string;
}

const contentOf = ({ appealNo, uphold, words }: AppealAnswer) => ({ appealNo: appealNo.toString(), uphold, words });

/** The first person of finance proposes an answer; another proposal takes the place of one nobody has agreed to. @throws `.unknown`, `.answered` */
export async function proposeAppealAnswer(
  tx: Transaction,
  maker: Principal,
  answer: AppealAnswer,
): Promise<{ approvalId: bigint }> {
  const appeal = await lockAppeal(tx, answer.appealNo);
  const subject = `appeal ${answer.appealNo}`;
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content: contentOf(answer) });
  await tx.query(
    `update clearing.appeal set state = 'proposed', approval_id = $3, proposed_by = $4, upheld = $5, answer = $6 where card_no = $1 and appeal_no = $2`,
    [appeal.cardNo, appeal.appealNo, approvalId, maker.id, answer.uphold, answer.words],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: { uphold: answer.uphold } });
  return { approvalId };
}

/**
 * The second person agrees: the participant is told, and what is upheld is paid to it by the company with its next sheet.
 *
 * @throws CityCardError `clearing.appeals.unknown`, `.answered`, `.not-proposed`; `identity.same-person`, `.content-differs`
 */
export async function approveAppealAnswer(tx: Transaction, checker: Principal, answer: AppealAnswer): Promise<Appeal> {
  const appeal = await lockAppeal(tx, answer.appealNo);
  if (appeal.approvalId === null) throw appealErrors.notProposed({ appealNo: answer.appealNo });
  await approveAct(tx, checker, appeal.approvalId, contentOf(answer));
  const postingKey = answer.uphold ? `appeal:${answer.appealNo}` : null;
  if (postingKey !== null) {
    await openAccount(tx, PAYER);
    const legs = [{ debit: PAYER, credit: `operator-payable:${appeal.participantNo}`, amount: fen(appeal.amountFen) }];
    await postOrThrow(tx, await currentBusinessDate(tx), [
      { key: postingKey, reason: `objection ${answer.appealNo} to a refused record upheld`, legs },
    ]);
  }
  const { rows } = await tx.query<Appeal>(
    `update clearing.appeal set state = $3, answered_by = $4, answered_at = clock_timestamp(), posting_key = $5
      where card_no = $1 and appeal_no = $2 returning ${COLUMNS}`,
    [appeal.cardNo, appeal.appealNo, answer.uphold ? 'upheld' : 'dismissed', checker.id, postingKey],
  );
  await recordAct(tx, checker, {
    act: `approve-${ACT}`,
    subject: `appeal ${answer.appealNo}`,
    detail: { uphold: answer.uphold },
  });
  const [answered] = rows;
  if (answered === undefined) throw new Error('a row just written cannot be found');
  return appealOf(answered);
}

async function lockAppeal(tx: Transaction, appealNo: bigint): Promise<Appeal> {
  const { rows } = await tx.query<Appeal>(`select ${COLUMNS} from clearing.appeal where appeal_no = $1 for update`, [
    appealNo,
  ]);
  const [appeal] = rows;
  if (appeal === undefined) throw appealErrors.unknown({ appealNo });
  if (appeal.answeredAt !== null) throw appealErrors.answered({ appealNo, state: appeal.state });
  return appealOf(appeal);
}

/** One objection; another participant's is as unknown as none. @throws CityCardError `clearing.appeals.unknown` */
export async function findAppeal(
  db: Database,
  appealNo: bigint,
  only: { readonly participantNo?: string } = {},
): Promise<Appeal> {
  const { rows } = await db.query<Appeal>(
    `select ${COLUMNS} from clearing.appeal where appeal_no = $1 and ($2::text is null or participant_no = $2)`,
    [appealNo, only.participantNo ?? null],
  );
  const [appeal] = rows;
  if (appeal === undefined) throw appealErrors.unknown({ appealNo });
  return appealOf(appeal);
}

const PAGE = 200;

/** Objections by number, 200 at once. */
export async function listAppeals(
  db: Database,
  only: { readonly participantNo?: string; readonly open?: boolean; readonly after?: bigint },
): Promise<Appeal[]> {
  const { rows } = await db.query<Appeal>(
    `select ${COLUMNS} from clearing.appeal
      where ($1::text is null or participant_no = $1) and (not $2 or state in ('open', 'proposed')) and ($3::bigint is null or appeal_no > $3)
      order by appeal_no limit ${PAGE}`,
    [only.participantNo ?? null, only.open ?? false, only.after ?? null],
  );
  return rows.map(appealOf);
}

/** Raises the alarm about objections whose time for an answer is over, once for each. */
export async function alarmOverdueAppeals(tx: Transaction, today: BusinessDate): Promise<number> {
  const { rows } = await tx.query<{ no: bigint; participant_no: string }>(
    `update clearing.appeal set told_overdue = true where state in ('open', 'proposed') and answer_due_on < $1 and not told_overdue
     returning appeal_no as no, participant_no`,
    [today],
  );
  for (const { no, participant_no: participantNo } of rows)
    await raiseAlarmOnce(tx, {
      kind: 'appeal-unanswered',
      severity: 'warning',
      subject: `appeal ${no}`,
      evidence: { participantNo },
    });
  return rows.length;
}
