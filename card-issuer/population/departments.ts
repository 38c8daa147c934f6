import type { Database, Principal, Transaction } from '@citycard/common';
import { isItemName, type ItemName, items, type Producer, producers } from '../residents/items.ts';
import { populationErrors } from './errors.ts';

/** A department the city shares data with. */
export interface Department {
  readonly department: Producer;
  readonly name: string;
  /** CN of the certificate it signs files with. */
  readonly certificateCn: string;
  readonly oldestPeriodDays: number;
  readonly queriesPerMinute: number;
  readonly statistics: boolean;
  readonly exportedTo: bigint;
}

/** The purpose under which delta files are exchanged. */
export const EXCHANGE = 'exchange';

/** @throws card-issuer.population.department-unknown */
export async function findDepartment(
  db: Database | Transaction,
  name: string,
  options: { lock?: boolean } = {},
): Promise<Department> {
  const { rows } = await db.query<Omit<Department, 'department'> & { department: string }>(
    `select department, name, certificate_cn as "certificateCn", oldest_period_days as "oldestPeriodDays",
            queries_per_minute as "queriesPerMinute", statistics, exported_to as "exportedTo"
       from issuer.department where department = $1 ${options.lock === true ? 'for update' : ''}`,
    [name],
  );
  const row = rows[0];
  const department = producers.find((producer) => producer === row?.department);
  if (row === undefined || department === undefined) throw populationErrors.departmentUnknown({ department: name });
  return { ...row, department };
}

/**
 * A department's own credential acts for that department only; the registrar carries files for all of them.
 *
 * @throws card-issuer.population.other-department
 */
export function requireOwnDepartment(principal: Principal, department: string): void {
  if (!principal.roles.includes('department-partner') || principal.participantNo === department) return;
  throw populationErrors.otherDepartment({ own: principal.participantNo ?? 'no department', department });
}

/** What the department may read for a purpose; empty when it is entitled to nothing. */
export async function entitledItems(
  db: Database | Transaction,
  department: string,
  purpose: string,
): Promise<Set<ItemName>> {
  const { rows } = await db.query<{ item: string }>(
    'select item from issuer.department_entitlement where department = $1 and purpose = $2',
    [department, purpose],
  );
  return new Set(rows.map(({ item }) => item).filter(isItemName));
}

/** The purposes a department may name in a question. */
export async function queryPurposes(db: Database | Transaction, department: string): Promise<string[]> {
  const { rows } = await db.query<{ purpose: string }>(
    'select distinct purpose from issuer.department_entitlement where department = $1 and purpose <> $2 order by purpose',
    [department, EXCHANGE],
  );
  return rows.map(({ purpose }) => purpose);
}

/** Whether the department may say something of this item: its own, or one whose changes it is shown. */
export function maySpeakOf(item: ItemName, department: Department, exchanged: ReadonlySet<ItemName>): boolean {
  return items[item].producer === department.department || exchanged.has(item);
}
