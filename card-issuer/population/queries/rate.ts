import type { Database } from '@citycard/common';
import type { Department } from '../departments.ts';
import { populationErrors } from '../errors.ts';

/** Minutes of which the counts are kept. */
const KEPT_MINUTES = 60;

/**
 * Counts a question of a department against its limit by the minute, whichever of its people or systems asks. Committed
 * before the question is looked at, so that a failure does not make the next try free.
 *
 * @throws card-issuer.population.too-many-queries
 */
export async function countQuestion(db: Database, { department, queriesPerMinute }: Department): Promise<void> {
  const { rows } = await db.query<{ asked: number }>(
    `insert into issuer.department_rate as r (department, minute, asked) values ($1, date_trunc('minute', now()), 1)
     on conflict (department, minute) do update set asked = r.asked + 1 where r.asked < $2
     returning asked`,
    [department, queriesPerMinute],
  );
  if (rows[0] === undefined) throw populationErrors.tooManyQueries({ department, limit: queriesPerMinute });
  if (rows[0].asked === 1)
    await db.query(
      `delete from issuer.department_rate where department = $1 and minute < now() - make_interval(mins => ${KEPT_MINUTES})`,
      [department],
    );
}
