import { type Database, transact } from '@citycard/common';
import { dropContent } from '../content.ts';
import type { Refused } from '../file-checks.ts';
import { readUpload, type Upload } from './upload.ts';

/** Ends an upload whose file is wrong: why is kept, the bytes are not. */
export async function endRefused(db: Database, uploadId: bigint, refusal: Refused): Promise<Upload> {
  await transact(db, async (tx) => {
    const { rows } = await tx.query<{ content_id: bigint }>(
      `update clearing.upload set state = 'refused', refusal_reason = $2, refusal_detail = $3, ended_at = clock_timestamp()
        where upload_id = $1 and state = 'receiving' returning content_id`,
      [uploadId, refusal.reason, refusal.message],
    );
    if (rows[0] !== undefined) await dropContent(tx, rows[0].content_id);
  });
  return readUpload(db, uploadId);
}
