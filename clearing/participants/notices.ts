import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { participantErrors } from './errors.ts';

export type NoticeChannel = 'letter' | 'email' | 'phone' | 'api';

/** Something an office of a participant has to be told. */
export interface Notice {
  readonly noticeNo: bigint;
  readonly participantNo: string;
  readonly office: string;
  readonly email: string;
  readonly phone: string | null;
  readonly sentence: string;
  readonly madeAt: Date;
  readonly sentAt: Date | null;
  readonly channel: NoticeChannel | null;
}

/**
 * Writes a notice to every settlement contact that was in force at any time since then: whoever puts a contact of its own in
 * first, to be the one that is told, does not keep the one before from hearing of it. Answers the first notice's number.
 */
export async function writeNotice(
  tx: Transaction,
  notice: { readonly participantNo: string; readonly sentence: string; readonly contactsSince: Date },
): Promise<bigint | undefined> {
  const { rows } = await tx.query<{ notice_no: bigint }>(
    `insert into clearing.participant_notice (participant_no, office, email, phone, sentence)
     select participant_no, office, email, phone, $2 from clearing.participant_contact
      where participant_no = $1 and purpose = 'settlement' and (ended_at is null or ended_at > $3)
      order by filed_at returning notice_no`,
    [notice.participantNo, notice.sentence, notice.contactsSince],
  );
  return rows[0]?.notice_no;
}

/** Notices of a participant, or all that nobody has sent yet. */
export async function listNotices(db: Database | Transaction, participantNo?: string): Promise<Notice[]> {
  const { rows } = await (db as Database).query<Notice>(
    `select notice_no as "noticeNo", participant_no as "participantNo", office, email, phone, sentence, made_at as "madeAt",
            sent_at as "sentAt", channel
       from clearing.participant_notice where participant_no = $1 or ($1::text is null and sent_at is null)
      order by notice_no limit 500`,
    [participantNo ?? null],
  );
  return rows;
}

/**
 * Records that a notice was sent, and how. Recording it again changes nothing but a different channel is refused.
 *
 * @throws clearing.participants.notice-unknown, .notice-sent
 */
export async function markSent(
  tx: Transaction,
  person: Principal,
  notice: {
    readonly participantNo: string;
    readonly noticeNo: bigint;
    readonly channel: NoticeChannel;
    readonly at: Date;
  },
): Promise<{ noticeNo: bigint; sentAt: Date }> {
  const { participantNo, noticeNo, channel } = notice;
  const { rows } = await tx.query<{ sent_at: Date | null; channel: string | null }>(
    'select sent_at, channel from clearing.participant_notice where notice_no = $1 and participant_no = $2 for update',
    [noticeNo, participantNo],
  );
  const [row] = rows;
  if (row === undefined) throw participantErrors.noticeUnknown({ noticeNo, participantNo });
  if (row.sent_at !== null) {
    if (row.channel !== channel) throw participantErrors.noticeSent({ noticeNo, sentAt: row.sent_at.toISOString() });
    return { noticeNo, sentAt: row.sent_at };
  }
  await tx.query(
    'update clearing.participant_notice set sent_at = $2, sent_by = $3, channel = $4 where notice_no = $1',
    [noticeNo, notice.at, person.id, channel],
  );
  await recordAct(tx, person, {
    act: 'participant.notice-sent',
    subject: participantNo,
    detail: { noticeNo, channel },
  });
  return { noticeNo, sentAt: notice.at };
}
