import { type BusinessDate, businessDate, type Database, type Fen, fen } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';

/** One ride as the rules saw it. */
export interface CardRide {
  readonly tappedAt: Date;
  readonly participantNo: string;
  readonly line: string;
  readonly category: string;
  readonly fullFen: Fen;
  readonly paidFen: Fen;
  /** Less by the category, by a transfer, by the cap of the day. */
  readonly categoryOffFen: Fen;
  readonly transferOffFen: Fen;
  readonly capOffFen: Fen;
  /** What went to the card's pending credit. */
  readonly backFen: Fen;
  readonly subsidyFen: Fen;
  readonly postedDate: BusinessDate;
  readonly finding?: string;
}

/** The rides of a card tapped on a day that a rule was about, in order. */
export async function ridesOfCard(db: Database, card: CardNo, tappedOn: BusinessDate): Promise<CardRide[]> {
  const { rows } = await db.query<{
    tapped_at: Date;
    participant_no: string;
    line: string;
    category: string;
    full_fen: bigint;
    paid_fen: bigint;
    category_off_fen: bigint;
    transfer_off_fen: bigint;
    cap_off_fen: bigint;
    back_fen: bigint;
    subsidy_fen: bigint;
    posted_date: string;
    finding: string | null;
  }>(
    'select * from clearing.concession_ride where card_no = $1 and tapped_on = $2 order by tapped_at, intake_id, record_index',
    [card, tappedOn],
  );
  return rows.map((row) => ({
    tappedAt: row.tapped_at,
    participantNo: row.participant_no,
    line: row.line,
    category: row.category,
    fullFen: fen(row.full_fen),
    paidFen: fen(row.paid_fen),
    categoryOffFen: fen(row.category_off_fen),
    transferOffFen: fen(row.transfer_off_fen),
    capOffFen: fen(row.cap_off_fen),
    backFen: fen(row.back_fen),
    subsidyFen: fen(row.subsidy_fen),
    postedDate: businessDate(row.posted_date),
    ...(row.finding !== null && { finding: row.finding }),
  }));
}
