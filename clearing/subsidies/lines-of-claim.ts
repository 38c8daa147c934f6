import { type BusinessDate, businessDate, type Database, type Fen, fen } from '@citycard/common';

/** One ride of a claim. */
export interface ClaimLine {
  readonly cardNo: string;
  readonly businessDate: BusinessDate;
  readonly intakeId: bigint;
  readonly index: number;
  readonly participantNo: string;
  readonly tappedAt: Date;
  readonly fullFen: Fen;
  readonly paidFen: Fen;
  readonly subsidyFen: Fen;
  /** Why it is not claimed. */
  readonly excluded?: string;
  /** Claimed, but somebody should look at it. */
  readonly improbable?: string;
  /** The claim it is taken off for. */
  readonly reclaims?: bigint;
}

const PAGE = 200;
const CURSOR = /^([0-9]{19,20})\.(\d{4}-\d{2}-\d{2})\.(\d{1,18})\.(\d{1,10})$/;

/**
 * Rides of a claim by card and day, 200 at once; only those left out, improbable or taken back when `flagged`. `after` is the `next`
 * of the page before; anything else begins at the beginning.
 */
export async function linesOfClaim(
  db: Database,
  claimNo: bigint,
  only: { readonly flagged: boolean; readonly after?: string | undefined },
): Promise<{ lines: ClaimLine[]; next?: string }> {
  const [, card = '', date = '0001-01-01', intake = '0', index = '-1'] = CURSOR.exec(only.after ?? '') ?? [];
  const { rows } = await db.query<{
    card_no: string;
    business_date: string;
    intake_id: bigint;
    record_index: number;
    participant_no: string;
    tapped_at: Date;
    full_fen: bigint;
    paid_fen: bigint;
    subsidy_fen: bigint;
    excluded: string | null;
    improbable: string | null;
    reclaims: bigint | null;
  }>(
    `select * from clearing.subsidy_line
      where claim_no = $1 and (not $2 or excluded is not null or improbable is not null or reclaims is not null)
        and (card_no, business_date, intake_id, record_index) > ($3, $4::date, $5::bigint, $6::bigint)
      order by card_no, business_date, intake_id, record_index limit ${PAGE}`,
    [claimNo, only.flagged, card, date, intake, index],
  );
  const lines = rows.map((row) => ({
    cardNo: row.card_no,
    businessDate: businessDate(row.business_date),
    intakeId: row.intake_id,
    index: row.record_index,
    participantNo: row.participant_no,
    tappedAt: row.tapped_at,
    fullFen: fen(row.full_fen),
    paidFen: fen(row.paid_fen),
    subsidyFen: fen(row.subsidy_fen),
    ...(row.excluded !== null && { excluded: row.excluded }),
    ...(row.improbable !== null && { improbable: row.improbable }),
    ...(row.reclaims !== null && { reclaims: row.reclaims }),
  }));
  const last = lines.at(-1);
  if (last === undefined || lines.length < PAGE) return { lines };
  return { lines, next: `${last.cardNo}.${last.businessDate}.${last.intakeId}.${last.index}` };
}
