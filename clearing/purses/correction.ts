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
import { openAccount } from '../ledger/accounts.ts';
import { currentBusinessDate } from '../ledger/business-day.ts';
import { postOrThrow } from '../ledger/posting.ts';
import type { RecordRef } from '../validation/received-purchase.ts';
import type { CardNo } from './card-number.ts';
import { lockRides } from '../concessions/settle-rides.ts';
import { correctionErrors } from './correction-errors.ts';
import { findPurse } from './purse.ts';

const ACT = 'correct-card';
const WRITE_OFF = 'write-off:main';
/** The account of each payer: what an agent has paid in, what a biller is owed, what an operator has taken today. */
const PAYING = {
  company: 'write-off',
  operator: 'operator-pending',
  agent: 'agent-prefund',
  biller: 'biller-payable',
} as const;
/** Purses that are history take no credit: it would wait for a card that cannot be loaded. */
const HISTORY: readonly string[] = ['replaced', 'returned'];

/** Money given back to a card because something was wrong. */
export interface CorrectionTerms {
  readonly cardNo: CardNo;
  /** Names the case for life: the same card and case are corrected once. */
  readonly caseNo: string;
  readonly amountFen: Fen;
  /** The operator that took too much pays for its own purchase, the agent or biller that has the money for what it did not do; everything else is the company's to make good. */
  readonly payer: 'company' | 'operator' | 'agent' | 'biller';
  /** The agent or biller that pays. */
  readonly participantNo?: string;
  /** The purchase that was wrong. All corrections of it together never exceed it. */
  readonly purchase?: RecordRef;
  /** For people; no personal data. */
  readonly reason: string;
}

export interface Correction {
  readonly cardNo: string;
  readonly caseNo: string;
  readonly amountFen: Fen;
  readonly payer: string;
  readonly participantNo: string | undefined;
  readonly reason: string;
  readonly approvalId: bigint;
  readonly proposedBy: string;
  readonly approvedBy: string | undefined;
  readonly postedDate: BusinessDate | undefined;
}

/**
 * The first person says what a card gets back, and from whom. The same case again answers the first proposal.
 *
 * @throws CityCardError `clearing.purse-unknown`; `clearing.corrections.card-is-history`, `.purchase-needed`,
 *   `.purchase-unknown`, `.more-than-purchase`, `.payer-unknown`, `.case-taken`
 */
export async function proposeCorrection(
  tx: Transaction,
  maker: Principal,
  terms: CorrectionTerms,
): Promise<{ approvalId: bigint }> {
  const participantNo = await assertPossible(tx, terms);
  const subject = `card ${terms.cardNo}, case ${terms.caseNo}`;
  const { approvalId } = await proposeAct(tx, maker, { act: ACT, subject, content: contentOf(terms) });
  const { purchase } = terms;
  await tx.query(
    `insert into clearing.credit_correction (card_no, case_no, amount_fen, payer, participant_no, purchase_card_no, purchase_date,
            purchase_intake, purchase_index, reason, approval_id, proposed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (card_no, case_no) do nothing`,
    [
      terms.cardNo,
      terms.caseNo,
      terms.amountFen,
      terms.payer,
      terms.payer === 'company' ? null : participantNo,
      purchase?.cardNo ?? null,
      purchase?.businessDate ?? null,
      purchase?.intakeId ?? null,
      purchase?.index ?? null,
      terms.reason,
      approvalId,
      maker.id,
    ],
  );
  const [stored] = await correctionsOf(tx, terms.cardNo, terms.caseNo);
  if (stored?.approvalId !== approvalId) throw correctionErrors.caseTaken({ caseNo: terms.caseNo });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject, detail: contentOf(terms) });
  return { approvalId };
}

/**
 * The second person says the same: the amount becomes pending credit (补登) of the card, once; agreeing again answers where it
 * stands.
 *
 * @throws CityCardError as {@link proposeCorrection}; `clearing.corrections.case-unknown`; `identity.content-differs`,
 *   `.same-person`; `clearing.no-open-business-day`
 */
export async function approveCorrection(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  terms: CorrectionTerms,
): Promise<Correction> {
  const { rows } = await tx.query<{ posted_date: string | null }>(
    'select posted_date from clearing.credit_correction where card_no = $1 and case_no = $2 and approval_id = $3 for update',
    [terms.cardNo, terms.caseNo, approvalId],
  );
  const [row] = rows;
  if (row === undefined) throw correctionErrors.caseUnknown({ caseNo: terms.caseNo });
  const approval = await approveAct(tx, checker, approvalId, contentOf(terms));
  if (row.posted_date === null) await book(tx, terms, approval.checker);
  const [stored] = await correctionsOf(tx, terms.cardNo, terms.caseNo);
  if (stored === undefined) throw new Error('a row just written cannot be found');
  return stored;
}

