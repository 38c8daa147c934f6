import { type Database, transact } from '@citycard/common';
import { raiseAlarm } from '../alarms/alarm.ts';

/** A debit is over in seconds; a card that was pulled is back in the reader within minutes, or its holder has left. */
const TORN_AFTER_MINUTES = 15;
/** Told in one go; the rest at the next look. */
const AT_ONCE = 500;

/**
 * Raises an alarm for each cancellation of a load whose debit nobody knows the end of for a quarter of an hour, once per debit:
 * the holder has perhaps paid and not got the money back, and only the card can tell. Answers how many.
 */
export async function alarmTornCancellations(db: Database, now: Date): Promise<number> {
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{
      card_no: string;
      load_id: bigint;
      amount_fen: bigint;
      counter: string;
      debit_begun_at: Date;
    }>(
      `update clearing.load_cancellation c set torn_alarm_at = $1
         from (select card_no, load_id from clearing.load_cancellation
                where state = 'debiting' and debit_begun_at < $1::timestamptz - make_interval(mins => ${TORN_AFTER_MINUTES})
                  and (torn_alarm_at is null or torn_alarm_at < debit_begun_at)
                order by debit_begun_at limit ${AT_ONCE} for update skip locked) torn
        where c.card_no = torn.card_no and c.load_id = torn.load_id
       returning c.card_no, c.load_id, c.amount_fen, c.counter, c.debit_begun_at`,
      [now],
    );
    for (const row of rows) {
      await raiseAlarm(tx, {
        kind: 'load-cancellation-torn',
        severity: 'warning',
        subject: `card ${row.card_no}`,
        evidence: {
          loadId: row.load_id,
          amountFen: row.amount_fen,
          counter: row.counter,
          debitBegunAt: row.debit_begun_at.toISOString(),
        },
      });
    }
    return rows.length;
  });
}
