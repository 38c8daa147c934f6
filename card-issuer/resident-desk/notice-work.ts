import { type ChannelSecrets, listChannels, sendNotice } from '@citycard/clearing';
import { type Database, type Logger, lookAgainAndAgain, type RepeatedLook, transact } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { forgetOld } from './limits.ts';
import type { NoticeKind, NoticeLanguage } from './notice-schemas.ts';
import { noticeWords } from './notice-words.ts';
import { contactContext } from './notices.ts';

export interface NoticeWorkDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly protection: Pick<Protection, 'open'>;
  /** What gateways ask for, by channel. */
  readonly secrets: ChannelSecrets;
}

/** A load is told within the minute. */
const EVERY_MS = 30_000;
const BATCH = 50;
const LEASE_SECONDS = 60;
const FIRST_PAUSE_SECONDS = 30;
const LONGEST_PAUSE_SECONDS = 3_600;
/** Some hours; whoever looks afterwards sees it on the page anyway. */
const ATTEMPTS = 10;
/** The channel, of kind sms, whose gateway reaches residents; there may be others for people on duty. */
export const RESIDENTS_CHANNEL = 'residents';

/**
 * What has happened since a holder agreed, one notice for each event. The key of an event is what can happen once only: the load, the
 * report, and for balances how much was ever credited, so that a low balance is told once between two loads. Made again after a kill it
 * changes nothing.
 */
const MAKE = `
insert into issuer.resident_notice (card_no, consent_no, kind, event_key, amount_fen)
select e.card_no, e.consent_no, e.kind, e.event_key, e.amount
  from (
    select c.card_no, c.consent_no, c.kinds, 'load' as kind, l.load_id::text as event_key, l.amount_fen as amount
      from issuer.notice_consent c join clearing.load l on l.card_no = c.card_no and l.state = 'posted' and l.resolved_at > c.given_at
     where c.withdrawn_at is null and l.resolved_at > now() - interval '2 days'
    union all
    select c.card_no, c.consent_no, c.kinds, 'loss', r.report_no::text, 0
      from issuer.notice_consent c join issuer.loss_report r on r.card_no = c.card_no and r.reported_at > c.given_at
     where c.withdrawn_at is null and r.kind = 'phone'
    union all
    select c.card_no, c.consent_no, c.kinds, 'low-balance', a.credits_posted::text, a.credits_posted - a.debits_posted
      from issuer.notice_consent c join clearing.card_account a on a.card_no = c.card_no and a.kind = 'purse'
      join clearing.purse p on p.card_no = c.card_no and p.status = 'active'
     where c.withdrawn_at is null and a.credits_posted > 0 and a.credits_posted - a.debits_posted < c.low_balance_fen
    union all
    select c.card_no, c.consent_no, c.kinds, 'refund-waiting', a.credits_posted::text, a.credits_posted - a.debits_posted
      from issuer.notice_consent c join clearing.card_account a on a.card_no = c.card_no and a.kind = 'pending-credit'
     where c.withdrawn_at is null and a.credits_posted > a.debits_posted) e
 where e.kind = any(e.kinds)
on conflict (card_no, kind, event_key) do nothing`;

/** Makes the notices that are due. Answers how many were new. */
export async function makeNotices(db: Database): Promise<number> {
  return (await db.query(MAKE)).rowCount ?? 0;
}

interface DueRow {
  readonly card_no: string;
  readonly notice_no: bigint;
  readonly consent_no: bigint;
  readonly kind: NoticeKind;
  readonly amount_fen: bigint;
  readonly attempts: number;
  readonly language: NoticeLanguage;
  readonly contact_sealed: Buffer;
}

/**
 * Sends what goes out by text message. Each is taken under a lease and settled afterwards: killed in between it is sent again under the
 * same reference. Answers how many the gateway took.
 */
export async function sendNotices(deps: NoticeWorkDeps): Promise<number> {
  const channel = (await listChannels(deps.db)).find(
    (each) => each.channel === RESIDENTS_CHANNEL && each.kind === 'sms',
  );
  if (channel === undefined) return 0;
  const { rows } = await deps.db.query<DueRow>(
    `with due as (
       select n.card_no, n.notice_no from issuer.resident_notice n join issuer.notice_consent c on c.card_no = n.card_no and c.consent_no = n.consent_no
        where n.state = 'waiting' and n.next_at <= now() and c.channel = 'sms' and c.contact_sealed is not null
        order by n.next_at limit $1 for update of n skip locked
     ), taken as (
       update issuer.resident_notice n set attempts = n.attempts + 1, next_at = now() + make_interval(secs => $2)
         from due where n.card_no = due.card_no and n.notice_no = due.notice_no returning n.*
     )
     select t.card_no, t.notice_no, t.consent_no, t.kind, t.amount_fen, t.attempts, c.language, c.contact_sealed
       from taken t join issuer.notice_consent c on c.card_no = t.card_no and c.consent_no = t.consent_no`,
    [BATCH, LEASE_SECONDS],
  );
  let sent = 0;
  for (const due of rows) {
    const settled = await sendOne(deps, channel, due);
    if (settled) sent += 1;
  }
  return sent;
}

async function sendOne(
  { db, logger, protection, secrets }: NoticeWorkDeps,
  channel: Parameters<typeof sendNotice>[0],
  due: DueRow,
): Promise<boolean> {
  try {
    const phone = await protection.open(contactContext(due.card_no, due.consent_no), due.contact_sealed);
    const words = noticeWords({ kind: due.kind, cardNo: due.card_no, amountFen: due.amount_fen }, due.language);
    const notice = { reference: `resident-notice-${due.notice_no}`, address: phone.toString(), words, caseNo: 0n };
    await sendNotice(channel, notice, secrets);
    await db.query(
      `update issuer.resident_notice set state = 'told', told_at = clock_timestamp() where card_no = $1 and notice_no = $2 and state = 'waiting'`,
      [due.card_no, due.notice_no],
    );
    return true;
  } catch {
    // Why is not kept: gateways repeat the number in what they answer.
    logger.warn({ noticeNo: due.notice_no.toString() }, 'a notice to a resident was not taken by the gateway');
    const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (due.attempts - 1), LONGEST_PAUSE_SECONDS);
    await transact(db, (tx) =>
      tx.query(
        `update issuer.resident_notice set state = case when $4 then 'failed' else state end, next_at = clock_timestamp() + make_interval(secs => $3)
          where card_no = $1 and notice_no = $2 and state = 'waiting'`,
        [due.card_no, due.notice_no, pause, due.attempts >= ATTEMPTS],
      ),
    );
    return false;
  }
}

/** Makes and sends notices for residents until it is closed; any number of processes may. */
export function startResidentNotices(deps: NoticeWorkDeps): RepeatedLook {
  return lookAgainAndAgain(
    async () => {
      await makeNotices(deps.db);
      await sendNotices(deps);
      await forgetOld(deps.db);
    },
    { everyMs: EVERY_MS, logger: deps.logger, what: 'telling residents', part: 'resident-notices' },
  );
}
