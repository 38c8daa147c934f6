import {
  type BusinessDate,
  cityDate,
  type Database,
  type Principal,
  recordAct,
  type Role,
  type Transaction,
} from '@citycard/common';
import { auditErrors } from './errors.ts';

/** Roles of the company that is supervised. */
export const COMPANY_ROLES = ['finance-maker', 'finance-checker', 'platform'] as const satisfies readonly Role[];

/** Asks the company something; it has until the end of the deadline to answer. @throws `clearing.audit.deadline-past` */
export async function ask(
  tx: Transaction,
  principal: Principal,
  inquiry: { readonly subject: string; readonly question: string; readonly deadline: BusinessDate },
): Promise<{ inquiryNo: bigint }> {
  if (inquiry.deadline < cityDate(new Date())) throw auditErrors.deadlinePast({ deadline: inquiry.deadline });
  const { rows } = await tx.query<{ inquiryNo: bigint }>(
    `insert into clearing.audit_inquiry (subject, question, deadline, asked_by) values ($1, $2, $3, $4) returning inquiry_no as "inquiryNo"`,
    [inquiry.subject, inquiry.question, inquiry.deadline, principal.id],
  );
  const inquiryNo = rows[0]?.inquiryNo ?? 0n;
  await recordAct(tx, principal, {
    act: 'audit.ask',
    subject: `inquiry ${inquiryNo}`,
    detail: { deadline: inquiry.deadline },
  });
  return { inquiryNo };
}

/** Adds an answer of the company. @throws `clearing.audit.inquiry-unknown`, `.inquiry-closed` */
export async function answer(tx: Transaction, principal: Principal, inquiryNo: bigint, words: string): Promise<void> {
  await lockOpen(tx, inquiryNo);
  await tx.query(
    `insert into clearing.audit_answer (inquiry_no, answer_no, answer, answered_by)
     select $1, coalesce(max(answer_no), 0) + 1, $2, $3 from clearing.audit_answer where inquiry_no = $1`,
    [inquiryNo, words, principal.id],
  );
  await recordAct(tx, principal, { act: 'audit.answer', subject: `inquiry ${inquiryNo}` });
}

/**
 * Closes an inquiry with what was found. Nobody of the company can: nobody has a role on both sides.
 *
 * @throws `clearing.audit.inquiry-unknown`, `.inquiry-closed`, `.unanswered`
 */
export async function close(tx: Transaction, principal: Principal, inquiryNo: bigint, finding: string): Promise<void> {
  const { deadline, answers } = await lockOpen(tx, inquiryNo);
  if (answers === 0n && deadline >= cityDate(new Date())) throw auditErrors.unanswered({ inquiryNo, deadline });
  await tx.query(
    'update clearing.audit_inquiry set finding = $2, closed_by = $3, closed_at = clock_timestamp() where inquiry_no = $1',
    [inquiryNo, finding, principal.id],
  );
  await recordAct(tx, principal, { act: 'audit.close', subject: `inquiry ${inquiryNo}` });
}

async function lockOpen(tx: Transaction, inquiryNo: bigint): Promise<{ deadline: BusinessDate; answers: bigint }> {
  const { rows } = await tx.query<{ deadline: BusinessDate; closed: boolean }>(
    'select deadline, closed_at is not null as closed from clearing.audit_inquiry where inquiry_no = $1 for update',
    [inquiryNo],
  );
  const inquiry = rows[0];
  if (inquiry === undefined) throw auditErrors.inquiryUnknown({ inquiryNo });
  if (inquiry.closed) throw auditErrors.inquiryClosed({ inquiryNo });
  const { rows: counted } = await tx.query<{ answers: bigint }>(
    'select count(*) as answers from clearing.audit_answer where inquiry_no = $1',
    [inquiryNo],
  );
  return { deadline: inquiry.deadline, answers: counted[0]?.answers ?? 0n };
}

/** Inquiries with their answers, open ones first, those nearest to their deadline before the others. */
export async function listInquiries(db: Database, inquiryNo?: bigint): Promise<unknown[]> {
  const { rows } = await db.query(
    `select i.inquiry_no as "inquiryNo", i.subject, i.question, i.deadline, i.asked_by as "askedBy", i.asked_at as "askedAt", i.finding,
            i.closed_by as "closedBy", i.closed_at as "closedAt", i.closed_at is null and a.answers is null and i.deadline < $2 as overdue,
            coalesce(a.answers, '[]') as answers
       from clearing.audit_inquiry i
       left join lateral (select json_agg(json_build_object('answer', n.answer, 'answeredBy', n.answered_by, 'answeredAt', n.answered_at)
                                 order by n.answer_no) as answers from clearing.audit_answer n where n.inquiry_no = i.inquiry_no) a on true
      where $1::bigint is null or i.inquiry_no = $1 order by i.closed_at is not null, i.deadline, i.inquiry_no limit 1000`,
    [inquiryNo ?? null, cityDate(new Date())],
  );
  return rows;
}
