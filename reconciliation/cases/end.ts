import { approveCorrection, cardNo, type CorrectionTerms, proposeCorrection, type RecordRef } from '@citycard/clearing';
import { businessDate, type Fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import { lockOpenCase } from './answer.ts';
import { addEvent, correctionOf, findCase, type ResidentCase } from './case.ts';
import { chainsOf } from './chain.ts';
import { caseErrors } from './errors.ts';

/** What the resident gets back. */
export interface CaseCredit {
  readonly amountFen: Fen;
  /** The operator pays for a purchase of its own that was wrong, the agent or biller that was asked for a load or bill it has the money of; everything else is the company's to make good. */
  readonly payer: CorrectionTerms['payer'];
  /** The purchase that was wrong, one of the case's chain. */
  readonly purchase?: { readonly businessDate: string; readonly intakeId: string; readonly index: number };
  /** The card that is credited when the case's own was replaced since. */
  readonly cardNo?: string;
  readonly reason: string;
}

/**
 * The first person proposes what the resident gets back; it becomes pending credit of the card when a second one says the same.
 *
 * @throws CityCardError `reconciliation.cases.unknown`, `.ended`, `.purchase-elsewhere`, `.payer-not-asked`; those of clearing's corrections
 */
export async function proposeCredit(
  tx: Transaction,
  maker: Principal,
  caseNo: bigint,
  credit: CaseCredit,
): Promise<{ approvalId: bigint }> {
  const found = await lockOpenCase(tx, caseNo);
  const own = found.creditOpen ? found : { ...found, creditNo: found.creditNo + 1 };
  const proposal = await proposeCorrection(tx, maker, await termsOf(tx, own, credit));
  if (found.creditOpen) return proposal;
  await tx.query('update reconciliation.resident_case set credit_no = $2, credit_open = true where case_no = $1', [
    caseNo,
    own.creditNo,
  ]);
  await addEvent(tx, caseNo, {
    actor: maker.id,
    event: 'credit-proposed',
    words: `${credit.amountFen} fen, paid by the ${credit.payer}: ${credit.reason}`,
  });
  return proposal;
}

/**
 * The second person approves the same credit: it is booked, and the case has ended. Approving again answers how it ended.
 *
 * @throws CityCardError as {@link proposeCredit}; `reconciliation.cases.not-credited`; `identity.approval-unknown`, `.content-differs`, `.same-person`
 */
export async function approveCredit(
  tx: Transaction,
  checker: Principal,
  caseNo: bigint,
  approvalId: bigint,
  credit: CaseCredit,
): Promise<ResidentCase> {
  const before = await findCase(tx, caseNo);
  if (before?.outcome === 'credited') return before;
  const own = await lockOpenCase(tx, caseNo);
  if (!own.creditOpen) throw caseErrors.notCredited({ caseNo });
  const terms = await termsOf(tx, own, credit);
  const { amountFen } = await approveCorrection(tx, checker, approvalId, terms);
  await tx.query(
    `update reconciliation.resident_case set state = 'ended', credit_open = false, outcome = 'credited', reason = $2, credited_card = $3, credited_fen = $4, ended_by = $5,
            ended_at = clock_timestamp() where case_no = $1`,
    [caseNo, credit.reason, terms.cardNo, amountFen, checker.id],
  );
  return endedAs(tx, checker, own, `credited ${amountFen} fen`);
}

/**
 * Refuses the proposed credit, or takes it back: nobody can approve it any more, and the case goes on.
 *
 * @throws CityCardError `reconciliation.cases.unknown`, `.ended`, `.not-credited`
 */
export async function refuseCredit(tx: Transaction, by: Principal, caseNo: bigint, reason: string): Promise<void> {
  const { creditOpen } = await lockOpenCase(tx, caseNo);
  if (!creditOpen) throw caseErrors.notCredited({ caseNo });
  await tx.query('update reconciliation.resident_case set credit_open = false where case_no = $1', [caseNo]);
  await addEvent(tx, caseNo, { actor: by.id, event: 'credit-refused', words: reason });
  await recordAct(tx, by, { act: 'resident-case.refuse-credit', subject: `case ${caseNo}` });
}

/**
 * Ends a case with a written reason the resident is told: the records are right, or it was put right otherwise. Not while a credit is proposed.
 *
 * @throws CityCardError `reconciliation.cases.unknown`, `.ended`, `.credit-proposed`
 */
export async function endWithReason(
  tx: Transaction,
  by: Principal,
  caseNo: bigint,
  reason: string,
): Promise<ResidentCase> {
  const own = await lockOpenCase(tx, caseNo);
  if (own.creditOpen) throw caseErrors.creditProposed({ caseNo });
  await tx.query(
    `update reconciliation.resident_case set state = 'ended', outcome = 'refused', reason = $2, ended_by = $3, ended_at = clock_timestamp() where case_no = $1`,
    [caseNo, reason, by.id],
  );
  return endedAs(tx, by, own, reason);
}

async function endedAs(tx: Transaction, by: Principal, own: ResidentCase, words: string): Promise<ResidentCase> {
  await addEvent(tx, own.caseNo, { actor: by.id, event: 'ended', words });
  const ended = (await findCase(tx, own.caseNo)) ?? own;
  await recordAct(tx, by, {
    act: 'resident-case.end',
    subject: `case ${own.caseNo}`,
    detail: { outcome: ended.outcome, creditedFen: ended.creditedFen?.toString() ?? null },
  });
  return ended;
}

async function termsOf(tx: Transaction, own: ResidentCase, credit: CaseCredit): Promise<CorrectionTerms> {
  const { amountFen, payer, reason } = credit;
  const purchase = credit.purchase === undefined ? undefined : await inChain(tx, own, credit.purchase);
  const asked = payer === 'agent' || payer === 'biller';
  if (asked && own.participantNo === undefined) throw caseErrors.payerNotAsked({ caseNo: own.caseNo });
  return {
    cardNo: cardNo(credit.cardNo ?? own.cardNo),
    caseNo: correctionOf(own),
    amountFen,
    payer,
    reason,
    ...(purchase !== undefined && { purchase }),
    ...(asked && own.participantNo !== undefined && { participantNo: own.participantNo }),
  };
}

/** A case gives back what was wrong with its own card, and nothing else. */
async function inChain(
  tx: Transaction,
  own: ResidentCase,
  said: NonNullable<CaseCredit['purchase']>,
): Promise<RecordRef> {
  const chains = await chainsOf(tx, own.caseNo);
  const found = chains
    .flatMap(({ content }) => content.purchases)
    .find(
      ({ businessDate: date, intakeId, index }) =>
        date === said.businessDate && intakeId === said.intakeId && index === said.index,
    );
  if (found === undefined) throw caseErrors.purchaseElsewhere({ caseNo: own.caseNo });
  return {
    cardNo: cardNo(own.cardNo),
    businessDate: businessDate(found.businessDate),
    intakeId: BigInt(found.intakeId),
    index: found.index,
  };
}
