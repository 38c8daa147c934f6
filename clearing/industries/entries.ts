import { type BusinessDate, businessDate, type Database, type Fen, fen } from '@citycard/common';
import { codeOfIndustry } from './code.ts';
import type { IndustryFacts } from './industry-data.ts';
import { TOLL_ACT } from './second-look/distance.ts';

/** A purchase that its industry has looked at; the card number masked. */
export interface IndustryEntry {
  readonly code: string;
  readonly intakeId: bigint;
  readonly recordIndex: number;
  readonly cardNoMasked: string;
  readonly participantNo: string;
  readonly version: number;
  readonly postedDate: BusinessDate;
  readonly tappedAt: Date;
  readonly amountFen: Fen;
  readonly expectedFen?: Fen;
  readonly fundFen: Fen;
  readonly facts: IndustryFacts;
  readonly finding?: string;
}

/** Entries per answer. */
const PAGE = 1_000;

const masked = (cardNo: string): string =>
  `${cardNo.slice(0, 6)}${'*'.repeat(Math.max(0, cardNo.length - 10))}${cardNo.slice(-4)}`;

/** What an industry found wrong with the purchases of a business day, in the order of arrival; the first thousand. */
export async function findingsOf(
  db: Database,
  industry: number,
  date: BusinessDate,
  participantNo?: string,
): Promise<IndustryEntry[]> {
  return read(
    db,
    `where e.industry = $1 and e.posted_date = $2 and e.finding is not null and ($3::text is null or e.participant_no = $3)
     order by e.intake_id, e.record_index`,
    [industry, date, participantNo ?? null],
  );
}

/**
 * Trips that were begun and not ended: an entry of a card with no exit after it, longer ago than the industry allows for a
 * trip. The oldest first.
 */
export async function openTrips(
  db: Database,
  industry: number,
  before: Date,
  participantNo?: string,
): Promise<IndustryEntry[]> {
  return read(
    db,
    `where e.industry = $1 and e.tapped_at < $2 and (e.facts ->> 'act')::integer = ${TOLL_ACT.entry}
       and ($3::text is null or e.participant_no = $3)
       and not exists (select from clearing.industry_entry x
                        where x.card_no = e.card_no and x.industry = e.industry and x.tapped_at >= e.tapped_at
                          and (x.facts ->> 'act')::integer = ${TOLL_ACT.exit} and x.facts ->> 'entryStation' = e.facts ->> 'entryStation')
     order by e.tapped_at`,
    [industry, before, participantNo ?? null],
  );
}

async function read(db: Database, where: string, values: readonly unknown[]): Promise<IndustryEntry[]> {
  const { rows } = await db.query<{
    intake_id: bigint;
    record_index: number;
    card_no: string;
    industry: number;
    version: number;
    participant_no: string;
    posted_date: string;
    tapped_at: Date;
    amount_fen: bigint;
    expected_fen: bigint | null;
    fund_fen: bigint;
    facts: IndustryFacts;
    finding: string | null;
  }>(`select e.* from clearing.industry_entry e ${where} limit ${PAGE}`, [...values]);
  return rows.map((row) => ({
    intakeId: row.intake_id,
    recordIndex: row.record_index,
    code: codeOfIndustry(row.industry),
    cardNoMasked: masked(row.card_no),
    participantNo: row.participant_no,
    version: row.version,
    postedDate: businessDate(row.posted_date),
    tappedAt: row.tapped_at,
    amountFen: fen(row.amount_fen),
    ...(row.expected_fen !== null && { expectedFen: fen(row.expected_fen) }),
    fundFen: fen(row.fund_fen),
    facts: row.facts,
    ...(row.finding !== null && { finding: row.finding }),
  }));
}
