import { approveAct, type Database, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';

/** What one side may be late with before that is a difference. */
export const PATIENCE_SUBJECTS = [
  'sam-hole',
  'sam-silent',
  'batch-totals',
  'payment',
  'payment-status',
  'cash-slip',
  'cash-supply',
  'agent-file',
  'statement',
  'bank-entry',
] as const;
export type PatienceSubject = (typeof PATIENCE_SUBJECTS)[number];

export type Patience = Readonly<Record<PatienceSubject, number>>;

/** Days of patience in force, by subject. */
export async function patienceInForce(db: Database | Transaction): Promise<Patience> {
  const { rows } = await (db as Database).query<{ subject: PatienceSubject; days: number }>(
    'select distinct on (subject) subject, days from reconciliation.patience order by subject, patience_no desc',
  );
  const days = new Map(rows.map((row) => [row.subject, row.days]));
  return Object.fromEntries(PATIENCE_SUBJECTS.map((subject) => [subject, days.get(subject) ?? 0])) as Patience;
}

/** Days of patience in force with one subject. */
export async function daysOfPatience(tx: Transaction, subject: PatienceSubject): Promise<number> {
  const { rows } = await tx.query<{ days: number }>(`select ${patienceDays(subject)} as days`);
  return rows[0]?.days ?? 0;
}

/** The same as SQL. */
export const patienceDays = (subject: PatienceSubject): string =>
  `(select days from reconciliation.patience where subject = '${subject}' order by patience_no desc limit 1)`;

const ACT = 'reconciliation-patience';

export interface PatienceChange {
  readonly subject: PatienceSubject;
  /** 0 … 90. */
  readonly days: number;
}

/** Proposes other days of patience. */
export async function proposePatience(
  tx: Transaction,
  maker: Principal,
  change: PatienceChange,
): Promise<{ approvalId: bigint }> {
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: change.subject, content: { ...change } });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: change.subject, detail: { days: change.days } });
  return proposal;
}

/** The second person says the same, and it holds from now on. @throws `identity.same-person`, `.content-differs`, `.approval-unknown` */
export async function approvePatience(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  change: PatienceChange,
): Promise<PatienceChange> {
  const people = await approveAct(tx, checker, approvalId, { ...change });
  await tx.query('insert into reconciliation.patience (subject, days, set_by, approved_by) values ($1, $2, $3, $4)', [
    change.subject,
    change.days,
    people.maker,
    people.checker,
  ]);
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: change.subject, detail: { days: change.days } });
  return change;
}
