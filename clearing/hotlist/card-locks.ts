import type { Database, Transaction } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';

/** A terminal found a card on its list and locked its application (flag 3 of the purchase record). */
export interface LockReport {
  readonly cardNo: string;
  readonly applicationSerial: string;
  readonly lockedAt: Date;
  readonly samNo: string;
  /** The terminal the SAM was in then, if that is known. */
  readonly terminalNo: string | undefined;
  readonly participantNo: string;
  readonly reportedAt: Date;
}

export interface CardLock {
  readonly lockedAt: Date;
  readonly terminalNo: string | null;
  readonly participantNo: string;
  /** The hotlist entry that took effect by it; null when the card was not on the list. */
  readonly hotlistVersion: bigint | null;
}

/**
 * Notes that cards are locked and which hotlist entries have taken effect by it. A card that was never on the list, or off it
 * again when it was tapped, raises an alarm: a terminal that locks what it should not, or holds a list that is not ours.
 */
export async function noteCardLocks(tx: Transaction, reports: readonly LockReport[]): Promise<void> {
  if (reports.length === 0) return;
  const { rows } = await tx.query<{ terminal_no: string | null; sam_no: string; locked_at: Date }>(
    `insert into clearing.card_lock (card_no, locked_at, sam_no, terminal_no, participant_no, reported_at, hotlist_version)
     select r.card_no, r.locked_at, r.sam_no, r.terminal_no, r.participant_no, r.reported_at,
            (select case when e.action = 'add' then e.version end from clearing.hotlist_entry e
              where e.application_serial = r.serial and e.published_at <= r.locked_at order by e.version desc limit 1)
       from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
            as r(card_no, serial, locked_at, sam_no, terminal_no, participant_no, reported_at)
     on conflict do nothing
     returning terminal_no, sam_no, locked_at, hotlist_version`,
    [
      reports.map(({ cardNo }) => cardNo),
      reports.map(({ applicationSerial }) => applicationSerial),
      reports.map(({ lockedAt }) => lockedAt),
      reports.map(({ samNo }) => samNo),
      reports.map(({ terminalNo }) => terminalNo ?? null),
      reports.map(({ participantNo }) => participantNo),
      reports.map(({ reportedAt }) => reportedAt),
    ],
  );
  for (const row of rows as ((typeof rows)[number] & { hotlist_version: bigint | null })[]) {
    if (row.hotlist_version !== null) continue;
    const subject = row.terminal_no === null ? `SAM ${row.sam_no}` : `terminal ${row.terminal_no}`;
    const evidence = { lockedAt: row.locked_at.toISOString(), samNo: row.sam_no };
    await raiseAlarm(tx, { kind: 'card-locked-not-listed', severity: 'warning', subject, evidence });
  }
}

/** The lock a card is known to be under. */
export async function openCardLock(db: Database | Transaction, cardNo: string): Promise<CardLock | undefined> {
  const { rows } = await db.query<CardLock>(
    `select locked_at as "lockedAt", terminal_no as "terminalNo", participant_no as "participantNo", hotlist_version as "hotlistVersion"
       from clearing.card_lock where card_no = $1 and ended_at is null order by locked_at desc limit 1`,
    [cardNo],
  );
  return rows[0];
}

/** The application on the chip was opened again: every lock of the card is history. */
export async function endCardLocks(tx: Transaction, cardNo: string, by: string): Promise<void> {
  await tx.query(
    'update clearing.card_lock set ended_at = clock_timestamp(), ended_by = $2 where card_no = $1 and ended_at is null',
    [cardNo, by],
  );
}

/** What the hotlist has of one card: its entries, newest first, and the locks by which entries took effect. */
export interface HotlistStory {
  readonly listed: boolean;
  readonly entries: readonly {
    readonly version: bigint;
    readonly action: 'add' | 'remove';
    readonly reason: string;
    readonly putBy: string;
    readonly publishedAt: Date;
    /** When a terminal first locked the card because of this entry. */
    readonly effectiveAt: Date | null;
  }[];
  readonly locks: readonly (CardLock & { readonly endedAt: Date | null })[];
}

export async function hotlistStory(db: Database, applicationSerial: string): Promise<HotlistStory> {
  const entries = await db.query<HotlistStory['entries'][number]>(
    `select e.version, e.action, e.reason, e.put_by as "putBy", e.published_at as "publishedAt",
            (select min(l.locked_at) from clearing.card_lock l where l.card_no = $2 and l.hotlist_version = e.version) as "effectiveAt"
       from clearing.hotlist_entry e where e.application_serial = $1 order by e.version desc limit 200`,
    [applicationSerial, applicationSerial.slice(1)],
  );
  const locks = await db.query<HotlistStory['locks'][number]>(
    `select locked_at as "lockedAt", terminal_no as "terminalNo", participant_no as "participantNo",
            hotlist_version as "hotlistVersion", ended_at as "endedAt"
       from clearing.card_lock where card_no = $1 order by locked_at desc limit 200`,
    [applicationSerial.slice(1)],
  );
  return { listed: entries.rows[0]?.action === 'add', entries: entries.rows, locks: locks.rows };
}
