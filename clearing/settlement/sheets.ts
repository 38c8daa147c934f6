import {
  type BusinessDate,
  businessDate,
  compactDate,
  contentSha256,
  type Database,
  type Fen,
  fen,
  type Transaction,
  type WorkingCalendar,
} from '@citycard/common';
import { dayErrors } from '../day/errors.ts';
import type { Movement } from '../day/movements.ts';
import { postOrThrow, type Posting } from '../ledger/posting.ts';
import type { SettlementAccount } from '../participants/participant.ts';
import { ensureAccount } from '../pricing/price-day.ts';

type SheetState = 'made' | 'approved' | 'carried' | 'instructed' | 'rejected' | 'paid';

/** The settlement sheet (结算单) of one participant for one day; domain.md F.4. All amounts in fen. */
export interface SettlementSheet {
  readonly sheetNo: string;
  readonly businessDate: BusinessDate;
  readonly participantNo: string;
  readonly name: string;
  /** The account of ours that owes it. */
  readonly paysFrom: string;
  readonly periodFrom: BusinessDate;
  readonly salesCount: bigint;
  readonly salesFen: Fen;
  readonly refundCount: bigint;
  readonly refundFen: Fen;
  readonly feeFen: Fen;
  /** Corrections, bills, positions of cities: what moved the payable account beside pricing. */
  readonly otherFen: Fen;
  readonly carriedInFen: Fen;
  readonly payableFen: Fen;
  /** What the bank has paid of it until now. */
  readonly paidFen: Fen;
  readonly disposition: 'pay' | 'carry';
  readonly carryReason?: string;
  readonly settlementAccount?: SettlementAccount;
  readonly settleDate: BusinessDate;
  readonly state: SheetState;
  readonly carriedInto?: string;
  readonly maker?: string;
  readonly checker?: string;
}

interface ParticipantRow {
  participant_no: string;
  name: string;
  kind: string;
  city_code: string | null;
  status: string;
  settlement_account: SettlementAccount | null;
  /** Why nothing may be paid to it, when that is so. */
  held: string | null;
}

/**
 * Makes the day's sheets: for every operator, biller and city whose payable moved on the day or that has an amount
 * carried from before. What is zero or below, has no account to go to, or belongs to a participant that is suspended or whose
 * payments are held is carried forward; the rest is to be paid. Then proves that the open sheets of each participant are
 * what the ledger owes it.
 *
 * A biller's bill money joins its other payable, and a city's receivable is set off against its payable, by postings
 * `net:<date>:<participant>`.
 */
export async function makeSheets(
  tx: Transaction,
  date: BusinessDate,
  moved: readonly Movement[],
  calendar: WorkingCalendar,
): Promise<void> {
  const { rows: participants } = await tx.query<ParticipantRow>(
    `select p.participant_no, p.name, p.kind, p.city_code, p.status, p.settlement_account, h.reason as held
       from clearing.participant p
       left join clearing.payment_hold h on h.participant_no = p.participant_no and h.ended_at is null
      where p.kind in ('operator', 'biller', 'city', 'agent') order by p.participant_no`,
  );
  const carried = await takeCarried(tx, date);
  const settleDate = calendar.nextWorkingDay(date);
  const postings: Posting[] = [];
  for (const participant of participants) {
    const carriedIn = carried.get(participant.participant_no) ?? 0n;
    const due = dueOf(participant, moved, carriedIn);
    if (!due.active && carriedIn === 0n) continue;
    await ensureAccount(tx, due.paysFrom, participant.participant_no);
    postings.push(...due.postings(date));
    await insertSheet(tx, date, participant, due, carriedIn, settleDate);
  }
  await postOrThrow(tx, date, postings);
  await linkCarried(tx, date);
  await proveSheetsAreOwed(tx, date);
}

/** Amounts carried forward by earlier sheets and not yet in another; of a refused payment, what the bank had not paid before. */
async function takeCarried(tx: Transaction, date: BusinessDate): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ participant_no: string; amount: bigint }>(
    `select participant_no, sum(payable_fen - paid_fen)::bigint as amount from clearing.settlement_sheet
      where state = 'carried' and carried_into is null and business_date < $1 group by 1`,
    [date],
  );
  return new Map(rows.map((row) => [row.participant_no, row.amount]));
}

async function linkCarried(tx: Transaction, date: BusinessDate): Promise<void> {
  await tx.query(
    `update clearing.settlement_sheet old set carried_into = new.sheet_no
       from clearing.settlement_sheet new
      where new.business_date = $1 and new.participant_no = old.participant_no
        and old.state = 'carried' and old.carried_into is null and old.business_date < $1`,
    [date],
  );
}

