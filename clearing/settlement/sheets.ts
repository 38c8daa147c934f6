import {
  addDays,
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
import { readDay } from '../day/days.ts';
import { dayErrors } from '../day/errors.ts';
import { type Movement, movements } from '../day/movements.ts';
import { postOrThrow, type Posting } from '../ledger/posting.ts';
import { applyDueAccountChanges } from '../participants/account-change.ts';
import type { SettlementAccount } from '../participants/participant.ts';
import { pairMethod, pairsOf } from '../netting/counterparties.ts';
import type { Carried, DayLine, Due } from '../netting/due.ts';
import { accountsOf, duesOf } from '../netting/dues.ts';
import type { PartCode } from '../netting/parts.ts';
import type { Party } from '../netting/positions.ts';
import { listSettlementTerms, termsInForce } from '../netting/settlement-terms.ts';
import { openMissing } from '../pricing/price-day.ts';
import { proveSheetsAreOwed } from './sheets-proof.ts';

type SheetState = 'made' | 'approved' | 'carried' | 'instructed' | 'rejected' | 'paid';

/** The settlement sheet (结算单) of one participant for one day; domain.md F.4. All amounts in fen. */
export interface SettlementSheet {
  readonly sheetNo: string;
  readonly businessDate: BusinessDate;
  readonly participantNo: string;
  readonly name: string;
  /** The account of ours that owes it. */
  readonly paysFrom: string;
  /** What is netted in it (domain.md F.4): 1 everything, 21 to 42 what the mode keeps apart, 51 and 52 an account by itself, 61, 71 and 72 one counterparty. */
  readonly part: PartCode;
  /** Of parts 61, 71 and 72: with whom alone it is settled, a participant by its number or another city as `city:<code>`. */
  readonly counterparty?: Party;
  /** When the part is settled, in words. */
  readonly rhythm: string;
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
  industry: number | null;
  city_code: string | null;
  status: string;
  settlement_account: SettlementAccount | null;
  /** Why nothing may be paid to it, when that is so. */
  held: string | null;
  /** It is settled only after both sides are equal, and on this day they are not yet. */
  unequal_since: BusinessDate | null;
  /** The centre that settles for it. */
  settled_through: string | null;
}

/**
 * Makes the day's sheets of what netting says is due to every operator, biller, city and agent, part by part. What waits for
 * its settlement day, is below a threshold, is zero or below, has no account to go to, or belongs to a participant that is
 * suspended or whose payments are held is carried forward; the rest is to be paid. Then proves that the open sheets of each
 * participant are what the ledger owes it. An account whose waiting period was not over at the cut-off is not paid to yet.
 *
 * @throws CityCardError `clearing-day.calendar-ends` when the day of payment lies beyond the calendar's holidays.
 */
export async function makeSheets(
  tx: Transaction,
  date: BusinessDate,
  moved: readonly Movement[],
  calendar: WorkingCalendar,
): Promise<void> {
  // As of the cut-off, so that the same sheets come out whenever they are made.
  const { cutOffAt } = await readDay(tx, date);
  if (cutOffAt !== undefined) await applyDueAccountChanges(tx, cutOffAt);
  const { rows: participants } = await tx.query<ParticipantRow>(
    `select p.participant_no, p.name, p.kind, p.industry, p.city_code, p.status, p.settlement_account, h.reason as held, p.settled_through,
            clearing.unequal_since(p.participant_no, $1) as unequal_since
       from clearing.participant p
       left join clearing.payment_hold h on h.participant_no = p.participant_no and h.ended_at is null
      where p.kind in ('operator', 'biller', 'city', 'agent') order by p.participant_no`,
    [date],
  );
  const carried = await takeCarried(tx, date);
  const lines = await readLines(tx, date);
  const table = await listSettlementTerms(tx);
  const postings: Posting[] = [];
  const sheets: NewSheet[] = [];
  const known = participants.map((row) => {
    const participant = {
      participantNo: row.participant_no,
      kind: row.kind,
      ...(row.industry !== null && { industry: row.industry }),
      ...(row.city_code !== null && { cityCode: row.city_code }),
    };
    const party = row.city_code === null ? row.participant_no : `city:${row.city_code}`;
    return { row, participant, party, terms: termsInForce(table, participant, date) };
  });
  const methods = new Map(known.map(({ party, terms }) => [party, terms.netting]));
  const since = [date, ...[...lines.values()].map(({ periodFrom }) => periodFrom)].sort()[0] ?? date;
  const before = since < date ? await movements(tx, since, addDays(date, -1)) : [];
  for (const { row, participant, party, terms } of known) {
    const line = lines.get(row.participant_no);
    // What was held came in before, and is priced with this day.
    const priced = line === undefined ? [] : [...before.filter((each) => each.date >= line.periodFrom), ...moved];
    const own = { line, carried: carried.get(row.participant_no) ?? [] };
    const pairs = pairsOf(party, accountsOf(participant), { moved, priced }, methods);
    const { dues, postings: setOff } = duesOf(participant, {
      ...own,
      date,
      moved,
      terms,
      pairs,
      pairMethod: (other) => pairMethod(party, other, methods),
    });
    postings.push(...setOff);
    const settleDate = payDate(calendar, date, terms.payAfterWorkingDays);
    sheets.push(...numbered(date, row.participant_no, dues).map((due) => ({ participant: row, settleDate, ...due })));
  }
  await openMissing(
    tx,
    sheets.map(({ due }) => due.paysFrom),
  );
  await insertSheets(tx, date, sheets);
  await linkCarried(tx, sheets);
  await postOrThrow(tx, date, postings);
  await proveSheetsAreOwed(tx, date);
}

/** The nth working day after a business day. @throws CityCardError `clearing-day.calendar-ends` */
function payDate(calendar: WorkingCalendar, date: BusinessDate, workingDays: number): BusinessDate {
  try {
    return calendar.workingDayAfter(date, workingDays);
  } catch (cause) {
    throw dayErrors.calendarEnds({ date, lastDate: calendar.lastDate }, cause);
  }
}

/** Amounts carried forward by earlier sheets and not yet in another; of a refused payment, what the bank had not paid before. */
async function takeCarried(tx: Transaction, date: BusinessDate): Promise<Map<string, Carried[]>> {
  const { rows } = await tx.query<{
    participant_no: string;
    sheet_no: string;
    part: PartCode;
    counterparty: string;
    amount: bigint;
    period_from: string;
  }>(
    `select participant_no, sheet_no, part, counterparty, payable_fen - paid_fen as amount, period_from from clearing.settlement_sheet
      where state = 'carried' and carried_into is null and business_date < $1 and payable_fen <> paid_fen
      order by business_date, sheet_no`,
    [date],
  );
  const carried = new Map<string, Carried[]>();
  for (const row of rows) {
    const own = carried.get(row.participant_no) ?? [];
    own.push({
      sheetNo: row.sheet_no,
      part: row.part,
      ...(row.counterparty !== '' && { counterparty: row.counterparty }),
      amountFen: row.amount,
      since: businessDate(row.period_from),
    });
    carried.set(row.participant_no, own);
  }
  return carried;
}

async function linkCarried(tx: Transaction, sheets: readonly NewSheet[]): Promise<void> {
  const links = sheets.flatMap(({ sheetNo, due }) => due.carriedSheets.map((from) => ({ from, into: sheetNo })));
  await tx.query(
    `update clearing.settlement_sheet s set carried_into = l.into_sheet
       from unnest($1::text[], $2::text[]) as l(sheet_no, into_sheet) where s.sheet_no = l.sheet_no`,
    [links.map(({ from }) => from), links.map(({ into }) => into)],
  );
}

async function readLines(tx: Transaction, date: BusinessDate): Promise<Map<string, DayLine>> {
  const { rows } = await tx.query<{
    participant_no: string;
    period_from: string;
    sales_count: bigint;
    sales_fen: bigint;
    refund_count: bigint;
    refund_fen: bigint;
    fee_fen: bigint;
    net_fen: bigint;
  }>(
    `select participant_no, period_from, sales_count, sales_fen, refund_count, refund_fen, fee_fen, net_fen
       from clearing.pricing_line where business_date = $1`,
    [date],
  );
  return new Map(
    rows.map((row) => [
      row.participant_no,
      {
        periodFrom: businessDate(row.period_from),
        salesCount: row.sales_count,
        salesFen: row.sales_fen,
        refundCount: row.refund_count,
        refundFen: row.refund_fen,
        feeFen: row.fee_fen,
        netFen: row.net_fen,
      },
    ]),
  );
}

/**
 * `20261120-9044…` for a sheet of everything, with its part behind it for any other; those for single counterparties are
 * counted by part, `…-6101`, `…-6102`.
 */
function numbered(date: BusinessDate, participantNo: string, dues: readonly Due[]): { due: Due; sheetNo: string }[] {
  const base = `${compactDate(date)}-${participantNo}`;
  const pairs = new Map<PartCode, number>();
  return dues.map((due) => {
    if (due.part === '1') return { due, sheetNo: base };
    if (due.counterparty === undefined) return { due, sheetNo: `${base}-${due.part}` };
    const place = (pairs.get(due.part) ?? 0) + 1;
    pairs.set(due.part, place);
    return { due, sheetNo: `${base}-${due.part}${String(place).padStart(2, '0')}` };
  });
}

interface NewSheet {
  readonly sheetNo: string;
  readonly participant: ParticipantRow;
  readonly due: Due;
  readonly settleDate: BusinessDate;
}

async function insertSheets(tx: Transaction, date: BusinessDate, sheets: readonly NewSheet[]): Promise<void> {
  const reasons = sheets.map(({ participant, due }) => carryReasonOf(participant, due) ?? null);
  const column = <T>(of: (sheet: NewSheet) => T): T[] => sheets.map(of);
  await tx.query(
    `insert into clearing.settlement_sheet (business_date, sheet_no, participant_no, name, pays_from, part, counterparty, rhythm,
       period_from, sales_count, sales_fen, refund_count, refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen, disposition,
       carry_reason, settlement_account, settle_date)
     select $1, sheet_no, participant_no, name, pays_from, part, counterparty, rhythm, period_from, sales_count, sales_fen, refund_count,
            refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen,
            case when carry_reason is null then 'pay' else 'carry' end, carry_reason, account::jsonb, settle_date
       from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[], $9::bigint[],
                   $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
                   $17::text[], $18::text[], $19::date[], $20::text[])
         as s(sheet_no, participant_no, name, pays_from, part, rhythm, period_from, sales_count, sales_fen, refund_count,
              refund_fen, fee_fen, other_fen, carried_in_fen, payable_fen, carry_reason, account, settle_date, counterparty)`,
    [
      date,
      column(({ sheetNo }) => sheetNo),
      column(({ participant }) => participant.participant_no),
      column(({ participant }) => participant.name),
      column(({ due }) => due.paysFrom),
      column(({ due }) => due.part),
      column(({ due }) => due.rhythm),
      column(({ due }) => due.periodFrom),
      column(({ due }) => due.salesCount),
      column(({ due }) => due.salesFen),
      column(({ due }) => due.refundCount),
      column(({ due }) => due.refundFen),
      column(({ due }) => due.feeFen),
      column(({ due }) => due.otherFen),
      column(({ due }) => due.carriedInFen),
      column(({ due }) => due.payableFen),
      reasons,
      column(({ participant: { settlement_account: account } }) => (account === null ? null : JSON.stringify(account))),
      column(({ settleDate }) => settleDate),
      column(({ due }) => due.counterparty ?? ''),
    ],
  );
}

function carryReasonOf(participant: ParticipantRow, { payableFen, waits }: Due): string | undefined {
  if (payableFen === 0n) return 'nothing is due';
  // Whoever leaves is settled with every sheet, whatever its terms make others wait for.
  if (waits !== undefined && participant.status !== 'leaving') return waits;
  if (participant.settled_through !== null) return `settled through ${participant.settled_through}`;
  if (payableFen < 0n) return 'the participant owes this amount';
  if (participant.status === 'suspended') return 'the participant is suspended';
  if (participant.unequal_since !== null) return `both sides are not equal since ${participant.unequal_since}`;
  if (participant.held !== null) return `payments are held: ${participant.held}`;
  const account = participant.settlement_account;
  if (!account?.accountNo || !account.accountName || !/^\d{12}$/.test(account.bankLineNo)) {
    return 'no complete settlement account is filed';
  }
  return undefined;
}

export interface SheetRow {
  sheet_no: string;
  business_date: string;
  participant_no: string;
  name: string;
  pays_from: string;
  part: PartCode;
  counterparty: string;
  rhythm: string;
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

export const toSheet = (row: SheetRow): SettlementSheet => ({
  sheetNo: row.sheet_no,
  businessDate: businessDate(row.business_date),
  participantNo: row.participant_no,
  name: row.name,
  paysFrom: row.pays_from,
  part: row.part,
  ...(row.counterparty !== '' && { counterparty: row.counterparty }),
  rhythm: row.rhythm,
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
    'select * from clearing.settlement_sheet where business_date = $1 order by participant_no, part, counterparty',
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
