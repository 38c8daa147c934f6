import type { Database } from './pool.ts';

/** Where a page of a list that is newest first ended: the instant and the name of its last row. */
export interface TimeCursor {
  readonly at: Date;
  readonly id: string;
}

/**
 * A kind of rows that are listed with others by time: a query that gives `at`, `id` (no two alike among all kinds), `state`,
 * `party`, and whatever else the rows have. `at` should be indexed.
 */
export interface NewestSource {
  readonly kind: string;
  readonly sql: string;
}

export interface NewestQuery {
  readonly before?: TimeCursor;
  readonly kind?: string;
  readonly state?: string;
  readonly party?: string;
  readonly limit: number;
}

/** Rows of several kinds as one list, newest first: each kind is asked for a page, and the newest of them are one. */
export async function readNewest<T extends object>(
  db: Database,
  sources: readonly NewestSource[],
  query: NewestQuery,
): Promise<{ rows: (T & { kind: string } & TimeCursor)[]; next?: string }> {
  const wanted = sources.filter(({ kind }) => query.kind === undefined || kind === query.kind);
  const pages = await Promise.all(
    wanted.map(async ({ kind, sql }) => {
      const { rows } = await db.query<T & TimeCursor>(
        // The first condition is for the index; the second is exact, in the milliseconds a cursor carries.
        `select s.*, date_trunc('milliseconds', s.at) as at from (${sql}) s
          where ($1::timestamptz is null or s.at < $1 + interval '1 millisecond'
                 and (date_trunc('milliseconds', s.at), s.id collate "C") < ($1, $2 collate "C"))
            and ($3::text is null or s.state = $3) and ($4::text is null or s.party = $4)
          order by s.at desc limit $5`,
        [query.before?.at ?? null, query.before?.id ?? null, query.state ?? null, query.party ?? null, query.limit],
      );
      return rows.map((row) => ({ ...row, kind }));
    }),
  );
  const rows = pages.flat().sort(laterFirst).slice(0, query.limit);
  const last = rows.length === query.limit ? rows.at(-1) : undefined;
  return { rows, ...(last !== undefined && { next: packCursor(last) }) };
}

function laterFirst(one: TimeCursor, other: TimeCursor): number {
  return other.at.getTime() - one.at.getTime() || Buffer.compare(Buffer.from(other.id), Buffer.from(one.id));
}

/** A cursor as callers carry it. */
function packCursor({ at, id }: TimeCursor): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

/** The cursor a caller sent; undefined when it is none of ours. */
export function readTimeCursor(text: string): TimeCursor | undefined {
  const [, at, id] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([^\0]+)$/s.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (at === undefined || id === undefined || Number.isNaN(Date.parse(at))) return undefined;
  return { at: new Date(at), id };
}
