import { addDays, type BusinessDate, cityDate, type Database, type Fen, type Transaction } from '@citycard/common';
import { cityErrors } from '../errors.ts';

export type DisputeState = 'open' | 'presented' | 'accepted' | 'refused' | 'expired';

/** One refusal that one city disputes with another. */
export interface CityDispute {
  readonly disputeNo: bigint;
  /** `out`: we dispute their refusal; `in`: they dispute ours. */
  readonly direction: 'out' | 'in';
  readonly city: string;
  /** The refused row: the CCIP that carried it and its place there, from 0. */
  readonly sequence: bigint;
  readonly position: number;
  readonly amountFen: Fen;
  /** What it was refused with. */
  readonly outcome: string;
  readonly reasonCode: string;
  readonly words: string;
  readonly openedAt: Date;
  readonly answerDue: BusinessDate;
  readonly state: DisputeState;
  /** Our CCIP in which the record was presented again. */
  readonly presentedIn: bigint | null;
  readonly answerWords: string | null;
  readonly endedAt: Date | null;
}

const COLUMNS = `dispute_no as "disputeNo", direction, city, sequence, position, amount_fen as "amountFen", outcome, reason_code as "reasonCode",
  words, opened_at as "openedAt", answer_due as "answerDue", state, presented_in as "presentedIn", answer_words as "answerWords", ended_at as "endedAt"`;

/** What disputes are opened with: those of one city, or of all; open ones only, or all. The newest first. */
export async function listDisputes(
  db: Database,
  { city, open }: { city?: string; open?: boolean },
): Promise<CityDispute[]> {
  const { rows } = await db.query<CityDispute>(
    `select ${COLUMNS} from reconciliation.city_dispute
      where ($1::text is null or city = $1) and (not $2 or state in ('open', 'presented')) order by dispute_no desc limit 1000`,
    [city ?? null, open ?? false],
  );
  return rows;
}

/** What is needed to book a dispute, too. */
export interface HeldDispute extends CityDispute {
  readonly cardNo: string;
  readonly businessDate: string;
  readonly intakeId: bigint;
  readonly recordIndex: number;
}

/** The dispute, ours until the transaction ends. @throws CityCardError `cities.dispute-unknown` */
export async function lockDispute(tx: Transaction, disputeNo: bigint): Promise<HeldDispute> {
  const { rows } = await tx.query<HeldDispute>(
    `select ${COLUMNS}, card_no as "cardNo", business_date as "businessDate", intake_id as "intakeId", record_index as "recordIndex"
       from reconciliation.city_dispute where dispute_no = $1 for update`,
    [disputeNo],
  );
  if (rows[0] === undefined) throw cityErrors.disputeUnknown({ disputeNo });
  return rows[0];
}

/** The refused row a dispute is about. */
export interface RefusedRow {
  readonly cardNo: string;
  readonly businessDate: string;
  readonly intakeId: bigint;
  readonly recordIndex: number;
  readonly amountFen: Fen;
  readonly outcome: string;
  readonly answeredAt: Date;
}

export interface NewDispute {
  readonly city: string;
  readonly sequence: number;
  readonly position: number;
  readonly reasonCode: string;
  readonly words: string;
}

/**
 * Puts a dispute down: the reason must be one of the table and said against that outcome, the row refused for good not longer ago
 * than agreed, and not in dispute already.
 *
 * @throws CityCardError `cities.reason-unknown`, `.reason-misplaced`, `.dispute-too-late`, `.disputed`
 */
export async function insertDispute(
  tx: Transaction,
  direction: 'out' | 'in',
  { city, sequence, position, reasonCode, words }: NewDispute,
  row: RefusedRow,
  terms: { readonly openedBy: string; readonly disputeDays: number; readonly answerDays: number; readonly now: Date },
): Promise<{ disputeNo: bigint; answerDue: BusinessDate }> {
  const { rows: reasons } = await tx.query<{ against: string[] }>(
    'select against from reconciliation.dispute_reason where reason_code = $1',
    [reasonCode],
  );
  const [reason] = reasons;
  if (reason === undefined) throw cityErrors.reasonUnknown({ reason: reasonCode });
  if (reason.against.length > 0 && !reason.against.includes(row.outcome))
    throw cityErrors.reasonMisplaced({ reason: reasonCode, outcome: row.outcome, against: reason.against.join(', ') });
  const today = cityDate(terms.now);
  const answeredOn = cityDate(row.answeredAt);
  const until = addDays(answeredOn, terms.disputeDays);
  if (today > until) throw cityErrors.disputeTooLate({ sequence, position, answeredOn, until });
  const answerDue = addDays(today, terms.answerDays);
  const { rows } = await tx.query<{ disputeNo: bigint }>(
    `insert into reconciliation.city_dispute (direction, city, sequence, position, card_no, business_date, intake_id, record_index, amount_fen,
       outcome, reason_code, words, opened_by, answer_due)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (direction, city, sequence, position) do nothing returning dispute_no as "disputeNo"`,
    [
      ...[
        direction,
        city,
        sequence,
        position,
        row.cardNo,
        row.businessDate,
        row.intakeId,
        row.recordIndex,
        row.amountFen,
      ],
      ...[row.outcome, reasonCode, words, terms.openedBy, answerDue],
    ],
  );
  if (rows[0] !== undefined) return { disputeNo: rows[0].disputeNo, answerDue };
  const { rows: known } = await tx.query<{ no: bigint }>(
    `select dispute_no as no from reconciliation.city_dispute where direction = $1 and city = $2 and sequence = $3 and position = $4`,
    [direction, city, sequence, position],
  );
  throw cityErrors.disputed({ sequence, position, disputeNo: known[0]?.no });
}

/** Ends a dispute that the caller holds. */
export async function endDispute(
  tx: Transaction,
  disputeNo: bigint,
  end: { state: 'accepted' | 'refused' | 'expired'; by: string; words: string; postingKey?: string },
): Promise<void> {
  await tx.query(
    `update reconciliation.city_dispute set state = $2, ended_at = clock_timestamp(), ended_by = $3, answer_words = $4, posting_key = $5
      where dispute_no = $1`,
    [disputeNo, end.state, end.by, end.words, end.postingKey ?? null],
  );
}
