import { approveAct, type Database, type Principal, proposeAct, recordAct, type Transaction } from '@citycard/common';
import { settlementErrors } from './errors.ts';

/** Why a participant is not paid at the moment. */
export interface PaymentHold {
  readonly participantNo: string;
  readonly since: Date;
  /** The payment that came back or was refused. */
  readonly causedBy?: string;
  readonly reason: string;
}

const RELEASE = 'payment-hold-release';

/**
 * ISO 20022 reasons that say something of the payee or its account. Whatever else a bank refuses for (our funds, a date, a
 * format) would not be any better at another account.
 */
const ABOUT_THE_PAYEE = /^(AC|BE|RC|MD|CNOR|RR|AG01|SVNR)/;

/** Whether a refusal with this text is the payee's affair, so that the next payment would be refused as well. */
export function concernsPayee(reason: string): boolean {
  return ABOUT_THE_PAYEE.test(reason);
}

/** From now on nothing is paid to the participant; an existing hold stays with its first reason. */
export async function holdPayments(
  tx: Transaction,
  hold: { readonly participantNo: string; readonly causedBy?: string; readonly reason: string },
): Promise<void> {
  await tx.query(
    `insert into clearing.payment_hold (participant_no, caused_by, reason) values ($1, $2, $3)
     on conflict (participant_no) where ended_at is null do nothing`,
    [hold.participantNo, hold.causedBy ?? null, hold.reason],
  );
}

/** Ends the holds of these participants; who ended them is kept. */
export async function endHolds(tx: Transaction, participants: readonly string[], endedBy: string): Promise<void> {
  await tx.query(
    `update clearing.payment_hold set ended_at = clock_timestamp(), ended_by = $2
      where participant_no = any($1) and ended_at is null`,
    [participants, endedBy],
  );
}

/** Open holds, the oldest first. */
export async function openHolds(db: Database | Transaction): Promise<PaymentHold[]> {
  const { rows } = await (db as Database).query<{
    participant_no: string;
    since: Date;
    caused_by: string | null;
    reason: string;
  }>(
    `select participant_no, since, caused_by, reason from clearing.payment_hold
      where ended_at is null order by since, participant_no`,
  );
  return rows.map((row) => ({
    participantNo: row.participant_no,
    since: row.since,
    ...(row.caused_by !== null && { causedBy: row.caused_by }),
    reason: row.reason,
  }));
}

async function requireHold(tx: Transaction, participantNo: string): Promise<{ participantNo: string; since: string }> {
  const { rows } = await tx.query<{ since: Date }>(
    'select since from clearing.payment_hold where participant_no = $1 and ended_at is null for update',
    [participantNo],
  );
  if (rows[0] === undefined) throw settlementErrors.notHeld({ participantNo });
  return { participantNo, since: rows[0].since.toISOString() };
}

/**
 * Proposes that a participant is paid again although its account has not changed (the bank was wrong, or has put it right).
 *
 * @throws CityCardError `clearing.settlement.not-held`
 */
export async function proposeRelease(
  tx: Transaction,
  maker: Principal,
  participantNo: string,
): Promise<{ approvalId: bigint }> {
  const content = await requireHold(tx, participantNo);
  const proposal = await proposeAct(tx, maker, { act: RELEASE, subject: participantNo, content });
  await recordAct(tx, maker, { act: `${RELEASE} proposed`, subject: participantNo });
  return proposal;
}

/** A second person confirms: what was carried is paid with the next sheet. @throws as {@link proposeRelease}, identity.same-person */
export async function approveRelease(
  tx: Transaction,
  checker: Principal,
  participantNo: string,
  approvalId: bigint,
): Promise<{ participantNo: string; maker: string; checker: string }> {
  const content = await requireHold(tx, participantNo);
  const people = await approveAct(tx, checker, approvalId, content);
  await endHolds(tx, [participantNo], `${people.maker}, ${people.checker}`);
  await recordAct(tx, checker, { act: RELEASE, subject: participantNo, detail: { approvalId } });
  return { participantNo, ...people };
}
