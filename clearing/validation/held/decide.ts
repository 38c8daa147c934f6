import {
  approveAct,
  type BusinessDate,
  type Principal,
  proposeAct,
  recordAct,
  type Transaction,
} from '@citycard/common';
import { openAccount } from '../../ledger/accounts.ts';
import { postOrThrow } from '../../ledger/posting.ts';
import { cardNo } from '../../purses/card-number.ts';
import { findPurse } from '../../purses/purse.ts';
import { purchaseContentSha256 } from '../../purchases/purchase-record.ts';
import { type PurchaseState, REASON, type ReasonCode } from '../../purchases/reason-codes.ts';
import { walkAgain } from '../chain/chain-work.ts';
import { validationErrors } from '../errors.ts';
import { type Decision, replaced, refuted } from '../judge.ts';
import { keysOf, readOpenGrays } from '../known.ts';
import { ACCEPTED, type Outcome, rejected, type Standing } from '../outcome.ts';
import { afterPosting, postingDates, postPurchases } from '../purchase-posting.ts';
import { nameOf, type ReceivedPurchase, type RecordRef, refKey } from '../received-purchase.ts';
import { payablesOf } from '../short-purses.ts';
import { takeValidationLock } from '../validation-lock.ts';
import { type FinalDecision, writeDecisions, writeRemembered } from '../write-decisions.ts';
import { coverOf, WRITE_OFF } from './by-rule.ts';
import { whyCardHasPaid } from './card-has-paid.ts';
import { type HeldRecord, lockHeld } from './held-record.ts';

const ACT = 'decide-held-purchase';

/** What people say of a held record: it is paid, from the purse or by the company; or it is refused, for a final reason. */
export type HeldVerdict =
  | {
      readonly outcome: 'accept';
      readonly payer: 'purse' | 'company';
      /** The company pays all the same although the card's chain shows that the card has paid. */
      readonly althoughCardPaid?: true;
    }
  | { readonly outcome: 'refuse'; readonly reasonCode?: ReasonCode };

export interface HeldDecision {
  readonly ref: RecordRef;
  readonly verdict: HeldVerdict;
  /** What was seen: the operator's log, the card, the records beside it. No personal data. */
  readonly evidence: string;
}

/**
 * The first person says what shall become of a held record. Nothing changes before another agrees.
 *
 * @throws CityCardError `clearing-validation.record-unknown`, `.not-held`, `.city-decides`, `.late-tap`, `.not-final`,
 *   `.payer-useless`, `.counter-taken`, `.card-has-paid`
 */
