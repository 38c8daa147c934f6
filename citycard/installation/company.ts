import { chinaCalendar, type Database, type Transaction, type WorkingCalendar } from '@citycard/common';
import { demoCalendar, demoCustody } from '../demo/company.ts';
import { citycardErrors } from '../errors.ts';
import type { Configuration } from './configuration.ts';

/** The account payments go out from, and its bank's number in the national payment system. */
export interface Custody {
  readonly accountNo: string;
  readonly bankLineNo: string;
  readonly accountName: string;
}

/** Whose installation it is, as far as money leaves it. */
export interface Company {
  readonly custody: Custody;
  /** Working days as delivered; what the finance office announced comes on top of them. */
  readonly calendar: WorkingCalendar;
}

export async function writeCompany(tx: Transaction, name: string, custody: Custody): Promise<void> {
  await tx.query(
    `insert into installation.company (name, custody_account_no, custody_line_no, custody_name) values ($1, $2, $3, $4)`,
    [name, custody.accountNo, custody.bankLineNo, custody.accountName],
  );
}

/**
 * The company of this installation. A demo has a fixed one and calendars for years nobody has announced yet; production has
 * neither.
 *
 * @throws CityCardError `citycard.not-founded`
 */
export async function companyOf(db: Database, { mode }: Pick<Configuration, 'mode'>): Promise<Company> {
  if (mode === 'demo') return { custody: demoCustody, calendar: demoCalendar() };
  const { rows } = await db.query<Custody>(
    `select custody_account_no as "accountNo", custody_line_no as "bankLineNo", custody_name as "accountName" from installation.company`,
  );
  const [custody] = rows;
  if (custody === undefined) throw citycardErrors.notFounded();
  return { custody, calendar: chinaCalendar() };
}
