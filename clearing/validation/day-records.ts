import { type BusinessDate, type Database, type Fen, fen } from '@citycard/common';
import type { PurchaseState } from '../purchases/reason-codes.ts';
import { type RecordRef, refOf, type RefRow } from './received-purchase.ts';

/** A purchase record as it stands in a list; its story is asked for by its place. */
export interface ListedRecord {
  readonly ref: RecordRef;
  readonly participantNo: string;
  readonly state: PurchaseState;
  readonly reasonCode: string | null;
  readonly amountFen: Fen;
  readonly tappedAt: Date | null;
  readonly samNo: string;
  /** Where it came from: a file's name, or the terminal that sent it. */
  readonly fileName: string | null;
  readonly terminalNo: string | null;
  /** The business day whose sheet pays it. */
  readonly postedDate: BusinessDate | null;
}

export interface DayRecordQuery {
  readonly date: BusinessDate;
  /** Records received on the day, or those paid on it (some came in before). */
  readonly by: 'received' | 'posted';
  readonly participantNo?: string;
  readonly state?: PurchaseState;
  readonly reasonCode?: string;
  readonly after?: { readonly intakeId: bigint; readonly index: number };
  readonly limit: number;
}

interface ListedRow extends RefRow {
  participant_no: string;
  state: PurchaseState;
  reason_code: string | null;
  amount_fen: bigint;
  tapped_at: Date | null;
  sam_no: string;
  file_name: string | null;
  terminal_no: string | null;
  posted_date: BusinessDate | null;
}

/**
 * The records behind a figure of a day, in the order they came in, a page at a time. Those of the day lie together: block ranges
 * find them, by the day of their receipt or the day they were paid on.
 */
export async function dayRecords(db: Database, query: DayRecordQuery): Promise<ListedRecord[]> {
  const { rows } = await db.query<ListedRow>(
    `select r.card_no, r.business_date, r.intake_id, r.record_index, r.participant_no, r.state, r.reason_code, r.amount_fen, r.tapped_at,
            r.sam_no, i.file_name, i.terminal_no, r.posted_date
       from (select * from clearing.purchase_record
              where ${query.by === 'posted' ? 'posted_date' : 'business_date'} = $1
                and ($2::text is null or participant_no = $2) and ($3::text is null or state = $3) and ($4::text is null or reason_code = $4)
                and ($5::bigint is null or (intake_id, record_index) > ($5, $6::integer))
              order by intake_id, record_index, card_no limit $7) r
       join clearing.intake i using (intake_id) order by r.intake_id, r.record_index, r.card_no`,
    [
      query.date,
      query.participantNo ?? null,
      query.state ?? null,
      query.reasonCode ?? null,
      query.after?.intakeId ?? null,
      query.after?.index ?? null,
      query.limit,
    ],
  );
  return rows.map((row) => ({
    ref: refOf(row),
    participantNo: row.participant_no,
    state: row.state,
    reasonCode: row.reason_code,
    amountFen: fen(row.amount_fen),
    tappedAt: row.tapped_at,
    samNo: row.sam_no,
    fileName: row.file_name,
    terminalNo: row.terminal_no,
    postedDate: row.posted_date,
  }));
}
