import type { BusinessDate, Database, Transaction } from '@citycard/common';
import type { FoundDifference } from '../differences/index.ts';
import { keepInStep, type LookResult } from '../daily/in-step.ts';

/** Fewer days of uploads are no habit: a spare terminal, or one that was tried out. */
const HABIT_DAYS = 2;

/** A SAM in use whose records have stopped coming. */
export interface SilentSam {
  readonly samNo: string;
  readonly participantNo: string;
  readonly terminalNo?: string;
  readonly lastDay: BusinessDate;
  readonly lastTappedAt?: Date;
}

/** SAMs that are assigned, have uploaded on several days, and on none after a day. */
export async function silentSams(db: Database | Transaction, since: BusinessDate): Promise<SilentSam[]> {
  const { rows } = await (db as Database).query<{
    sam_no: string;
    participant_no: string;
    terminal_no: string | null;
    last_day: BusinessDate;
    last_tapped_at: Date | null;
  }>(
    `select u.sam_no, a.participant_no, a.terminal_no, u.last_day, u.last_tapped_at
       from reconciliation.sam_upload u
       join clearing.sam_assignment a on a.sam_no = u.sam_no and a.valid_to is null
       join clearing.participant p on p.participant_no = a.participant_no and p.status in ('production', 'leaving')
      where u.last_day < $1 and u.days >= ${HABIT_DAYS} order by u.sam_no`,
    [since],
  );
  return rows.map((row) => ({
    samNo: row.sam_no,
    participantNo: row.participant_no,
    ...(row.terminal_no !== null && { terminalNo: row.terminal_no }),
    lastDay: row.last_day,
    ...(row.last_tapped_at !== null && { lastTappedAt: row.last_tapped_at }),
  }));
}

/** Puts down SAMs that fell silent, and ends those that are heard again or no longer in use. */
export async function lookForSilentSams(tx: Transaction, since: BusinessDate): Promise<LookResult> {
  const found = (await silentSams(tx, since)).map(
    ({ samNo, participantNo, terminalNo, lastDay, lastTappedAt }): FoundDifference => ({
      counterpartKind: 'operator',
      counterpart: participantNo,
      businessDay: lastDay,
      subjectKey: `sam ${samNo} uploads`,
      kind: 'silent',
      evidence: {
        samNo,
        ...(terminalNo !== undefined && { terminalNo }),
        lastUpload: lastDay,
        ...(lastTappedAt !== undefined && { lastTap: lastTappedAt.toISOString() }),
      },
    }),
  );
  const scope = { counterpartKinds: ['operator'], subject: 'sam ', kind: 'silent' } as const;
  return keepInStep(tx, scope, found, 'records of the SAM come in again, or it is no longer in use');
}
