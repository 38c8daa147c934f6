import { addDays, businessDate, cityDate, type Database, type Principal, recordAct, transact } from '@citycard/common';
import { findDepartment } from '../departments.ts';
import { populationErrors } from '../errors.ts';
import { type PublishedTable, suppressSmall } from './suppress.ts';

/** A statistic as it is published. */
export interface Statistic extends PublishedTable<string> {
  readonly statistic: 'floating-by-district' | 'permit-expiries';
  readonly asOf: string;
}

/** Floating population living here, by district of stay; small counts suppressed. @throws .statistics-not-entitled */
export async function floatingByDistrict(db: Database, partner: Principal): Promise<Statistic> {
  await requireStatistics(db, partner, 'floating-by-district');
  const { rows } = await db.query<{ key: string; count: number }>(
    `select coalesce(district, 'unknown') as key, count(*)::int as count from issuer.resident
      where population = 'floating' and state = 'living' group by 1 order by 1`,
  );
  return { statistic: 'floating-by-district', asOf: cityDate(new Date()), ...suppressSmall(rows) };
}

/**
 * Residence permits that end in each of the coming months, this one first; small counts suppressed.
 *
 * @throws card-issuer.population.statistics-not-entitled
 */
export async function permitExpiries(db: Database, partner: Principal, months: number): Promise<Statistic> {
  await requireStatistics(db, partner, 'permit-expiries');
  const today = cityDate(new Date());
  const { rows } = await db.query<{ key: string; count: number }>(
    `select to_char(month, 'YYYY-MM') as key, count(resident_id)::int as count
       from generate_series(date_trunc('month', $1::date), date_trunc('month', $1::date) + make_interval(months => $2 - 1), '1 month') as month
       left join issuer.resident r on r.permit_valid_to >= month and r.permit_valid_to < month + interval '1 month'
             and r.population = 'floating' and r.state = 'living'
      group by month order by month`,
    [addDays(businessDate(today), 0), months],
  );
  return { statistic: 'permit-expiries', asOf: today, ...suppressSmall(rows) };
}

async function requireStatistics(db: Database, partner: Principal, statistic: string): Promise<void> {
  if (partner.roles.includes('department-partner')) {
    const department = await findDepartment(db, partner.participantNo ?? '');
    if (!department.statistics) throw populationErrors.statisticsNotEntitled({ department: department.department });
  }
  await transact(db, (tx) => recordAct(tx, partner, { act: 'population.statistic', subject: statistic }));
}
