import { type Principal, recordAct, requireOneSide, requireRole, type Transaction } from '@citycard/common';
import { type AlarmCase, lockCase, recordCaseAct } from './cases.ts';
import { alarmErrors } from './errors.ts';

/** Longer runs of digits are numbers of people, telephones and cards; amounts and counts are shorter. */
const LONG_NUMBER = /\d(?:[ -]?\d){10}/;

function requirePlain(words: string): void {
  if (LONG_NUMBER.test(words)) throw alarmErrors.wordsPersonal();
}

async function lockOpen(tx: Transaction, caseNo: bigint): Promise<AlarmCase> {
  const found = await lockCase(tx, caseNo);
  if (found.state === 'closed') throw alarmErrors.caseClosed({ caseNo, closedBy: found.closedBy ?? '' });
  return found;
}

/**
 * A supervisor has taken note: the case goes no further up the roster. Again changes nothing.
 *
 * @throws CityCardError `alarms.case-unknown`, `.case-closed`; `identity.role-missing`, `identity.both-sides`
 */
export async function acknowledgeCase(tx: Transaction, by: Principal, caseNo: bigint): Promise<void> {
  requireRole(by, 'supervisor');
  await requireOneSide(tx, by);
  const found = await lockOpen(tx, caseNo);
  await readNotices(tx, by, caseNo);
  if (found.state === 'acknowledged') return;
  await tx.query(
    `update clearing.alarm_case set state = 'acknowledged', acknowledged_by = $2, acknowledged_at = clock_timestamp(), next_level_at = null, next_repeat_at = null
      where case_no = $1`,
    [caseNo, by.id],
  );
  await recordCaseAct(tx, caseNo, 'acknowledge', by.id);
  await recordAct(tx, by, { act: 'alarm.acknowledge', subject: `case ${caseNo}`, detail: { kind: found.kind } });
}

/**
 * The company, or a supervisor, says something to a case. It silences nothing: the case stays as open as it was, goes on up the
 * roster and is repeated.
 *
 * @throws CityCardError `alarms.case-unknown`, `.case-closed`, `.words-personal`
 */
export async function answerCase(tx: Transaction, by: Principal, caseNo: bigint, words: string): Promise<void> {
  requirePlain(words);
  const found = await lockOpen(tx, caseNo);
  await readNotices(tx, by, caseNo);
  await recordCaseAct(tx, caseNo, 'answer', by.id, words);
  await recordAct(tx, by, { act: 'alarm.answer', subject: `case ${caseNo}`, detail: { kind: found.kind } });
}

/**
 * A supervisor closes a case with a finding. What raises it again opens another one.
 *
 * @throws CityCardError `alarms.case-unknown`, `.case-closed`, `.words-personal`; `identity.role-missing`, `identity.both-sides`
 */
export async function closeCase(tx: Transaction, by: Principal, caseNo: bigint, finding: string): Promise<void> {
  requireRole(by, 'supervisor');
  await requireOneSide(tx, by);
  requirePlain(finding);
  const found = await lockOpen(tx, caseNo);
  await readNotices(tx, by, caseNo);
  await tx.query(
    `update clearing.alarm_case set state = 'closed', closed_by = $2, closed_at = clock_timestamp(), finding = $3, next_level_at = null, next_repeat_at = null
      where case_no = $1`,
    [caseNo, by.id, finding],
  );
  await recordCaseAct(tx, caseNo, 'close', by.id, finding);
  await recordAct(tx, by, { act: 'alarm.close', subject: `case ${caseNo}`, detail: { kind: found.kind } });
}

/** Whoever acts on a case has read what was sent about it. */
async function readNotices(tx: Transaction, by: Principal, caseNo: bigint): Promise<void> {
  await tx.query(
    'update clearing.notice set read_at = clock_timestamp() where case_no = $1 and principal_id = $2 and read_at is null',
    [caseNo, by.id],
  );
}
