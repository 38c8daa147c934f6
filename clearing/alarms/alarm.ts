import type { Database, Transaction } from '@citycard/common';

export type AlarmSeverity = 'notice' | 'warning' | 'critical';

export interface NewAlarm {
  /** Stable name of what happened, kebab-case: `load-void-proved`. */
  readonly kind: string;
  readonly severity: AlarmSeverity;
  /** What it is about: a card, terminal, participant or file. */
  readonly subject: string;
  /** What a person needs to judge it; whole numbers of fen as bigint are kept as text. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface Alarm extends NewAlarm {
  readonly alarmId: bigint;
  readonly raisedAt: Date;
}

/** Records that somebody has to look at something. It stands or falls with the transaction of what happened. */
export const raiseAlarm = (tx: Transaction, alarm: NewAlarm): Promise<void> => raiseAlarms(tx, [alarm]);

/** Like {@link raiseAlarm}, any number in one statement. */
export async function raiseAlarms(tx: Transaction, alarms: readonly NewAlarm[]): Promise<void> {
  await tx.query(
    `insert into clearing.alarm (kind, severity, subject, evidence)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])`,
    [
      alarms.map(({ kind }) => kind),
      alarms.map(({ severity }) => severity),
      alarms.map(({ subject }) => subject),
      alarms.map(({ evidence }) =>
        JSON.stringify(evidence, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)),
      ),
    ],
  );
}

/** Like {@link raiseAlarm}, unless an alarm of this kind was raised about this subject before. */
export async function raiseAlarmOnce(tx: Transaction, alarm: NewAlarm): Promise<void> {
  const { rowCount } = await tx.query('select from clearing.alarm where kind = $1 and subject = $2 limit 1', [
    alarm.kind,
    alarm.subject,
  ]);
  if (rowCount === 0) await raiseAlarm(tx, alarm);
}

/** Alarms after the one given, oldest first. */
export async function alarmsAfter(db: Database | Transaction, after: bigint, limit = 100): Promise<Alarm[]> {
  const { rows } = await db.query<Alarm>(
    `select alarm_id as "alarmId", kind, severity, subject, evidence, raised_at as "raisedAt"
       from clearing.alarm where alarm_id > $1 order by alarm_id limit $2`,
    [after, limit],
  );
  return rows;
}
