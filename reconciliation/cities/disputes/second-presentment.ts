import { HOME_CITY } from '@citycard/clearing';
import { type Fen, fen, type Principal, recordAct, type Transaction } from '@citycard/common';
import type { CityDeps } from '../deps.ts';
import { cityErrors } from '../errors.ts';
import { createFile } from '../outbox.ts';
import type { PlacedAnswer } from '../position/room.ts';
import { type HeldDispute, lockDispute } from './dispute.ts';
import { endOurs } from './ours.ts';

/**
 * Presents the record of a dispute of ours a second time: it travels once more, alone, in a new CCIP, and the city's answer to that
 * ends the dispute. The file still has to be signed. Presenting it again changes nothing.
 *
 * @throws CityCardError `cities.dispute-unknown`, `.dispute-ended`, `.dispute-ours`
 */
export async function presentAgain(
  tx: Transaction,
  deps: CityDeps,
  officer: Principal,
  disputeNo: bigint,
): Promise<{ sequence: bigint }> {
  const dispute = await lockDispute(tx, disputeNo);
  const { city } = dispute;
  if (dispute.direction === 'in') throw cityErrors.disputeOurs({ disputeNo, city });
  if (dispute.presentedIn !== null) return { sequence: dispute.presentedIn };
  if (dispute.endedAt !== null) throw cityErrors.disputeEnded({ disputeNo, state: dispute.state });
  const place = [dispute.cardNo, dispute.businessDate, dispute.intakeId, dispute.recordIndex];
  const { rows } = await tx.query<{ raw: Buffer; amount_fen: Fen }>(
    `select raw, amount_fen from clearing.purchase_record where (card_no, business_date, intake_id, record_index) = ($1, $2, $3, $4)`,
    place,
  );
  const [record] = rows;
  if (record === undefined) throw new Error(`dispute ${disputeNo} has lost its record`);
  const file = await createFile(tx, {
    ...{ kind: 'ccip', home: deps.homeCity ?? HOME_CITY, city },
    ...{ rows: [record.raw], totalFen: fen(record.amount_fen) },
  });
  await tx.query(
    `insert into reconciliation.city_sent_record
       (card_no, business_date, intake_id, record_index, presentment, amount_fen, position, city, sequence)
     values ($1, $2, $3, $4, 2, $5, 0, $6, $7)`,
    [...place, record.amount_fen, city, file.sequence],
  );
  await tx.query(
    `update reconciliation.city_dispute set state = 'presented', presented_in = $2 where dispute_no = $1`,
    [disputeNo, file.sequence],
  );
  const detail = { city, file: file.name };
  await recordAct(tx, officer, { act: 'present-again', subject: `dispute ${disputeNo}`, detail });
  return { sequence: BigInt(file.sequence) };
}

const HELD = '0F';

/** Ends the disputes whose records a city has now answered for the second time; one it holds stays open. */
export async function endPresented(
  tx: Transaction,
  city: string,
  answers: readonly PlacedAnswer[],
  answeredIn: string,
): Promise<void> {
  for (const { answer, sequence } of answers) {
    if (answer.outcome === HELD) continue;
    const { rows } = await tx.query<{ no: bigint }>(
      `select dispute_no as no from reconciliation.city_dispute where direction = 'out' and city = $1 and presented_in = $2 and state = 'presented'`,
      [city, sequence],
    );
    const [found] = rows;
    // A dispute that has ended meanwhile stays as it ended; people see the late answer with the file.
    if (found === undefined) continue;
    const dispute: HeldDispute = await lockDispute(tx, found.no);
    const accepted = answer.outcome === '00';
    const words = accepted ? `accepted in ${answeredIn}` : `refused again with ${answer.outcome} in ${answeredIn}`;
    await endOurs(tx, dispute, { accepted, by: `city ${city}`, words });
  }
}
