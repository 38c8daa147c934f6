import { type BusinessDate, CityCardError, type Database, transact } from '@citycard/common';
import { raiseAlarm } from '@citycard/clearing';
import { stepCard } from '../cards/step.ts';
import { endLossReport } from './loss.ts';

const AT_ONCE = 500;

/**
 * Ends the reports by phone that were not made formal in time: the card is open again, and somebody is to tell the holder.
 * A report on a card that is blocked meanwhile ends with the block. Answers how many lapsed.
 */
export async function lapseLossReports(db: Database, today: BusinessDate): Promise<number> {
  const { rows } = await db.query<{ card_no: string }>(
    `select l.card_no from issuer.loss_report l join issuer.card c using (card_no)
      where l.kind = 'phone' and l.ended_at is null and l.lapses_on < $1 and c.state = 'lost-reported'
      order by l.lapses_on limit ${AT_ONCE}`,
    [today],
  );
  let lapsed = 0;
  for (const { card_no: number } of rows) lapsed += await lapse(db, number);
  return lapsed;
}

async function lapse(db: Database, number: string): Promise<number> {
  try {
    await transact(db, async (tx) => {
      await stepCard(tx, number, 'lapse-loss', { why: 'reported by phone and not made formal in time' });
      await endLossReport(tx, number, 'lapsed');
      const evidence = { tell: 'the holder: the card is open again' };
      await raiseAlarm(tx, { kind: 'loss-report-lapsed', severity: 'notice', subject: `card ${number}`, evidence });
    });
    return 1;
  } catch (error) {
    // Somebody moved the card between the look and the step, or gave its holder another: then it does not come back.
    if (error instanceof CityCardError) return 0;
    throw error;
  }
}
