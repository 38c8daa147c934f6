import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { plainPhone } from '../residents/masking.ts';
import type { Protection } from '../protection/protection.ts';
import { deskErrors } from './errors.ts';
import type { DeskPlace, NoticeKind, NoticeLanguage } from './notice-schemas.ts';

/** What a resident asks to be told of, and how. */
export interface NoticeWish {
  readonly channel: 'sms' | 'paper';
  readonly kinds: readonly NoticeKind[];
  readonly language: NoticeLanguage;
  readonly lowBalanceFen: number;
  /** A mobile number; for text messages alone. */
  readonly phone?: string;
}

/** The wording that is agreed to; another wording is another consent. */
const WORDING = '1';
const MOBILE = /^1[3-9][0-9]{9}$/;

/** What a contact is sealed for: under another card, or another consent of the same card, it does not open. */
export const contactContext = (cardNo: string, consentNo: bigint): string => `notices of ${cardNo} ${consentNo}`;

/**
 * Takes down the consent of whoever knew the second fact; an earlier one of the card is withdrawn by it. The number is sealed and never
 * shown again.
 *
 * @throws card-issuer.resident-desk.contact-wrong
 */
export async function consentToNotices(
  tx: Transaction,
  protection: Protection,
  by: Principal,
  { cardNo, place }: { readonly cardNo: string; readonly place: DeskPlace },
  wish: NoticeWish,
): Promise<void> {
  const phone = wish.phone === undefined ? '' : plainPhone(wish.phone);
  if (wish.channel === 'sms' && !MOBILE.test(phone)) throw deskErrors.contactWrong();
  await endConsents(tx, cardNo, place);
  const { rows } = await tx.query<{ no: bigint }>(`select nextval('issuer.notice_consent_no') as no`);
  const consentNo = rows[0]?.no ?? 0n;
  const sealed =
    wish.channel === 'sms' ? await protection.seal(contactContext(cardNo, consentNo), Buffer.from(phone)) : null;
  await tx.query(
    `insert into issuer.notice_consent (card_no, consent_no, channel, kinds, language, low_balance_fen, contact_sealed, wording, given_over)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [cardNo, consentNo, wish.channel, wish.kinds, wish.language, wish.lowBalanceFen, sealed, WORDING, place],
  );
  await recordAct(tx, by, {
    act: 'resident-notices.consent',
    subject: `card ${cardNo}`,
    detail: { channel: wish.channel, kinds: wish.kinds, place, wording: WORDING },
  });
}

/**
 * Withdraws the consent: how the person is reached is emptied, and what was not told yet is not told any more.
 *
 * @throws card-issuer.resident-desk.no-notices
 */
export async function withdrawNotices(
  tx: Transaction,
  by: Principal,
  { cardNo, place }: { readonly cardNo: string; readonly place: DeskPlace },
): Promise<void> {
  if ((await endConsents(tx, cardNo, place)) === 0) throw deskErrors.noNotices();
  await recordAct(tx, by, { act: 'resident-notices.withdraw', subject: `card ${cardNo}`, detail: { place } });
}

async function endConsents(tx: Transaction, cardNo: string, place: DeskPlace): Promise<number> {
  // Two that change the notices of one card at once are one after the other.
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('notices of ' || $1, 0))`, [cardNo]);
  await tx.query(`update issuer.resident_notice set state = 'withdrawn' where card_no = $1 and state = 'waiting'`, [
    cardNo,
  ]);
  const { rowCount } = await tx.query(
    `update issuer.notice_consent set withdrawn_at = clock_timestamp(), withdrawn_over = $2, contact_sealed = null
      where card_no = $1 and withdrawn_at is null`,
    [cardNo, place],
  );
  return rowCount ?? 0;
}

/** What the holder asked for, and what waits to be told on paper. */
export async function noticesOf(db: Database, cardNo: string): Promise<object> {
  const consents = await db.query<{
    channel: string;
    kinds: string[];
    language: string;
    low: bigint;
    at: Date;
    place: string;
  }>(
    `select channel, kinds, language, low_balance_fen as low, given_at as at, given_over as place
       from issuer.notice_consent where card_no = $1 and withdrawn_at is null order by consent_no desc limit 1`,
    [cardNo],
  );
  const { rows } = await db.query<{ no: bigint; kind: string; amount: bigint; at: Date }>(
    `select n.notice_no as no, n.kind, n.amount_fen as amount, n.made_at as at
       from issuer.resident_notice n join issuer.notice_consent c on c.card_no = n.card_no and c.consent_no = n.consent_no
      where n.card_no = $1 and n.state = 'waiting' and c.channel = 'paper' order by n.notice_no limit 20`,
    [cardNo],
  );
  const [consent] = consents.rows;
  return {
    ...(consent && {
      consent: {
        channel: consent.channel,
        kinds: consent.kinds,
        language: consent.language,
        lowBalanceFen: consent.low,
        givenAt: consent.at.toISOString(),
        givenOver: consent.place,
      },
    }),
    notices: rows.map(({ no, kind, amount, at }) => ({
      noticeNo: no,
      kind,
      amountFen: amount,
      madeAt: at.toISOString(),
    })),
  };
}

/** These were printed or read: they are told. Those of other cards, and those told before, stay as they are. */
export async function noticesTold(tx: Transaction, cardNo: string, noticeNos: readonly bigint[]): Promise<void> {
  await tx.query(
    `update issuer.resident_notice set state = 'told', told_at = clock_timestamp()
      where card_no = $1 and notice_no = any($2::bigint[]) and state = 'waiting'`,
    [cardNo, noticeNos],
  );
}