async function book(tx: Transaction, terms: CorrectionTerms, checker: string): Promise<void> {
  const participantNo = await assertPossible(tx, terms);
  const date = await currentBusinessDate(tx);
  const debit = participantNo === undefined ? WRITE_OFF : `${PAYING[terms.payer]}:${participantNo}`;
  if (participantNo === undefined) await openAccount(tx, WRITE_OFF);
  const key = `correction:${terms.cardNo}:${terms.caseNo}`;
  const legs = [{ debit, credit: 'pending-credit', amount: terms.amountFen }];
  await postOrThrow(tx, date, [{ cardNo: terms.cardNo, key, reason: 'correction of a card', legs }]);
  await tx.query(
    'update clearing.credit_correction set approved_by = $3, posted_date = $4 where card_no = $1 and case_no = $2',
    [terms.cardNo, terms.caseNo, checker, date],
  );
}

/** Corrections of a card, oldest first. */
export async function correctionsOf(tx: Transaction, card: CardNo, caseNo?: string): Promise<Correction[]> {
  const { rows } = await tx.query<{
    card_no: string;
    case_no: string;
    amount_fen: bigint;
    payer: string;
    participant_no: string | null;
    reason: string;
    approval_id: bigint;
    proposed_by: string;
    approved_by: string | null;
    posted_date: BusinessDate | null;
  }>(
    `select card_no, case_no, amount_fen, payer, participant_no, reason, approval_id, proposed_by, approved_by, posted_date
       from clearing.credit_correction where card_no = $1 and ($2::text is null or case_no = $2) order by proposed_at, case_no`,
    [card, caseNo ?? null],
  );
  return rows.map((row) => ({
    cardNo: row.card_no,
    caseNo: row.case_no,
    amountFen: fen(row.amount_fen),
    payer: row.payer,
    participantNo: row.participant_no ?? undefined,
    reason: row.reason,
    approvalId: row.approval_id,
    proposedBy: row.proposed_by,
    approvedBy: row.approved_by ?? undefined,
    postedDate: row.posted_date ?? undefined,
  }));
}

/** Answers the participant that pays; undefined when it is the company. */
async function assertPossible(tx: Transaction, terms: CorrectionTerms): Promise<string | undefined> {
  await lockRides(tx, 'to correct one');
  const purse = await findPurse(tx, terms.cardNo, { lock: true });
  if (purse === undefined) throw clearingErrors.purseUnknown();
  if (HISTORY.includes(purse.status)) throw correctionErrors.cardIsHistory({ status: purse.status });
  const { purchase, payer } = terms;
  if (payer === 'operator' && purchase === undefined) throw correctionErrors.purchaseNeeded();
  const taker = purchase === undefined ? undefined : await takerOf(tx, terms, purchase);
  if (payer === 'company') return undefined;
  if (payer === 'operator') return taker;
  const { rowCount } = await tx.query('select from clearing.participant where participant_no = $1 and kind = $2', [
    terms.participantNo ?? '',
    payer,
  ]);
  if (rowCount === 0) throw correctionErrors.payerUnknown({ payer });
  return terms.participantNo;
}

/** The participant that took the purchase, when so much of it is left to be given back. */
async function takerOf(tx: Transaction, terms: CorrectionTerms, purchase: RecordRef): Promise<string> {
  const { amountFen } = terms;
  // Two cases of one purchase, at once, together never take more than it.
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 5012019370705))', [
    `${purchase.intakeId}:${purchase.index}`,
  ]);
  const { rows } = await tx.query<{ amount_fen: bigint; participant_no: string; kind: string; corrected: bigint }>(
    `select r.amount_fen, r.participant_no, p.kind,
            (select coalesce(sum(c.amount_fen), 0)::bigint from clearing.credit_correction c
              where c.purchase_intake = r.intake_id and c.purchase_index = r.record_index
                and not (c.card_no = $5 and c.case_no = $6))
              + coalesce((select e.back_fen from clearing.concession_ride e
                  where e.card_no = r.card_no and e.business_date = r.business_date and e.intake_id = r.intake_id
                    and e.record_index = r.record_index), 0) as corrected
       from clearing.purchase_record r join clearing.participant p using (participant_no)
      where r.card_no = $1 and r.business_date = $2 and r.intake_id = $3 and r.record_index = $4 and r.state = 'accepted'`,
    [purchase.cardNo, purchase.businessDate, purchase.intakeId, purchase.index, terms.cardNo, terms.caseNo],
  );
  const [record] = rows;
  if (record === undefined || record.kind === 'city') throw correctionErrors.purchaseUnknown();
  const leftFen = record.amount_fen - record.corrected;
  if (amountFen > leftFen) throw correctionErrors.moreThanPurchase({ leftFen });
  return record.participant_no;
}

function contentOf({ purchase, ...terms }: CorrectionTerms): Record<string, unknown> {
  return {
    ...terms,
    amountFen: terms.amountFen.toString(),
    purchase: purchase === undefined ? null : { ...purchase, intakeId: purchase.intakeId.toString() },
  };
}
