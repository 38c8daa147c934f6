import type { Database } from '@citycard/common';
import { type Upload, UPLOAD_COLUMNS, uploadOf } from './upload.ts';

export interface UploadQuery {
  readonly participantNo?: string;
  readonly state?: Upload['state'];
  /** The last upload of the page before; pages go from the newest back. */
  readonly before?: bigint;
  readonly limit?: number;
}

const PAGE = 100;

/** Files on their way in and what became of them, the newest first. */
export async function listUploads(db: Database, query: UploadQuery = {}): Promise<Upload[]> {
  const { rows } = await db.query<Parameters<typeof uploadOf>[0]>(
    `select ${UPLOAD_COLUMNS} from clearing.upload
      where ($1::text is null or participant_no = $1) and ($2::text is null or state = $2) and ($3::bigint is null or upload_id < $3)
      order by upload_id desc limit $4`,
    [query.participantNo ?? null, query.state ?? null, query.before ?? null, Math.min(query.limit ?? PAGE, PAGE)],
  );
  return rows.map(uploadOf);
}

/** How long an upload may rest; a depot's line is mended within a week. */
const STALE_AFTER = '7 days';

/** Gives up uploads that nobody has carried on for a week, and their bytes; resolves to how many. */
export async function dropStaleUploads(db: Database): Promise<number> {
  const { rowCount } = await db.query(
    `with given_up as (
       update clearing.upload set state = 'abandoned', ended_at = clock_timestamp()
        where state = 'receiving' and changed_at < now() - interval '${STALE_AFTER}' returning content_id
     ), dropped as (
       delete from clearing.received_content c using given_up g where c.content_id = g.content_id
     )
     select from given_up`,
  );
  return rowCount ?? 0;
}
