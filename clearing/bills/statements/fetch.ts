import { addDays, type BusinessDate, cityDate, type Database, type Logger, transact } from '@citycard/common';
import type { BillerDirectory } from '../biller.ts';
import { billErrors } from '../errors.ts';
import { keepStatement, requireDayOver } from './statement.ts';

export interface StatementDeps {
  readonly db: Database;
  readonly billers: BillerDirectory;
}

/**
 * Fetches what a biller booked on a day that is over, and keeps it. It is compared by reconciliation.
 *
 * @throws CityCardError `clearing.bills.biller-unknown`, `.day-not-over`, `.over-http-only`, `.not-reached`, `.statement-known`
 */
export async function fetchBillStatement(deps: StatementDeps, billerCode: string, date: BusinessDate): Promise<void> {
  requireDayOver(date);
  const line = await deps.billers(billerCode);
  if (line === undefined) throw billErrors.billerUnknown({ billerCode });
  if (line.biller.baseUrl === undefined) throw billErrors.overHttpOnly({ billerCode });
  const lines = await line.adapter.statement(date);
  if (lines === undefined) throw billErrors.notReached({ billerCode });
  await transact(deps.db, (tx) => keepStatement(tx, billerCode, date, lines));
}

/** Asks every biller that can be asked for the day before, if nobody has yet; one that is gone is tried again next time. */
export async function fetchYesterday(deps: StatementDeps & { readonly logger: Logger }): Promise<void> {
  const yesterday = addDays(cityDate(new Date()), -1);
  const { rows } = await deps.db.query<{ biller_code: string }>(
    `select biller_code from clearing.biller b where base_url is not null
        and not exists (select from clearing.bill_statement s where s.biller_code = b.biller_code and s.booked_on = $1)
        and exists (select from clearing.bill_payment p where p.biller_code = b.biller_code and p.asked_at < $1::date + 1)
      order by 1`,
    [yesterday],
  );
  for (const { biller_code: billerCode } of rows) {
    try {
      await fetchBillStatement(deps, billerCode, yesterday);
    } catch (error) {
      deps.logger.warn({ err: error, billerCode, date: yesterday }, 'biller not asked, will be tried again');
    }
  }
}
