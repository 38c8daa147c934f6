import { addDays, type BusinessDate, cityDate, type Database, type Logger, transact } from '@citycard/common';
import type { BillerDirectory, StatementLine } from '../biller.ts';
import { billErrors } from '../errors.ts';
import { type BillCheck, compare, readCheck } from './compare.ts';
import { keepStatement } from './statement.ts';

export interface CheckDeps {
  readonly db: Database;
  readonly billers: BillerDirectory;
}

/**
 * Fetches what a biller booked on a day that is over and compares it with what we have.
 *
 * @throws CityCardError `clearing.bills.biller-unknown`, `.day-not-over`, `.over-http-only`, `.not-reached`, `.statement-known`
 */
export async function checkBiller(deps: CheckDeps, billerCode: string, date: BusinessDate): Promise<BillCheck> {
  refuseUnfinishedDay(date);
  const line = await deps.billers(billerCode);
  if (line === undefined) throw billErrors.billerUnknown({ billerCode });
  if (line.biller.baseUrl === undefined) throw billErrors.overHttpOnly({ billerCode });
  const lines = await line.adapter.statement(date);
  if (lines === undefined) throw billErrors.notReached({ billerCode });
  return checkAgainst(deps.db, billerCode, date, lines);
}

/** Takes a statement that a biller delivers by itself, and compares. @throws as {@link checkBiller} */
export async function takeStatement(
  db: Database,
  billerCode: string,
  date: BusinessDate,
  lines: readonly StatementLine[],
): Promise<BillCheck> {
  refuseUnfinishedDay(date);
  return checkAgainst(db, billerCode, date, lines);
}

function refuseUnfinishedDay(date: BusinessDate): void {
  if (date >= cityDate(new Date())) throw billErrors.dayNotOver({ date });
}

/** Keeps the statement of a day and compares, in one transaction. */
export async function checkAgainst(
  db: Database,
  billerCode: string,
  date: BusinessDate,
  lines: readonly StatementLine[],
): Promise<BillCheck> {
  return transact(db, async (tx) => {
    await keepStatement(tx, billerCode, date, lines);
    await compare(tx, billerCode, date);
    const check = await readCheck(tx, billerCode, date);
    if (check === undefined) throw new Error('a check just made is not there');
    return check;
  });
}

/** Checks every biller that can be asked for the day before, if nobody has yet; one that is gone is tried again next time. */
export async function checkYesterday(deps: CheckDeps & { readonly logger: Logger }): Promise<void> {
  const yesterday = addDays(cityDate(new Date()), -1);
  const { rows } = await deps.db.query<{ biller_code: string }>(
    `select biller_code from clearing.biller b where base_url is not null
        and not exists (select from clearing.bill_check c where c.biller_code = b.biller_code and c.booked_on = $1)
        and exists (select from clearing.bill_payment p where p.biller_code = b.biller_code and p.asked_at < $1::date + 1)
      order by 1`,
    [yesterday],
  );
  for (const { biller_code: billerCode } of rows) {
    try {
      await checkBiller(deps, billerCode, yesterday);
    } catch (error) {
      deps.logger.warn({ err: error, billerCode, date: yesterday }, 'biller not checked, will be tried again');
    }
  }
}