export async function proposeHeldDecision(
  tx: Transaction,
  maker: Principal,
  decision: HeldDecision,
): Promise<{ approvalId: bigint }> {
  const held = await lockHeld(tx, decision.ref);
  const { reasonCode, payer } = await assertPossible(tx, held, decision.verdict);
  const { approvalId } = await proposeAct(tx, maker, {
    act: ACT,
    // A record may be held again for another reason, and is then another occasion.
    subject: `${nameOf(decision.ref)}, held as ${held.code}`,
    content: contentOf(decision),
  });
  await tx.query(
    `insert into clearing.held_decision
       (card_no, business_date, intake_id, record_index, approval_id, outcome, reason_code, payer, evidence, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
    [...keyOf(decision.ref), approvalId, decision.verdict.outcome, reasonCode, payer, decision.evidence, maker.id],
  );
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: nameOf(decision.ref), detail: contentOf(decision) });
  return { approvalId };
}

/**
 * The second person agrees: the record is paid or refused, for good. A record that is to be paid from a purse with too little
 * waits for the load (reason 08). Resolves to where the record stands.
 *
 * @throws CityCardError as {@link proposeHeldDecision}; `.decided`; `identity.approval-unknown`, `.content-differs`,
 *   `.same-person`; `clearing.no-open-business-day`
 */
export async function approveHeldDecision(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  decision: HeldDecision,
): Promise<{ state: PurchaseState; reasonCode: string | null; postedDate: BusinessDate | null }> {
  // Nobody judges meanwhile: counters that are free now are free when this commits.
  await takeValidationLock(tx);
  const { maker } = await approveAct(tx, checker, approvalId, contentOf(decision));
  const marked = await tx.query(
    `update clearing.held_decision set approved_by = $6, decided_at = clock_timestamp()
      where card_no = $1 and business_date = $2 and intake_id = $3 and record_index = $4 and approval_id = $5
        and approved_by is null`,
    [...keyOf(decision.ref), approvalId, checker.id],
  );
  if (marked.rowCount !== 1) throw validationErrors.decided();
  const held = await lockHeld(tx, decision.ref);
  const { reasonCode } = await assertPossible(tx, held, decision.verdict);
  const by = `${maker} and ${checker.id}`;
  const written =
    decision.verdict.outcome === 'accept'
      ? await accept(tx, held, decision.verdict.payer, by)
      : await refuse(tx, held, reasonCode ?? REASON.notAllowed, by);
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: nameOf(decision.ref), detail: { maker, ...written } });
  return written;
}

async function assertPossible(
  tx: Transaction,
  held: HeldRecord,
  verdict: HeldVerdict,
): Promise<{ reasonCode: ReasonCode | null; payer: string | null }> {
  if (verdict.outcome === 'refuse') {
    const code = verdict.reasonCode ?? (held.code === REASON.heldForInspection ? REASON.notAllowed : held.code);
    if (code === REASON.heldForInspection) throw validationErrors.notFinal({ reasonCode: code });
    return { reasonCode: code, payer: null };
  }
  if (held.otherCity !== undefined) throw validationErrors.cityDecides({ city: held.otherCity });
  if (held.code === REASON.insufficientBalance && verdict.payer === 'purse') throw validationErrors.payerUseless();
  const { ref } = held.purchase;
  const card = held.amountFen === 0n ? undefined : await findPurse(tx, cardNo(ref.cardNo), { lock: true });
  if (held.amountFen > 0n && card === undefined) throw validationErrors.purseMissing();
  // Of two records in conflict both have a right TAC: that the other has the counter is why this one waits.
  if (held.code !== REASON.conflict) {
    const other = await keeperOfKeys(tx, held.purchase);
    if (other === 'another') throw validationErrors.counterTaken({ other: 'which was accepted or refused before' });
  }
  if (held.code === REASON.gray && verdict.payer === 'company' && verdict.althoughCardPaid !== true) {
    const finding = await whyCardHasPaid(tx, held.purchase, held.amountFen);
    if (finding !== undefined) throw validationErrors.cardHasPaid({ finding });
  }
  return { reasonCode: null, payer: verdict.payer };
}

/** Whose the record's keys are: nobody's, its own, or those of another record. */
async function keeperOfKeys(
  tx: Transaction,
  { ref, record }: ReceivedPurchase,
): Promise<'nobody' | 'itself' | 'another'> {
  const { rows } = await tx.query<{ own: boolean }>(
    `select intake_id = $6 and record_index = $7 as own from clearing.purchase_identity
      where card_no = $1 and issuer_city = $2 and (offline_counter = $3 or sam_no = $4 and sam_transaction_no = $5)`,
    [
      ref.cardNo,
      record.issuerCity,
      record.offlineCounter,
      record.samNo,
      record.samTransactionNo,
      ref.intakeId,
      ref.index,
    ],
  );
  if (rows.some(({ own }) => !own)) return 'another';
  return rows.length === 0 ? 'nobody' : 'itself';
}

async function accept(tx: Transaction, held: HeldRecord, payer: 'purse' | 'company', by: string) {
  const { purchase, code, amountFen } = held;
  const { ref } = purchase;
  const dates = await postingDates(tx, [ref.businessDate]);
  const date = dates(ref.businessDate);
  let result: { outcome: Outcome; postedDate: BusinessDate | null } = { outcome: ACCEPTED, postedDate: date };
  if (amountFen > 0n) {
    if (payer === 'company') {
      await openAccount(tx, WRITE_OFF);
      await postOrThrow(tx, date, [coverOf(ref, amountFen)]);
    }
    const payables = await payablesOf(tx, [{ ref, amountFen, participantNo: purchase.participantNo }]);
    const [posted] = await postPurchases(tx, payables, dates);
    if (posted === undefined) throw new Error('the ledger answers every posting');
    result = afterPosting(posted);
  }
  const outcome: Outcome =
    result.outcome.state === 'accepted' ? { ...ACCEPTED, detail: 'paid by decision of two persons' } : result.outcome;
  const decisions: FinalDecision[] = [
    { ref, from: standing(code), outcome, postedDate: result.postedDate },
    ...(code === REASON.conflict ? [] : await takeCounter(tx, purchase)),
  ];
  await writeDecisions(tx, decisions, by);
  return { state: outcome.state, reasonCode: 'code' in outcome ? outcome.code : null, postedDate: result.postedDate };
}

/** The record has its counter from now on; other gray records with it are answered by that. */
async function takeCounter(tx: Transaction, purchase: ReceivedPurchase): Promise<FinalDecision[]> {
  if ((await keeperOfKeys(tx, purchase)) === 'nobody') {
    await writeRemembered(tx, 'purchase_identity', [{ purchase, content: purchaseContentSha256(purchase.raw) }]);
    await walkAgain(tx, [purchase.ref]);
  }
  const keys = keysOf(purchase.record);
  const grays = await readOpenGrays(tx, [purchase]);
  return grays
    .filter((gray) => gray.keys.counter === keys.counter && refKey(gray.ref) !== refKey(purchase.ref))
    .map((gray) => {
      const same = gray.keys.transaction === keys.transaction;
      const outcome = same ? replaced(purchase.ref) : refuted(purchase.ref);
      return { ...decisionOf(gray.ref, outcome, REASON.gray), postedDate: null };
    });
}

async function refuse(tx: Transaction, { purchase, code }: HeldRecord, reasonCode: ReasonCode, by: string) {
  const outcome = rejected(reasonCode, 'refused by decision of two persons');
  await writeDecisions(tx, [{ ...decisionOf(purchase.ref, outcome, code), postedDate: null }], by);
  return { state: outcome.state, reasonCode, postedDate: null };
}

function decisionOf(ref: RecordRef, outcome: Outcome, code: ReasonCode): Decision {
  return { ref, from: standing(code), outcome };
}

function standing(code: ReasonCode): Standing {
  return { state: 'suspicious', code };
}

const keyOf = (ref: RecordRef): unknown[] => [ref.cardNo, ref.businessDate, ref.intakeId, ref.index];

/** What both persons say alike. */
function contentOf({ ref, verdict, evidence }: HeldDecision): Record<string, unknown> {
  return {
    cardNo: ref.cardNo,
    businessDate: ref.businessDate,
    intakeId: ref.intakeId.toString(),
    index: ref.index,
    ...verdict,
    evidence,
  };
}