interface Due {
  readonly active: boolean;
  readonly paysFrom: string;
  /** Change of what we owe the participant on the day, on all its accounts that are settled. */
  readonly changeFen: bigint;
  postings(date: BusinessDate): Posting[];
}

function dueOf(participant: ParticipantRow, moved: readonly Movement[], carriedIn: bigint): Due {
  const change = (account: string) =>
    moved.reduce(
      (sum, { debit, credit, amountFen }) =>
        sum + (credit === account ? amountFen : 0n) - (debit === account ? amountFen : 0n),
      0n,
    );
  const touches = (...accounts: string[]) =>
    moved.some(({ debit, credit }) => accounts.includes(debit) || accounts.includes(credit));
  const no = participant.participant_no;
  const net = (debit: string, credit: string, amount: bigint) => (date: BusinessDate) =>
    amount <= 0n
      ? []
      : [{ key: `net:${date}:${no}`, reason: `netted for ${date}`, legs: [{ debit, credit, amount: fen(amount) }] }];

  if (participant.kind === 'city') {
    const payable = `city-payable:${participant.city_code}`;
    const receivable = `city-receivable:${participant.city_code}`;
    const owed = change(payable) + (carriedIn > 0n ? carriedIn : 0n);
    const owing = -change(receivable) + (carriedIn < 0n ? -carriedIn : 0n);
    return {
      active: touches(payable, receivable),
      paysFrom: payable,
      changeFen: change(payable) + change(receivable),
      postings: net(payable, receivable, owed < owing ? owed : owing),
    };
  }
  const payable = `operator-payable:${no}`;
  const bills = `biller-payable:${no}`;
  const billed = change(bills);
  return {
    active: touches(payable, bills),
    paysFrom: payable,
    changeFen: change(payable) + billed,
    postings: billed >= 0n ? net(bills, payable, billed) : net(payable, bills, -billed),
  };
}

