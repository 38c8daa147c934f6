import type { Database, Principal, Transaction } from '@citycard/common';
import { alarmErrors } from './errors.ts';

/** A message to somebody on duty: what was said, whether it went out, whether it was read. */
export interface Notice {
  readonly noticeNo: bigint;
  readonly caseNo: bigint;
  readonly level: number;
  readonly principalId: string;
  readonly channel: string;
  readonly words: string;
  readonly state: 'queued' | 'sent' | 'failed';
  readonly attempts: number;
  readonly queuedAt: Date;
  readonly sentAt: Date | null;
  readonly readAt: Date | null;
  /** What the channel answered. */
  readonly answer: string | null;
}

/** Messages, the newest first: all, those of a case, or those to one person. */
export async function listNotices(
  db: Database,
  only: { readonly caseNo?: bigint; readonly principalId?: string } = {},
): Promise<Notice[]> {
  const { rows } = await db.query<Notice>(
    `select notice_no as "noticeNo", case_no as "caseNo", level, principal_id as "principalId", channel, words, state, attempts,
            queued_at as "queuedAt", sent_at as "sentAt", read_at as "readAt", answer
       from clearing.notice where ($1::bigint is null or case_no = $1) and ($2::text is null or principal_id = $2)
      order by notice_no desc limit 500`,
    [only.caseNo ?? null, only.principalId ?? null],
  );
  return rows;
}

/** Whoever it was sent to has read it; the first time counts. @throws CityCardError `alarms.notice-unknown` */
export async function readNotice(tx: Transaction, by: Principal, noticeNo: bigint): Promise<void> {
  const { rowCount } = await tx.query(
    'update clearing.notice set read_at = coalesce(read_at, clock_timestamp()) where notice_no = $1 and principal_id = $2',
    [noticeNo, by.id],
  );
  if (rowCount === 0) throw alarmErrors.noticeUnknown({ noticeNo });
}
