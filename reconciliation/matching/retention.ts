import { approveAct, type Database, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';

/** What was sent for matches, by what became of the match. Results are kept for good. */
export const RETENTION_SUBJECTS = ['sent-files', 'sent-files-failed'] as const;
export type RetentionSubject = (typeof RETENTION_SUBJECTS)[number];

export interface RetentionChange {
  readonly what: RetentionSubject;
  /** 7 … 3650, from the end of the match; of one that never ran, from its order. */
  readonly keepDays: number;
}

const ACT = 'match-retention';

/** Days in force, by subject. */
export async function retentionInForce(db: Database | Transaction): Promise<Record<RetentionSubject, number>> {
  const { rows } = await (db as Database).query<{ what: RetentionSubject; keep_days: number }>(
    'select distinct on (what) what, keep_days from reconciliation.match_retention order by what, retention_no desc',
  );
  return Object.fromEntries(rows.map((row) => [row.what, row.keep_days])) as Record<RetentionSubject, number>;
}

/** Proposes how long sent files are kept from now on. */
export async function proposeRetention(
  tx: Transaction,
  maker: Principal,
  change: RetentionChange,
): Promise<{ approvalId: bigint }> {
  const { what, keepDays } = change;
  const proposal = await proposeAct(tx, maker, { act: ACT, subject: what, content: { what, keepDays } });
  await recordAct(tx, maker, { act: `propose-${ACT}`, subject: what, detail: { keepDays } });
  return proposal;
}

/** The second person says the same. @throws `identity.same-person`, `.content-differs`, `.approval-unknown` */
export async function approveRetention(
  tx: Transaction,
  checker: Principal,
  approvalId: bigint,
  { what, keepDays }: RetentionChange,
): Promise<RetentionChange> {
  const people = await approveAct(tx, checker, approvalId, { what, keepDays });
  await tx.query(
    'insert into reconciliation.match_retention (what, keep_days, set_by, approved_by) values ($1, $2, $3, $4)',
    [what, keepDays, people.maker, people.checker],
  );
  await recordAct(tx, checker, { act: `approve-${ACT}`, subject: what, detail: { keepDays } });
  return { what, keepDays };
}

/** Parts dropped in one statement: a part is up to 8 MiB. */
const AT_ONCE = 200;

/**
 * Drops the content of files that were sent for matches longer ago than the rule keeps them. Their hashes stay, so that what was sent
 * can still be proved, and so does the result. Answers how many parts were dropped; doing it again drops nothing more.
 */
export async function dropOldFiles(db: Database): Promise<number> {
  for (let dropped = 0; ;) {
    const { rowCount } = await db.query(
      `with rule as (
         select distinct on (what) what, keep_days from reconciliation.match_retention order by what, retention_no desc
       ), old as (
         select i.run_no, i.side, i.part_no
           from reconciliation.match_input i
           join reconciliation.match_run m using (run_no)
           join rule r on r.what = case when m.state = 'done' then 'sent-files' else 'sent-files-failed' end
          where i.content is not null and m.state in ('done', 'failed', 'waiting')
            and coalesce(m.finished_at, m.ordered_at) < now() - make_interval(days => r.keep_days)
          order by i.run_no limit ${AT_ONCE})
       update reconciliation.match_input i set content = null, dropped_at = clock_timestamp()
         from old o where (i.run_no, i.side, i.part_no) = (o.run_no, o.side, o.part_no)`,
    );
    dropped += rowCount ?? 0;
    if ((rowCount ?? 0) < AT_ONCE) return dropped;
  }
}