async function insertSheet(
  tx: Transaction,
  date: BusinessDate,
  participant: ParticipantRow,
  due: Due,
  carriedIn: bigint,
  settleDate: BusinessDate,
): Promise<void> {
  const { rows } = await tx.query<{
    period_from: string;
    sales_count: bigint;
    sales_fen: bigint;
    refund_count: bigint;
    refund_fen: bigint;
    fee_fen: bigint;
    net_fen: bigint;
  }>(
    `select period_from, sales_count, sales_fen, refund_count, refund_fen, fee_fen, net_fen
       from clearing.pricing_line where business_date = $1 and participant_no = $2`,
    [date, participant.participant_no],
  );
  const line = rows[0];
  const payable = due.changeFen + carriedIn;
  const carryReason = carryReasonOf(participant, payable);
  await tx.query(
    `insert into clearing.settlement_sheet (sheet_no, business_date, participant_no, name, pays_from, period_from, sales_count,
       sales_fen, refund_count, refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen, disposition, carry_reason,
       settlement_account, settle_date)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
    [
      `${compactDate(date)}-${participant.participant_no}`,
      date,
      participant.participant_no,
      participant.name,
      due.paysFrom,
      line?.period_from ?? date,
      line?.sales_count ?? 0n,
      line?.sales_fen ?? 0n,
      line?.refund_count ?? 0n,
      line?.refund_fen ?? 0n,
      line?.fee_fen ?? 0n,
      due.changeFen - (line?.net_fen ?? 0n),
      carriedIn,
      payable,
      carryReason === undefined ? 'pay' : 'carry',
      carryReason ?? null,
      participant.settlement_account,
      settleDate,
    ],
  );
}

function carryReasonOf(participant: ParticipantRow, payable: bigint): string | undefined {
  if (payable === 0n) return 'nothing is due';
  if (payable < 0n) return 'the participant owes this amount';
  if (participant.status === 'suspended') return 'the participant is suspended';
  if (participant.held !== null) return `payments are held: ${participant.held}`;
  const account = participant.settlement_account;
  if (!account?.accountNo || !account.accountName || !/^\d{12}$/.test(account.bankLineNo)) {
    return 'no complete settlement account is filed';
  }
  return undefined;
}

/**
 * The proof: what the ledger owes a participant at the end of the day is the sum of its open sheets. Payments out but not
 * yet booked still stand in both; days after this one are taken away.
 */
async function proveSheetsAreOwed(tx: Transaction, date: BusinessDate): Promise<void> {
  const { rows } = await tx.query<{ participant_no: string; owed: bigint; sheets: bigint }>(
    `with account as (
       select a.account_code, p.participant_no, a.credits_posted - a.debits_posted as amount
         from clearing.account a
         join clearing.participant p
           on a.account_code in ('operator-payable:' || p.participant_no, 'biller-payable:' || p.participant_no,
                                 'city-payable:' || p.city_code, 'city-receivable:' || p.city_code)
     ), later as (
       select s.account, sum(s.amount)::bigint as amount
         from clearing.ledger_transfer t
        cross join lateral (values (t.credit_account, t.amount_fen), (t.debit_account, -t.amount_fen)) as s(account, amount)
        where t.business_date > $1 and t.phase in ('posted', 'post') and t.posting_key not like 'settlement:%'
        group by 1
     ), sheet as (
       select participant_no, sum(payable_fen - paid_fen)::bigint as amount from clearing.settlement_sheet
        where business_date <= $1 and state <> 'paid' and carried_into is null group by 1
     )
     select a.participant_no, sum(a.amount - coalesce(l.amount, 0))::bigint as owed, coalesce(max(s.amount), 0)::bigint as sheets
       from account a left join later l on l.account = a.account_code left join sheet s using (participant_no)
      group by 1 having sum(a.amount - coalesce(l.amount, 0)) <> coalesce(max(s.amount), 0)`,
    [date],
  );
  const wrong = rows[0];
  if (wrong !== undefined) {
    const detail = `${wrong.participant_no} is owed ${wrong.owed} fen by the ledger, ${wrong.sheets} by its sheets`;
    throw dayErrors.proofFailed({ proof: 'sheets equal the payable accounts', date, detail });
  }
}

interface SheetRow {
  sheet_no: string;
  business_date: string;
  participant_no: string;
  name: string;
  pays_from: string;
  period_from: string;
  sales_count: bigint;
  sales_fen: bigint;
  refund_count: bigint;
  refund_fen: bigint;
  fee_fen: bigint;
  other_fen: bigint;
  carried_in_fen: bigint;
  payable_fen: bigint;
  paid_fen: bigint;
  disposition: 'pay' | 'carry';
  carry_reason: string | null;
  settlement_account: SettlementAccount | null;
  settle_date: string;
  state: SheetState;
  carried_into: string | null;
  maker: string | null;
  checker: string | null;
}

const toSheet = (row: SheetRow): SettlementSheet => ({
  sheetNo: row.sheet_no,
  businessDate: businessDate(row.business_date),
  participantNo: row.participant_no,
  name: row.name,
  paysFrom: row.pays_from,
  periodFrom: businessDate(row.period_from),
  salesCount: row.sales_count,
  salesFen: fen(row.sales_fen),
  refundCount: row.refund_count,
  refundFen: fen(row.refund_fen),
  feeFen: fen(row.fee_fen),
  otherFen: fen(row.other_fen),
  carriedInFen: fen(row.carried_in_fen),
  payableFen: fen(row.payable_fen),
  paidFen: fen(row.paid_fen),
  disposition: row.disposition,
  ...(row.carry_reason !== null && { carryReason: row.carry_reason }),
  ...(row.settlement_account !== null && { settlementAccount: row.settlement_account }),
  settleDate: businessDate(row.settle_date),
  state: row.state,
  ...(row.carried_into !== null && { carriedInto: row.carried_into }),
  ...(row.maker !== null && { maker: row.maker }),
  ...(row.checker !== null && { checker: row.checker }),
});

/** The settlement sheets of a day, by participant. */
export async function listSheets(db: Database | Transaction, date: BusinessDate): Promise<SettlementSheet[]> {
  const { rows } = await (db as Database).query<SheetRow>(
    'select * from clearing.settlement_sheet where business_date = $1 order by participant_no',
    [date],
  );
  return rows.map(toSheet);
}

/**
 * The hash that maker and checker approve: everything on all sheets of the day, as it will be paid. What happens to a
 * sheet later (its state, what was paid of it, who signed it, where it was carried) is not part of it.
 */
export function sheetsSha256(sheets: readonly SettlementSheet[]): string {
  const content = sheets.map(
    ({ state: _state, paidFen: _paid, carriedInto: _into, maker: _maker, checker: _checker, ...sheet }) => sheet,
  );
  return contentSha256(content).toString('hex');
}
