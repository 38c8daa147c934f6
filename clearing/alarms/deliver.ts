import { type Database, type Logger, transact } from '@citycard/common';
import { raiseAlarmOnce } from './alarm.ts';
import { addressContext, type AddressSeal, type Channel, type ChannelKind } from './channels.ts';
import { type ChannelSecrets, sendNotice } from './send.ts';

export interface DeliveryDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly seal: Pick<AddressSeal, 'open'>;
  readonly secrets: ChannelSecrets;
  /** How long a channel may take; ten seconds when left out. */
  readonly timeoutMs?: number;
}

/** Messages taken in one go. */
const BATCH = 20;
/** Longer than a try may take: what is not settled by then was left behind by a process that died, and is tried again. */
const LEASE_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 600;
/** About an hour and a half; then the channel is broken and people have to be told otherwise. */
const ATTEMPTS = 14;

interface DueNotice {
  notice_no: bigint;
  case_no: bigint;
  principal_id: string;
  words: string;
  attempts: number;
  address_sealed: Buffer | null;
  channel: string;
  kind: ChannelKind;
  endpoint: string;
  sender: string | null;
}

/**
 * Sends what is due. A message is taken under a lease and settled afterwards: a process killed in between leaves it to be sent
 * again under the same reference, never lost. Several may work at it; each message is with one of them. Answers how many were
 * taken by their channels.
 */
export async function deliverNotices(deps: DeliveryDeps): Promise<number> {
  const { rows } = await deps.db.query<DueNotice>(
    `with due as (
       select notice_no from clearing.notice where state = 'queued' and next_at <= now() order by next_at limit $1 for update skip locked
     ), taken as (
       update clearing.notice n set attempts = n.attempts + 1, next_at = now() + make_interval(secs => $2) from due where n.notice_no = due.notice_no
       returning n.*
     )
     select t.notice_no, t.case_no, t.principal_id, t.words, t.attempts, c.address_sealed, h.channel, h.kind, h.endpoint, h.sender
       from taken t join clearing.notice_channel h using (channel) left join clearing.duty_contact c using (principal_id, channel)
      order by t.notice_no`,
    [BATCH, LEASE_SECONDS],
  );
  const sent = await Promise.all(rows.map((due) => deliver(deps, due)));
  return sent.filter(Boolean).length;
}

async function deliver(deps: DeliveryDeps, due: DueNotice): Promise<boolean> {
  const channel: Channel = {
    channel: due.channel,
    kind: due.kind,
    endpoint: due.endpoint,
    ...(due.sender !== null && { sender: due.sender }),
  };
  try {
    if (due.address_sealed === null) throw new Error('the person has no address there any more');
    const address = await deps.seal.open(addressContext(due.principal_id, due.channel), due.address_sealed);
    const notice = {
      reference: `notice-${due.notice_no}`,
      address: address.toString('utf8'),
      words: due.words,
      caseNo: due.case_no,
    };
    const answer = await sendNotice(channel, notice, deps.secrets, deps.timeoutMs);
    await deps.db.query(
      `update clearing.notice set state = 'sent', sent_at = clock_timestamp(), answer = $2 where notice_no = $1 and state = 'queued'`,
      [due.notice_no, answer],
    );
    return true;
  } catch (error) {
    await putOff(deps, due, reasonOf(error));
    return false;
  }
}

/** Why, without the address: mail servers repeat it in what they answer. */
function reasonOf(error: unknown): string {
  const { message, code, name, cause } = error as Partial<Record<'message' | 'code' | 'name' | 'cause', unknown>>;
  if (typeof message === 'string' && message.startsWith('the ')) return message.slice(0, 100);
  const codes = [code, (cause as { code?: unknown } | undefined)?.code, name];
  // The code of a time-out is a number and says nothing; its name does.
  const text = codes.find((each): each is string => typeof each === 'string') ?? 'it failed';
  return text.slice(0, 100);
}

async function putOff({ db, logger }: DeliveryDeps, due: DueNotice, answer: string): Promise<void> {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (due.attempts - 1), LONGEST_PAUSE_SECONDS);
  const failed = due.attempts >= ATTEMPTS;
  logger.warn({ channel: due.channel, noticeNo: due.notice_no.toString(), reason: answer }, 'a message was not taken');
  await transact(db, async (tx) => {
    await tx.query(
      `update clearing.notice set state = case when $3 then 'failed' else state end, answer = $2, next_at = clock_timestamp() + make_interval(secs => $4)
        where notice_no = $1 and state = 'queued'`,
      [due.notice_no, answer, failed, pause],
    );
    if (failed)
      await raiseAlarmOnce(tx, {
        kind: 'messages-undeliverable',
        severity: 'warning',
        subject: `channel ${due.channel} case ${due.case_no}`,
        evidence: { channel: due.channel, reason: answer },
      });
  });
}
