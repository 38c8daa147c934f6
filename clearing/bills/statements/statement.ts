import { type BusinessDate, cityDate, contentSha256, type Transaction } from '@citycard/common';
import type { StatementLine } from '../biller.ts';
import { billErrors } from '../errors.ts';

/** @throws CityCardError `clearing.bills.day-not-over` */
export function requireDayOver(date: BusinessDate): void {
  if (date >= cityDate(new Date())) throw billErrors.dayNotOver({ date });
}

/**
 * Keeps what a biller says it booked on a day of the city, line by line and exactly as received. The same statement again
 * changes nothing.
 *
 * @throws CityCardError `clearing.bills.day-not-over`, `.statement-known` for another statement of the same day
 */
export async function keepStatement(
  tx: Transaction,
  billerCode: string,
  date: BusinessDate,
  lines: readonly StatementLine[],
): Promise<void> {
  requireDayOver(date);
  const sha256 = contentSha256(lines).toString('hex');
  const kept = await tx.query(
    `insert into clearing.bill_statement (biller_code, booked_on, line_count, amount_fen, sha256) values ($1, $2, $3, $4, $5)
     on conflict (biller_code, booked_on) do nothing`,
    [billerCode, date, lines.length, lines.reduce((sum, line) => sum + line.amountFen, 0n), sha256],
  );
  if (kept.rowCount === 0) {
    const same = await tx.query(
      'select from clearing.bill_statement where biller_code = $1 and booked_on = $2 and sha256 = $3',
      [billerCode, date, sha256],
    );
    if (same.rowCount === 0) throw billErrors.statementKnown({ billerCode, date });
    return;
  }
  await tx.query(
    `insert into clearing.bill_statement_line (biller_code, booked_on, line_no, payment_id, amount_fen, outcome, receipt)
     select $1, $2, l.line_no, l.payment_id, l.amount_fen, l.outcome, l.receipt
       from unnest($3::text[], $4::bigint[], $5::text[], $6::text[]) with ordinality as l(payment_id, amount_fen, outcome, receipt, line_no)`,
    [
      billerCode,
      date,
      lines.map(({ paymentId }) => paymentId),
      lines.map(({ amountFen }) => amountFen),
      lines.map(({ outcome }) => outcome),
      lines.map(({ receipt }) => receipt),
    ],
  );
}
