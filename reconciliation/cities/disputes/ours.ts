import { currentBusinessDate, postOrThrow, raiseAlarm } from '@citycard/clearing';
import {
  cityDate,
  type Database,
  fen,
  type Fen,
  type Principal,
  recordAct,
  transact,
  type Transaction,
} from '@citycard/common';
import { readAgreement } from '../agreements/agreement.ts';
import { cityErrors } from '../errors.ts';
import { endDispute, type HeldDispute, insertDispute, lockDispute, type NewDispute } from './dispute.ts';

/**
 * Disputes a final refusal of another city.
 *
 * @throws CityCardError `cities.row-unknown`, `.row-not-refused`, and as insertDispute
 */
export async function openDispute(
  tx: Transaction,
  officer: Principal,
  dispute: NewDispute,
  now: Date = new Date(),
): Promise<{ disputeNo: bigint; answerDue: string }> {
  const { city, sequence, position } = dispute;
  const { rows } = await tx.query<{
    card_no: string;
    business_date: string;
    intake_id: bigint;
    record_index: number;
    amount_fen: Fen;
    outcome: string | null;
    answered_at: Date | null;
    presentment: number;
  }>(
    `select card_no, business_date, intake_id, record_index, amount_fen, outcome, answered_at, presentment
       from reconciliation.city_sent_record where city = $1 and sequence = $2 and position = $3`,
    [city, sequence, position],
  );
  const [row] = rows;
  if (row === undefined) throw cityErrors.rowUnknown({ city, sequence, position });
  const { outcome, answered_at: answeredAt } = row;
  if (outcome === null || answeredAt === null || outcome === '00' || outcome === '0F' || row.presentment > 1) {
    const standing =
      (row.presentment > 1 && 'presented for the second time') ||
      (outcome === null && 'not answered') ||
      (outcome === '0F' ? 'held by the city' : 'accepted');
    throw cityErrors.rowNotRefused({ sequence, position, standing });
  }
  const { disputeDays, disputeAnswerDays } = await readAgreement(tx, city);
  const refused = {
    cardNo: row.card_no,
    businessDate: row.business_date,
    intakeId: row.intake_id,
    recordIndex: row.record_index,
    ...{ amountFen: row.amount_fen, outcome, answeredAt },
  };
  const terms = { openedBy: officer.id, disputeDays, answerDays: disputeAnswerDays, now };
  const opened = await insertDispute(tx, 'out', dispute, refused, terms);
  const detail = { city, sequence, position, reason: dispute.reasonCode };
  await recordAct(tx, officer, { act: 'open-city-dispute', subject: `dispute ${opened.disputeNo}`, detail });
  return opened;
}

/**
 * The other city's word on our dispute, as that city says it itself. Accepted: what it owes us goes to whoever sold.
 *
 * @throws CityCardError `cities.dispute-unknown`, `.dispute-ended`, `.dispute-ours`
 */
export async function takeDisputeAnswer(
  tx: Transaction,
  partner: Principal,
  { disputeNo, city, accepted, words }: { disputeNo: bigint; city: string; accepted: boolean; words: string },
): Promise<{ state: 'accepted' | 'refused' }> {
  const dispute = await lockDispute(tx, disputeNo);
  // Somebody else's dispute does not exist for a city.
  if (dispute.city !== city) throw cityErrors.disputeUnknown({ disputeNo });
  if (dispute.direction === 'in') throw cityErrors.disputeOurs({ disputeNo, city });
  const state = accepted ? 'accepted' : 'refused';
  if (dispute.state === state) return { state };
  if (dispute.endedAt !== null) throw cityErrors.disputeEnded({ disputeNo, state: dispute.state });
  await endOurs(tx, dispute, { accepted, by: partner.id, words });
  await recordAct(tx, partner, {
    act: 'answer-city-dispute',
    subject: `dispute ${disputeNo}`,
    detail: { city, accepted },
  });
  return { state };
}

/** Ends a dispute of ours by the word of the other city, and books what it accepts. */
export async function endOurs(
  tx: Transaction,
  dispute: HeldDispute,
  { accepted, by, words }: { accepted: boolean; by: string; words: string },
): Promise<void> {
  const { disputeNo, city, amountFen } = dispute;
  if (!accepted) return endDispute(tx, disputeNo, { state: 'refused', by, words });
  const { rows } = await tx.query<{ participant_no: string }>(
    `select participant_no from clearing.purchase_record
      where (card_no, business_date, intake_id, record_index) = ($1, $2, $3, $4)`,
    [dispute.cardNo, dispute.businessDate, dispute.intakeId, dispute.recordIndex],
  );
  const [seller] = rows;
  if (seller === undefined) throw new Error(`dispute ${disputeNo} has lost its record`);
  const postingKey = `city-dispute:${disputeNo}`;
  const legs = [
    {
      debit: `city-receivable:${city}`,
      credit: `operator-payable:${seller.participant_no}`,
      amount: fen(amountFen),
    },
  ];
  await postOrThrow(tx, await currentBusinessDate(tx), [
    { key: postingKey, reason: `city ${city} accepts a purchase it had refused`, legs },
  ]);
  await endDispute(tx, disputeNo, { state: 'accepted', by, words, postingKey });
}

/** Ends disputes of ours that were not answered in time, and tells people of all that are overdue, once each. Answers how many ended. */
export async function endOverdue(db: Database, now: Date = new Date()): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ dispute_no: bigint; direction: string; city: string; amount_fen: bigint }>(
      `select dispute_no, direction, city, amount_fen from reconciliation.city_dispute d
        where state in ('open', 'presented') and answer_due < $1
          and (direction = 'out' or not exists (
                 select from clearing.alarm a where a.kind = 'city-dispute-overdue' and a.subject = 'dispute ' || d.dispute_no))
        order by dispute_no for update`,
      [cityDate(now)],
    );
    for (const { dispute_no: disputeNo, direction, city, amount_fen: amountFen } of rows) {
      const subject = `dispute ${disputeNo}`;
      await raiseAlarm(tx, {
        kind: 'city-dispute-overdue',
        severity: 'warning',
        subject,
        evidence: { city, direction, amountFen },
      });
      if (direction === 'out')
        await endDispute(tx, disputeNo, { state: 'expired', by: 'rule', words: 'not answered by the day agreed' });
    }
    return rows.filter(({ direction }) => direction === 'out').length;
  });
}
