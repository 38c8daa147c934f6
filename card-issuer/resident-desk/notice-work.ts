import { type ChannelSecrets, listChannels, raiseAlarmOnce, sendNotice } from '@citycard/clearing';
import { cityDate, type Database, type Logger, lookAgainAndAgain, type RepeatedLook, transact } from '@citycard/common';
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
/** Longer than a gateway may take for one. */
const LEASE_SECONDS = 60;
/** Refused one after the other, the gateway is taken to be away until the next look; nobody else's try is used up on it. */
const AWAY_AFTER = 3;
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

type SmsChannel = Parameters<typeof sendNotice>[0];

/**
 * Sends what goes out by text message, for each card in the order in which it happened: what could not go out holds up what came after
 * it. Each is taken under a lease, one at a time, and settled afterwards: killed in between it is sent again under the same reference,
 * by which a gateway can drop it. Whoever withdraws while others are being sent gets none any more. Answers how many the gateway took.
 */
export async function sendNotices(deps: NoticeWorkDeps): Promise<number> {
  const channel = (await listChannels(deps.db)).find(
    (each) => each.channel === RESIDENTS_CHANNEL && each.kind === 'sms',
  );
  if (channel === undefined) return 0;
  let sent = 0;
  for (let refused = 0, at = 0; at < BATCH && refused < AWAY_AFTER; at += 1) {
    const due = await takeNext(deps.db);
    if (due === undefined) break;
    const taken = await sendOne(deps, channel, due);
    if (taken) sent += 1;
    refused = taken ? 0 : refused + 1;
  }
  return sent;
}

/** The next that is due, and the oldest of its card that was not told, for as long as a gateway may take. */
async function takeNext(db: Database): Promise<DueRow | undefined> {
  const { rows } = await db.query<DueRow>(
    `with due as (
       select n.card_no, n.notice_no from issuer.resident_notice n join issuer.notice_consent c on c.card_no = n.card_no and c.consent_no = n.consent_no
        where n.state = 'waiting' and n.next_at <= now() and c.channel = 'sms' and c.contact_sealed is not null
          and not exists (select from issuer.resident_notice e where e.card_no = n.card_no and e.state = 'waiting' and e.notice_no < n.notice_no)
        order by n.next_at, n.notice_no limit 1 for update of n skip locked
     ), taken as (
       update issuer.resident_notice n set attempts = n.attempts + 1, next_at = now() + make_interval(secs => $1)
         from due where n.card_no = due.card_no and n.notice_no = due.notice_no returning n.*
     )
     select t.card_no, t.notice_no, t.consent_no, t.kind, t.amount_fen, t.attempts, c.language, c.contact_sealed
       from taken t join issuer.notice_consent c on c.card_no = t.card_no and c.consent_no = t.consent_no`,
    [LEASE_SECONDS],
  );
  return rows[0];
}

async function sendOne(
  { db, logger, protection, secrets }: NoticeWorkDeps,
  channel: SmsChannel,
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
    await putOff(db, due);
    return false;
  }
}

async function putOff(db: Database, due: DueRow): Promise<void> {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (due.attempts - 1), LONGEST_PAUSE_SECONDS);
  const failed = due.attempts >= ATTEMPTS;
  await transact(db, async (tx) => {
    await tx.query(
      `update issuer.resident_notice set state = case when $4 then 'failed' else state end, next_at = clock_timestamp() + make_interval(secs => $3)
        where card_no = $1 and notice_no = $2 and state = 'waiting'`,
      [due.card_no, due.notice_no, pause, failed],
    );
    // One a day says that the gateway is broken; a line for each resident would say no more.
    if (failed)
      await raiseAlarmOnce(tx, {
        kind: 'messages-undeliverable',
        severity: 'warning',
        subject: `channel ${RESIDENTS_CHANNEL} ${cityDate(new Date())}`,
        evidence: { channel: RESIDENTS_CHANNEL, attempts: due.attempts },
      });
  });
}

/**
 * A card whose life has ended needs no notices any more: how its holder is reached is emptied, once what waited was told. Whoever has a
 * new card is asked again.
 */
export async function endNoticesOfEndedCards(db: Database): Promise<number> {
  const { rowCount } = await db.query(
    `update issuer.notice_consent c set withdrawn_at = clock_timestamp(), withdrawn_over = 'counter', contact_sealed = null
       from issuer.card k where k.card_no = c.card_no and k.state in ('replaced', 'returned', 'destroyed') and c.withdrawn_at is null
        and not exists (select from issuer.resident_notice n where n.card_no = c.card_no and n.state = 'waiting')`,
  );
  return rowCount ?? 0;
}

/** Makes and sends notices for residents until it is closed; any number of processes may. */
export function startResidentNotices(deps: NoticeWorkDeps): RepeatedLook {
  return lookAgainAndAgain(
    async () => {
      await makeNotices(deps.db);
      await sendNotices(deps);
      await endNoticesOfEndedCards(deps.db);
      await forgetOld(deps.db);
    },
    { everyMs: EVERY_MS, logger: deps.logger, what: 'telling residents', part: 'resident-notices' },
  );
}
