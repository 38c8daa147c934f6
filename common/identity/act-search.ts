import type { Database } from '../database/pool.ts';

/** A line of the act log as people read it. */
export interface ActLine {
  readonly sequence: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string;
  readonly act: string;
  readonly subject: string;
  /** JSON, as it was hashed. */
  readonly detail: string;
  readonly sha256: string;
}

export interface ActFilter {
  readonly actor?: string;
  /** Begins with this: `certificate.` finds every act on certificates. */
  readonly act?: string;
  /** Begins with this. */
  readonly subject?: string;
  readonly from?: Date;
  /** Before this instant. */
  readonly to?: Date;
}

/** Lines of the act log, newest first, before the one the page before ended with. */
export async function searchActs(
  db: Database,
  filter: ActFilter,
  page: { readonly before?: bigint; readonly limit: number },
): Promise<ActLine[]> {
  const { rows } = await db.query<ActLine>(
    `SELECT l.sequence, l.at, l.actor, p.name AS "actorName", l.act, l.subject, l.detail, encode(l.sha256, 'hex') AS sha256
       FROM platform.act_log l JOIN platform.principal p ON p.id = l.actor
      WHERE ($1::text IS NULL OR l.actor = $1) AND ($2::text IS NULL OR starts_with(l.act, $2))
        AND ($3::text IS NULL OR l.subject LIKE $3) AND ($4::timestamptz IS NULL OR l.at >= $4)
        AND ($5::timestamptz IS NULL OR l.at < $5) AND ($6::bigint IS NULL OR l.sequence < $6)
      ORDER BY l.sequence DESC LIMIT $7`,
    [
      filter.actor ?? null,
      filter.act ?? null,
      filter.subject === undefined ? null : `${filter.subject.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
      filter.from ?? null,
      filter.to ?? null,
      page.before ?? null,
      page.limit,
    ],
  );
  return rows;
}

/** Every kind of act the log holds, by name: what a search can be for. One step of the index per kind, not one per line. */
export async function actsOnRecord(db: Database): Promise<string[]> {
  const { rows } = await db.query<{ act: string }>(
    `WITH RECURSIVE kinds AS (
       (SELECT act FROM platform.act_log ORDER BY act LIMIT 1)
       UNION ALL
       SELECT (SELECT l.act FROM platform.act_log l WHERE l.act > k.act ORDER BY l.act LIMIT 1) FROM kinds k WHERE k.act IS NOT NULL)
     SELECT act FROM kinds WHERE act IS NOT NULL`,
  );
  return rows.map(({ act }) => act);
}
