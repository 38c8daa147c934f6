import type { ComplaintFigures } from '@citycard/clearing';
import { addDays, type BusinessDate, type Database, type Transaction } from '@citycard/common';

const beginningOf = (date: BusinessDate): Date => new Date(`${date}T00:00:00+08:00`);

/**
 * What became of residents' cases in a stretch of days, per participant that was asked and for the company itself: the same
 * figures whenever it is asked, once the days are over.
 */
export async function caseFigures(
  db: Database | Transaction,
  first: BusinessDate,
  last: BusinessDate,
): Promise<ComplaintFigures[]> {
  const { rows } = await (db as Database).query<ComplaintFigures>(
    `with c as (
       select *, (opened_at >= $1) as is_new, (answered_at >= $1 and answered_at < $2) as is_answered, (ended_at >= $1 and ended_at < $2) as is_ended
         from reconciliation.resident_case where opened_at < $2 and (ended_at is null or ended_at >= $1)
     )
     select c.participant_no as "participantNo", coalesce(p.name, '') as name, count(*) filter (where is_new) as opened, count(*) filter (where is_answered) as answered,
            -- Late with an answer: its time ran out in these days, and it had neither answered nor had the case ended by then.
            count(*) filter (where participant_no <> '' and answer_due_at >= $1 and answer_due_at < $2
              and (answered_at is null or answered_at > answer_due_at) and (ended_at is null or ended_at > answer_due_at)) as late,
            coalesce(floor(avg(extract(epoch from answered_at - opened_at) / 3600) filter (where is_answered)), 0)::bigint as "averageHours",
            count(*) filter (where is_ended and outcome = 'credited') as credited,
            coalesce(sum(credited_fen) filter (where is_ended and outcome = 'credited'), 0)::bigint as "creditedFen",
            count(*) filter (where is_ended and outcome = 'refused') as refused, count(*) filter (where ended_at is null or ended_at >= $2) as open
       from c left join clearing.participant p using (participant_no)
      group by 1, 2 order by 1`,
    [beginningOf(first), beginningOf(addDays(last, 1))],
  );
  return rows;
}
