import { addDays, type BusinessDate, businessDate, type Database, type Transaction } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';

/** A pass as a terminal has to know it; periods that follow one another are one. */
export interface PassOnCard {
  /** Of the newest, when several periods are one. */
  readonly passNo: bigint;
  readonly industry: number;
  /** Absent: every operator of the industry. */
  readonly participantNo?: string;
  readonly validFrom: BusinessDate;
  readonly validTo: BusinessDate;
  /** Absent: as often as the holder likes. */
  readonly ridesAllowed?: number;
}

/** What belongs on the chip of a card on a day: its passes that are not over, those that begin first before the others. */
export async function passesForCard(
  db: Database | Transaction,
  cardNo: CardNo,
  today: BusinessDate,
): Promise<PassOnCard[]> {
  const { rows } = await (db as Database).query<{
    pass_no: bigint;
    participant_no: string | null;
    industry: number | null;
    valid_from: string;
    valid_to: string;
    rides_allowed: number | null;
  }>(
    `select p.pass_no, p.participant_no, coalesce(p.industry, q.industry) as industry, p.valid_from, p.valid_to, p.rides_allowed
       from clearing.pass p left join clearing.participant q using (participant_no)
      where p.card_no = $1 and p.valid_to >= $2 and p.valid_to >= p.valid_from order by p.valid_from, p.valid_to, p.pass_no`,
    [cardNo, today],
  );
  const passes: PassOnCard[] = [];
  for (const row of rows) {
    const pass: PassOnCard = {
      passNo: row.pass_no,
      industry: row.industry ?? 0,
      ...(row.participant_no !== null && { participantNo: row.participant_no }),
      validFrom: businessDate(row.valid_from),
      validTo: businessDate(row.valid_to),
      ...(row.rides_allowed !== null && { ridesAllowed: row.rides_allowed }),
    };
    const joins = passes.findIndex((before) => goesOnAfter(before, pass));
    const before = passes[joins];
    if (before === undefined) passes.push(pass);
    else {
      const validTo = before.validTo > pass.validTo ? before.validTo : pass.validTo;
      passes[joins] = { ...before, passNo: pass.passNo, validTo };
    }
  }
  return passes;
}

const goesOnAfter = (before: PassOnCard, pass: PassOnCard): boolean =>
  before.ridesAllowed === undefined &&
  pass.ridesAllowed === undefined &&
  before.industry === pass.industry &&
  before.participantNo === pass.participantNo &&
  pass.validFrom <= addDays(before.validTo, 1);
