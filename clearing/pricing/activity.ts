import { type BusinessDate, businessDate, type Fen, fen, type Transaction } from '@citycard/common';
import type { Movement } from '../day/movements.ts';
import { HOME_CITY } from '../purses/card-number.ts';
import type { Activity, AmountCount } from './fee.ts';
import type { Deal } from './tariff.ts';

/** What of a participant's activity one tariff may have to tell apart from the rest. */
export interface ActivityGroup {
  readonly participantNo: string;
  readonly date: BusinessDate;
  readonly side: 'sale' | 'refund';
  readonly deal: Deal;
  /** Main and sub type of the card; undefined when nobody asked, or the card is not ours. */
  readonly product?: string;
  /** The industry of the purchase's record; undefined when nobody asked, or there is no record. */
  readonly recordIndustry?: number;
  /** The city whose cards these were; `''` is the home city. */
  readonly issuerCity: string;
  /** The amount of every transaction of the group; undefined when they were not told apart. */
  readonly eachFen?: Fen;
  readonly count: bigint;
  readonly amountFen: Fen;
}

const CITY = 'city-receivable:';
const issuerOf = (counterpart: string): string => (counterpart.startsWith(CITY) ? counterpart.slice(CITY.length) : '');

const PENDING = 'operator-pending:';
const PREFUND = 'agent-prefund:';
/** Bills that other terminals collected reach a biller, and leave it, by postings of these purposes. */
const OF_BILLS: ReadonlySet<string> = new Set(['bill', 'bill-cancel']);

/** Whose account it is, when what moves it may have a fee. */
function pricedParticipant(account: string): string | undefined {
  if (account.startsWith(PENDING)) return account.slice(PENDING.length);
  return account.startsWith(PREFUND) ? account.slice(PREFUND.length) : undefined;
}

/**
 * The activity of participants as the day's sums tell it: enough for tariffs of all cards and whole lines. A load takes from
 * an agent's prefund what a purse gets; whatever else moves a prefund is no deal.
 */
export function groupsOfMovements(moved: readonly Movement[]): ActivityGroup[] {
  return moved.flatMap(({ date, debit, credit, purpose, count, amountFen }) => {
    const groups: ActivityGroup[] = [];
    const add = (side: 'sale' | 'refund', deal: Deal, account: string, counterpart: string) => {
      const participantNo = pricedParticipant(account) ?? '';
      groups.push({ participantNo, date, side, deal, issuerCity: issuerOf(counterpart), count, amountFen });
    };
    if (credit.startsWith(PENDING)) add('sale', OF_BILLS.has(purpose) ? 'bill' : 'purchase', credit, debit);
    // What leaves a terminal's owner for the biller leaves the purchases it came with.
    if (debit.startsWith(PENDING)) add('refund', purpose === 'bill-cancel' ? 'bill' : 'purchase', debit, credit);
    if (debit.startsWith(PREFUND) && credit === 'purse') add('sale', 'load', debit, credit);
    if (credit.startsWith(PREFUND) && debit === 'purse') add('refund', 'load', credit, debit);
    return groups;
  });
}

/** How much a participant's tariffs have to know of single transactions: cards and amounts, or their records as well. */
export type Detail = 'transfers' | 'records';

/**
 * The activity of participants by product of the card and amount of the transaction, and with `records` by the industry of
 * the purchase's record and whether it paid a bill: one grouped pass over their own transfers, for the tariffs that need to
 * know. A day of millions has few distinct amounts.
 */
export async function groupsOfTransfers(
  tx: Transaction,
  detailed: ReadonlyMap<string, Detail>,
  from: BusinessDate,
  to: BusinessDate,
): Promise<ActivityGroup[]> {
  const numbers = [...detailed.keys()];
  if (numbers.length === 0) return [];
  const byRecord = numbers.filter((number) => detailed.get(number) === 'records');
  const { rows } = await tx.query<GroupRow>(GROUPS, [
    numbers.map((number) => `${PENDING}${number}`),
    numbers.map((number) => `${PREFUND}${number}`),
    byRecord.map((number) => `${PENDING}${number}`),
    byRecord,
    from,
    to,
  ]);
  return rows.map((row) => ({
    participantNo: pricedParticipant(row.account) ?? '',
    date: businessDate(row.business_date),
    side: row.side,
    deal: row.deal,
    ...(row.product !== null && { product: row.product }),
    ...(row.record_industry !== null && { recordIndustry: row.record_industry }),
    issuerCity: issuerOf(row.counterpart),
    eachFen: fen(row.each_fen),
    count: row.count,
    amountFen: fen(row.each_fen * row.count),
  }));
}

interface GroupRow {
  account: string;
  counterpart: string;
  side: 'sale' | 'refund';
  deal: Deal;
  business_date: string;
  product: string | null;
  record_industry: number | null;
  each_fen: bigint;
  count: bigint;
}

const PRODUCT = `lpad(upper(to_hex(p.main_type::integer)), 2, '0') || lpad(upper(to_hex(p.sub_type::integer)), 2, '0')`;

/**
 * For those asked about by record ($3, $4) purchases are counted from their records, whose sum is the ledger's
 * (the proof of the stage before); everything else from the transfers.
 */
const GROUPS = `
with moved as (
  select t.business_date, t.debit_account, t.credit_account, split_part(t.posting_key, ':', 1) as purpose, t.amount_fen,
         ${PRODUCT} as product, count(*) as count
    from clearing.ledger_transfer t left join clearing.purse p on p.card_no = t.card_no
   where t.business_date between $5 and $6 and t.phase in ('posted', 'post')
     and (t.credit_account = any($1) or t.debit_account = any($1) or t.credit_account = any($2) or t.debit_account = any($2))
   group by 1, 2, 3, 4, 5, 6
), recorded as (
  select r.posted_date as business_date, '${PENDING}' || r.participant_no as account, r.issuer_city, r.industry,
         case when b.payment_id is null then 'purchase' else 'bill' end as deal, r.amount_fen, ${PRODUCT} as product, count(*) as count
    from clearing.purchase_record r
    left join clearing.purse p on p.card_no = r.card_no
    left join clearing.bill_payment b on b.card_no = r.card_no and b.sam_no = r.sam_no and b.sam_transaction_no = r.sam_transaction_no
     and b.amount_fen = r.amount_fen
   where r.participant_no = any($4) and r.posted_date between $5 and $6 and r.state = 'accepted' and r.amount_fen > 0
   group by 1, 2, 3, 4, 5, 6, 7
)
select credit_account as account, debit_account as counterpart, 'sale' as side,
       case when purpose in ('bill', 'bill-cancel') then 'bill' else 'purchase' end as deal,
       business_date, product, null::smallint as record_industry, amount_fen as each_fen, count
  from moved where credit_account = any($1) and not (purpose = 'purchase' and credit_account = any($3))
union all
select debit_account, credit_account, 'refund',
       case when purpose = 'bill-cancel' or purpose = 'bill' and debit_account = any($3) then 'bill' else 'purchase' end,
       business_date, product, null, amount_fen, count
  from moved where debit_account = any($1)
union all
select account, case when issuer_city = '${HOME_CITY}' then 'purse' else '${CITY}' || issuer_city end, 'sale', deal,
       business_date, product, industry, amount_fen, count
  from recorded
union all
select debit_account, credit_account, 'sale', 'load', business_date, product, null, amount_fen, count
  from moved where debit_account = any($2) and credit_account = 'purse'
union all
select credit_account, debit_account, 'refund', 'load', business_date, product, null, amount_fen, count
  from moved where credit_account = any($2) and debit_account = 'purse'`;

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
