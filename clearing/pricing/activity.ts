import { type BusinessDate, businessDate, type Fen, fen, type Transaction } from '@citycard/common';
import type { Movement } from '../day/movements.ts';
import type { Activity, AmountCount } from './fee.ts';

/** What of a pending account's activity one tariff may have to tell apart from the rest. */
export interface ActivityGroup {
  readonly account: string;
  readonly date: BusinessDate;
  readonly side: 'sale' | 'refund';
  /** Main and sub type of the card; undefined when nobody asked, or the card is not ours. */
  readonly product?: string;
  /** The city whose cards these were; `''` is the home city. */
  readonly issuerCity: string;
  /** The amount of every transaction of the group; undefined when they were not told apart. */
  readonly eachFen?: Fen;
  readonly count: bigint;
  readonly amountFen: Fen;
}

const CITY = 'city-receivable:';
const issuerOf = (counterpart: string): string => (counterpart.startsWith(CITY) ? counterpart.slice(CITY.length) : '');

/** The activity of a pending account as the day's sums tell it: enough for tariffs of all cards and whole lines. */
export function groupsOfMovements(account: string, moved: readonly Movement[]): ActivityGroup[] {
  return moved.flatMap(({ date, debit, credit, count, amountFen }) => {
    const group = (side: 'sale' | 'refund', counterpart: string): ActivityGroup => ({
      account,
      date,
      side,
      issuerCity: issuerOf(counterpart),
      count,
      amountFen,
    });
    return [
      ...(credit === account ? [group('sale', debit)] : []),
      ...(debit === account ? [group('refund', credit)] : []),
    ];
  });
}

/**
 * The activity of pending accounts by product of the card and amount of the transaction: one grouped pass over their
 * transfers, for the tariffs that need to know. A day of millions has few distinct amounts.
 */
export async function groupsOfTransfers(
  tx: Transaction,
  accounts: readonly string[],
  from: BusinessDate,
  to: BusinessDate,
): Promise<ActivityGroup[]> {
  if (accounts.length === 0) return [];
  const { rows } = await tx.query<{
    account: string;
    counterpart: string;
    side: 'sale' | 'refund';
    business_date: string;
    product: string | null;
    each_fen: bigint;
    count: bigint;
  }>(
    `with moved as (
       select t.business_date, t.debit_account, t.credit_account, t.amount_fen,
              lpad(upper(to_hex(p.main_type::integer)), 2, '0') || lpad(upper(to_hex(p.sub_type::integer)), 2, '0') as product, count(*) as count
         from clearing.ledger_transfer t left join clearing.purse p on p.card_no = t.card_no
        where t.business_date between $2 and $3 and t.phase in ('posted', 'post')
          and (t.credit_account = any($1) or t.debit_account = any($1))
        group by 1, 2, 3, 4, 5)
     select credit_account as account, debit_account as counterpart, 'sale' as side, business_date, product, amount_fen as each_fen, count
       from moved where credit_account = any($1)
     union all
     select debit_account, credit_account, 'refund', business_date, product, amount_fen, count from moved where debit_account = any($1)`,
    [accounts, from, to],
  );
  return rows.map((row) => ({
    account: row.account,
    date: businessDate(row.business_date),
    side: row.side,
    ...(row.product !== null && { product: row.product }),
    issuerCity: issuerOf(row.counterpart),
    eachFen: fen(row.each_fen),
    count: row.count,
    amountFen: fen(row.each_fen * row.count),
  }));
}

/** The groups of one line or part, summed. */
export function activityOf(groups: readonly ActivityGroup[]): Activity {
  const sums = { salesCount: 0n, sales: 0n, refundCount: 0n, refunds: 0n };
  for (const { side, count, amountFen } of groups) {
    if (side === 'sale') {
      sums.salesCount += count;
      sums.sales += amountFen;
    } else {
      sums.refundCount += count;
      sums.refunds += amountFen;
    }
  }
  const { salesCount, sales, refundCount, refunds } = sums;
  return { salesCount, salesFen: fen(sales), refundCount, refundFen: fen(refunds) };
}

/** The groups by amount, for a tariff that rounds per transaction; undefined when the amounts were not told apart. */
export function amountsOf(groups: readonly ActivityGroup[]): AmountCount[] | undefined {
  const amounts = new Map<Fen, { salesCount: bigint; refundCount: bigint }>();
  for (const { eachFen, side, count } of groups) {
    if (eachFen === undefined) return undefined;
    const seen = amounts.get(eachFen) ?? { salesCount: 0n, refundCount: 0n };
    if (side === 'sale') seen.salesCount += count;
    else seen.refundCount += count;
    amounts.set(eachFen, seen);
  }
  return [...amounts].map(([amountFen, counts]) => ({ amountFen, ...counts }));
}

/** What was sold, by the city that issued the cards. */
export function salesByIssuer(groups: readonly ActivityGroup[]): { issuerCity: string; salesFen: Fen }[] {
  const sales = new Map<string, bigint>();
  for (const { side, issuerCity, amountFen } of groups) {
    if (side === 'sale') sales.set(issuerCity, (sales.get(issuerCity) ?? 0n) + amountFen);
  }
  return [...sales]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([issuerCity, salesFen]) => ({ issuerCity, salesFen: fen(salesFen) }));
}
