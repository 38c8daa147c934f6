import type { BusinessDate, Database, Fen } from '@citycard/common';

/** What became of the differences of one kind with one counterpart in a stretch of days. */
export interface ClosingLine {
  readonly counterpartKind: string;
  readonly counterpart: string;
  readonly kind: string;
  readonly openBefore: bigint;
  readonly found: bigint;
  readonly endedByMatch: bigint;
  readonly endedByRule: bigint;
  readonly endedByPeople: bigint;
  readonly booked: bigint;
  readonly adjustedFen: Fen;
  readonly openAfter: bigint;
}

/** A difference that ended: by whom, why, with which booking. */
export interface EndedLine {
  readonly differenceNo: bigint;
  readonly counterpartKind: string;
  readonly counterpart: string;
  readonly businessDay: BusinessDate;
  readonly subjectKey: string;
  readonly kind: string;
  readonly endedOn: BusinessDate;
  readonly endedBy: string;
  readonly reason: string;
  readonly postingKey: string;
  readonly adjustedFen: Fen;
  readonly decidedBy: string;
  readonly approvedBy: string;
}

export interface ClosingReport {
  readonly lines: readonly ClosingLine[];
  /** Those that ended, in the order of their numbers, as many as asked for. */
  readonly ended: readonly EndedLine[];
  readonly endedInAll: bigint;
}

/**
 * The closing report of a stretch of city days, both included: what was open before, found, ended (how, and with how much booked) and
 * is open after. Open before and found is ended and open after, line by line.
 */
export async function closingReport(
  db: Pick<Database, 'query'>,
  from: BusinessDate,
  to: BusinessDate,
  limit: number,
): Promise<ClosingReport> {
  const { rows: lines } = await db.query<ClosingLine>(
    `select counterpart_kind as "counterpartKind", counterpart, kind,
            count(*) filter (where found_on < $1) as "openBefore", count(*) filter (where found_on >= $1) as found,
            count(*) filter (where ended_on <= $2 and ended_by = 'match') as "endedByMatch",
            count(*) filter (where ended_on <= $2 and ended_by = 'rule') as "endedByRule",
            count(*) filter (where ended_on <= $2 and ended_by = 'people') as "endedByPeople",
            count(*) filter (where ended_on <= $2 and posting_key is not null) as booked,
            coalesce(sum(adjusted_fen) filter (where ended_on <= $2), 0)::bigint as "adjustedFen",
            count(*) filter (where ended_on is null or ended_on > $2) as "openAfter"
       from reconciliation.difference
      where found_on <= $2 and (ended_on is null or ended_on >= $1)
      group by 1, 2, 3 order by 1, 2, 3`,
    [from, to],
  );
  const { rows: ended } = await db.query<EndedLine>(
    `select difference_no as "differenceNo", counterpart_kind as "counterpartKind", counterpart, business_day as "businessDay",
            subject_key as "subjectKey", kind, ended_on as "endedOn", ended_by as "endedBy", reason, coalesce(posting_key, '') as "postingKey",
            coalesce(adjusted_fen, 0)::bigint as "adjustedFen", coalesce(decided_by, '') as "decidedBy", coalesce(approved_by, '') as "approvedBy"
       from reconciliation.difference where state = 'ended' and ended_on between $1 and $2 order by difference_no limit $3`,
    [from, to, limit],
  );
  const endedInAll = lines.reduce((sum, line) => sum + line.endedByMatch + line.endedByRule + line.endedByPeople, 0n);
  return { lines, ended, endedInAll };
}
