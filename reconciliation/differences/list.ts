import type { BusinessDate, Database, Fen } from '@citycard/common';
import { type Difference, DIFFERENCE_COLUMNS, differenceOf, type DifferenceRow } from './difference.ts';
import { differenceErrors } from './errors.ts';

export interface DifferenceFilter {
  readonly counterpartKind?: string;
  readonly counterpart?: string;
  readonly kind?: string;
  readonly state?: 'open' | 'ended';
  /** Business days they are about. */
  readonly from?: string;
  readonly to?: string;
  readonly owner?: string;
  /** Open and past their due date on this day. */
  readonly overdueOn?: BusinessDate;
  /** Differences after this number. */
  readonly after?: bigint;
  readonly limit?: number;
}

/** At most this many at once; the next ones follow the number of the last. */
const PAGE = 200;

/** Differences by number, page by page. */
export async function listDifferences(db: Database, filter: DifferenceFilter): Promise<Difference[]> {
  const { rows } = await db.query<DifferenceRow>(
    `select ${DIFFERENCE_COLUMNS} from reconciliation.difference
      where ($1::text is null or counterpart_kind = $1) and ($2::text is null or counterpart = $2) and ($3::text is null or kind = $3)
        and ($4::text is null or state = $4) and ($5::date is null or business_day >= $5) and ($6::date is null or business_day <= $6)
        and ($7::text is null or coalesce(owner, owner_role) = $7) and ($8::date is null or state = 'open' and due_on < $8)
        and difference_no > $9 order by difference_no limit $10`,
    [
      filter.counterpartKind ?? null,
      filter.counterpart ?? null,
      filter.kind ?? null,
      filter.state ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.owner ?? null,
      filter.overdueOn ?? null,
      filter.after ?? 0n,
      filter.limit ?? PAGE,
    ],
  );
  return rows.map(differenceOf);
}

export interface DifferenceEvent {
  readonly at: Date;
  readonly actor: string;
  readonly event: string;
  readonly words: string;
  readonly detail: unknown;
  readonly approvalId: bigint | null;
}

/** A difference and what happened to it. @throws CityCardError `reconciliation.differences.unknown` */
export async function findDifference(
  db: Database,
  differenceNo: bigint,
): Promise<{ readonly difference: Difference; readonly events: readonly DifferenceEvent[] }> {
  const { rows } = await db.query<DifferenceRow>(
    `select ${DIFFERENCE_COLUMNS} from reconciliation.difference where difference_no = $1`,
    [differenceNo],
  );
  if (rows[0] === undefined) throw differenceErrors.unknown({ differenceNo });
  const { rows: events } = await db.query<DifferenceEvent>(
    `select at, actor, event, words, detail, approval_id as "approvalId"
       from reconciliation.difference_event where difference_no = $1 order by event_no`,
    [differenceNo],
  );
  return { difference: differenceOf(rows[0]), events };
}

/** Open differences of one kind with one counterpart, by age in days since the business day. */
export interface OpenSummary {
  readonly counterpartKind: string;
  readonly counterpart: string;
  readonly kind: string;
  readonly open: bigint;
  readonly toTwoDays: bigint;
  readonly toWeek: bigint;
  readonly toMonth: bigint;
  readonly older: bigint;
  readonly overdue: bigint;
  readonly oldest: BusinessDate;
  readonly oursFen: Fen;
  readonly theirsFen: Fen;
}

/** What was open at the end of the given day, with whom, and how old it was. */
export async function openSummary(db: Pick<Database, 'query'>, on: BusinessDate): Promise<OpenSummary[]> {
  const { rows } = await db.query<OpenSummary>(
    `select counterpart_kind as "counterpartKind", counterpart, kind, count(*) as open,
            count(*) filter (where age <= 2) as "toTwoDays", count(*) filter (where age between 3 and 7) as "toWeek",
            count(*) filter (where age between 8 and 31) as "toMonth", count(*) filter (where age > 31) as older,
            count(*) filter (where due_on < $1) as overdue, min(business_day) as oldest,
            coalesce(sum(ours_fen), 0)::bigint as "oursFen", coalesce(sum(theirs_fen), 0)::bigint as "theirsFen"
       from (select *, $1::date - business_day as age from reconciliation.difference
              where found_on <= $1 and (ended_on is null or ended_on > $1)) d
      group by 1, 2, 3 order by 1, 2, 3`,
    [on],
  );
  return rows;
}
