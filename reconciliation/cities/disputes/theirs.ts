import { currentBusinessDate, postOrThrow } from '@citycard/clearing';
import { approveAct, fen, type Fen, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { readAgreement } from '../agreements/agreement.ts';
import { cityErrors } from '../errors.ts';
import { endDispute, type HeldDispute, insertDispute, lockDispute, type NewDispute } from './dispute.ts';

/**
 * Takes in another city's dispute of a refusal of ours: the row of its CCIP that we refused for good.
 *
 * @throws CityCardError `cities.row-unknown`, `.row-not-refused`, and as insertDispute
 */
export async function takeDispute(
  tx: Transaction,
  partner: Principal,
  dispute: NewDispute,
  now: Date = new Date(),
): Promise<{ disputeNo: bigint; answerDue: string }> {
  const { city, sequence, position } = dispute;
  const { rows } = await tx.query<{
    card_no: string;
    business_date: string;
    intake_id: bigint;
    amount_fen: Fen;
    state: string;
    reason_code: string | null;
    answered_at: Date | null;
  }>(
    `select r.card_no, r.business_date, r.intake_id, r.amount_fen, r.state, r.reason_code, a.created_at as answered_at
       from reconciliation.city_file f
       left join reconciliation.city_held_row h on h.intake_id = f.intake_id and h.record_index = $3
       left join reconciliation.city_file a on a.file_name = coalesce(h.answered_in, f.answered_by)
       join clearing.intake i on i.intake_id = f.intake_id
       join clearing.purchase_record r on r.business_date = i.business_date and r.intake_id = i.intake_id and r.record_index = $3
      where f.direction = 'in' and f.kind = 'ccip' and f.city = $1 and f.sequence = $2`,
    [city, sequence, position],
  );
  const [row] = rows;
  if (row === undefined) throw cityErrors.rowUnknown({ city, sequence, position });
  if ((row.state !== 'rejected' && row.state !== 'duplicate') || row.answered_at === null || row.reason_code === null)
    throw cityErrors.rowNotRefused({ sequence, position, standing: row.state });
  const { disputeDays, disputeAnswerDays } = await readAgreement(tx, city);
  const refused = {
    ...{ cardNo: row.card_no, businessDate: row.business_date, intakeId: row.intake_id, recordIndex: position },
    ...{ amountFen: row.amount_fen, outcome: row.reason_code, answeredAt: row.answered_at },
  };
  const terms = { openedBy: partner.id, disputeDays, answerDays: disputeAnswerDays, now };
  const opened = await insertDispute(tx, 'in', dispute, refused, terms);
  const detail = { city, sequence, position, reason: dispute.reasonCode };
  await recordAct(tx, partner, { act: 'receive-city-dispute', subject: `dispute ${opened.disputeNo}`, detail });
  return opened;
}

/** How we end a dispute of another city. */
export interface DisputeDecision {
  readonly disputeNo: bigint;
  readonly accept: boolean;
  readonly words: string;
}

const contentOf = ({ disputeNo, accept, words }: DisputeDecision) => ({
  disputeNo: disputeNo.toString(),
  accept,
  words,
});

async function requireOurs(tx: Transaction, disputeNo: bigint): Promise<HeldDispute> {
  const dispute = await lockDispute(tx, disputeNo);
  if (dispute.direction === 'out') throw cityErrors.disputeTheirs({ disputeNo, city: dispute.city });
  return dispute;
}

/** Proposes how to end another city's dispute. @throws CityCardError `cities.dispute-unknown`, `.dispute-theirs`, `.dispute-ended` */
export async function proposeDecision(
  tx: Transaction,
  officer: Principal,
  decision: DisputeDecision,
): Promise<{ approvalId: bigint }> {
  const { disputeNo, accept } = decision;
  const dispute = await requireOurs(tx, disputeNo);
  if (dispute.endedAt !== null) throw cityErrors.disputeEnded({ disputeNo, state: dispute.state });
  const subject = `dispute ${disputeNo}`;
  const proposed = await proposeAct(tx, officer, { act: 'city-dispute', subject, content: contentOf(decision) });
  await recordAct(tx, officer, { act: 'propose-city-dispute', subject, detail: { accept } });
  return proposed;
}

/**
 * Ends it as the second person. Accepted: the company pays the city what it had refused, for the card has been judged already.
 *
 * @throws as {@link proposeDecision}, identity.same-person, .content-differs
 */
export async function approveDecision(
  tx: Transaction,
  officer: Principal,
  decision: DisputeDecision,
  approvalId: bigint,
): Promise<{ state: 'accepted' | 'refused' }> {
  const { disputeNo, accept, words } = decision;
  const dispute = await requireOurs(tx, disputeNo);
  const { maker } = await approveAct(tx, officer, approvalId, contentOf(decision));
  const state = accept ? 'accepted' : 'refused';
  if (dispute.state === state) return { state };
  if (dispute.endedAt !== null) throw cityErrors.disputeEnded({ disputeNo, state: dispute.state });
  const postingKey = `city-dispute:${disputeNo}`;
  if (accept) {
    const legs = [{ debit: 'write-off:main', credit: `city-payable:${dispute.city}`, amount: fen(dispute.amountFen) }];
    const reason = `dispute ${disputeNo} of city ${dispute.city} is accepted`;
    await postOrThrow(tx, await currentBusinessDate(tx), [{ key: postingKey, reason, legs }]);
  }
  await endDispute(tx, disputeNo, { state, by: `${maker}, ${officer.id}`, words, ...(accept && { postingKey }) });
  await recordAct(tx, officer, { act: 'city-dispute', subject: `dispute ${disputeNo}`, detail: { accept } });
  return { state };
}
