import type { Watch } from '@citycard/clearing';
import { cityDate } from '@citycard/common';

/** What goes into an alarm; the list of differences has the rest. */
const NAMED = 20;

/** Differences that are still open so many days after their due date, one alarm per counterpart, and one for all cards. */
export const overdueDifferenceWatch: Watch = {
  rule: 'overdue-difference',
  everyMs: 60_000,
  look: async ({ db, thresholds: { afterDays = 0 } }) => {
    const { rows } = await db.query<{
      counterpart_kind: string;
      counterpart: string;
      count: bigint;
      oldest: string;
      numbers: bigint[];
    }>(
      `select counterpart_kind, case counterpart_kind when 'card' then 'all' else counterpart end as counterpart, count(*) as count, min(due_on) as oldest,
              (array_agg(difference_no order by due_on, difference_no))[1:$3] as numbers
         from reconciliation.difference where state = 'open' and due_on < $1::date - $2::integer group by 1, 2 order by 1, 2`,
      [cityDate(new Date()), afterDays, NAMED],
    );
    return rows.map(({ counterpart_kind: kind, counterpart, count, oldest, numbers }) => ({
      subject: `${kind} ${counterpart}`,
      evidence: { count, dueSince: oldest, differences: numbers.map(String) },
    }));
  },
};
