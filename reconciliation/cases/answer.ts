import { cityDate, type Principal, recordAct, type Transaction } from '@citycard/common';
import { addEvent, findCase, type ResidentCase } from './case.ts';
import { caseErrors } from './errors.ts';

/** A case that has not ended, locked until the transaction is over. @throws CityCardError `reconciliation.cases.unknown`, `.ended` */
export async function lockOpenCase(tx: Transaction, caseNo: bigint): Promise<ResidentCase> {
  await tx.query('select from reconciliation.resident_case where case_no = $1 for update', [caseNo]);
  const found = await findCase(tx, caseNo);
  if (found === undefined) throw caseErrors.unknown({ caseNo });
  if (found.state === 'ended') throw caseErrors.ended({ caseNo, endedOn: cityDate(found.endedAt ?? new Date()) });
  return found;
}

/**
 * The participant that was asked says whether the resident is right; the company decides then. An answer that comes after its
 * deadline, while the case is open, is still one, and late.
 *
 * @throws CityCardError `reconciliation.cases.unknown` (also for what is another's), `.ended`, `.not-asked` when it has answered
 */
export async function answerCase(
  tx: Transaction,
  by: Principal,
  caseNo: bigint,
  { finding, answer }: { readonly finding: 'agrees' | 'disagrees'; readonly answer: string },
): Promise<ResidentCase> {
  const asked = await findCase(tx, caseNo);
  if (asked === undefined || asked.participantNo === undefined || asked.participantNo !== by.participantNo)
    throw caseErrors.unknown({ caseNo });
  const { answeredAt } = await lockOpenCase(tx, caseNo);
  if (answeredAt !== undefined) throw caseErrors.notAsked({ caseNo });
  await tx.query(
    `update reconciliation.resident_case set finding = $2, answer = $3, answered_by = $4, answered_at = clock_timestamp(), state = 'with-company' where case_no = $1`,
    [caseNo, finding, answer, by.id],
  );
  await addEvent(tx, caseNo, { actor: by.id, event: 'answered', words: `${finding}: ${answer}` });
  await recordAct(tx, by, { act: 'resident-case.answer', subject: `case ${caseNo}`, detail: { finding } });
  return (await findCase(tx, caseNo)) ?? asked;
}

/** Adds what somebody of the company knows. @throws CityCardError `reconciliation.cases.unknown`, `.ended` */
export async function commentCase(tx: Transaction, by: Principal, caseNo: bigint, words: string): Promise<void> {
  await lockOpenCase(tx, caseNo);
  await addEvent(tx, caseNo, { actor: by.id, event: 'comment', words });
}
