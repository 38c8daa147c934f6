import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import { type ConcessionLine, concessionLines } from '../concessions/day-lines.ts';
import { readDay } from '../day/days.ts';
import { listStages } from '../day/evidence.ts';
import type { DayState } from '../day/transitions.ts';
import { balancesAt } from '../float/balances-at.ts';
import { floatPosition } from '../float/float-position.ts';
import { type IndustryLine, industryLines } from '../industries/settlement-lines.ts';
import { listPositions } from '../netting/net-day.ts';
import type { Position } from '../netting/positions.ts';
import { listSheets } from '../settlement/sheets.ts';

interface CountAndAmount {
  readonly count: number;
  readonly amountFen: Fen;
}

interface OutcomeTotal extends CountAndAmount {
  /** The part of it per reason code (terminal-interface.md §3). */
  readonly reasons: Readonly<Record<string, CountAndAmount>>;
}

export const PURCHASE_OUTCOMES = ['accepted', 'duplicate', 'suspicious', 'rejected', 'routed', 'received'] as const;
type PurchaseOutcome = (typeof PURCHASE_OUTCOMES)[number];

/** What happened on a business day, for people and for the demo's JSON. */
export interface DaySummary {
  readonly businessDate: BusinessDate;
  readonly state: DayState;
  /** The records received on the day, by what became of them until now. */
  readonly purchases: Readonly<Record<PurchaseOutcome, OutcomeTotal>>;
  /** Records of earlier days that were paid on this one. */
  readonly paidFromEarlierDays: CountAndAmount;
  readonly loads: Readonly<Record<'posted' | 'pending' | 'void', CountAndAmount>>;
  readonly net: readonly Position[];
  readonly sheets: readonly {
    readonly sheetNo: string;
    readonly participantNo: string;
    readonly name: string;
    readonly salesCount: bigint;
    readonly salesFen: Fen;
    readonly refundFen: Fen;
    readonly feeFen: Fen;
    readonly otherFen: Fen;
    readonly carriedInFen: Fen;
    readonly payableFen: Fen;
    readonly disposition: 'pay' | 'carry';
    /** Why it is not paid with this day. */
    readonly carryReason?: string;
    readonly state: string;
  }[];
  /** Settlement lines per industry, once the day is priced. */
  readonly industries: readonly IndustryLine[];
  /** Rides at concessions by category, and what the finance bureau is asked for. */
  readonly concessions: readonly ConcessionLine[];
  readonly checks: {
    readonly ledger: { readonly ok: boolean; readonly sumFen: Fen };
    readonly netting: { readonly ok: boolean; readonly sumFen: Fen };
    readonly float: { readonly ok: boolean; readonly differenceFen: Fen; readonly depositsDifferenceFen: Fen };
    /** Stages whose evidence is stored. */
    readonly stages: readonly DayState[];
  };
}

/** The summary of a business day in whatever state it is. @throws CityCardError `clearing-day.unknown`. */
export async function daySummary(db: Database | Transaction, date: BusinessDate): Promise<DaySummary> {
  const day = await readDay(db, date);
  const net = await listPositions(db, date);
  const lines = await balancesAt(db, date);
  const position = await floatPosition(db, date);
  const ledgerSum = fen(lines.reduce((sum, line) => sum + line.balanceFen, 0n));
  const netSum = fen(net.reduce((sum, { netFen }) => sum + netFen, 0n));
  return {
    businessDate: date,
    state: day.state,
    purchases: await purchaseTotals(db, date),
    paidFromEarlierDays: await paidFromEarlierDays(db, date),
    loads: await loadTotals(db, date),
    net,
    sheets: (await listSheets(db, date)).map((sheet) => ({
      sheetNo: sheet.sheetNo,
      participantNo: sheet.participantNo,
      name: sheet.name,
      salesCount: sheet.salesCount,
      salesFen: sheet.salesFen,
      refundFen: sheet.refundFen,
      feeFen: sheet.feeFen,
      otherFen: sheet.otherFen,
      carriedInFen: sheet.carriedInFen,
      payableFen: sheet.payableFen,
      disposition: sheet.disposition,
      ...(sheet.carryReason !== undefined && { carryReason: sheet.carryReason }),
      state: sheet.state,
    })),
    industries: await industryLines(db, date),
    concessions: await concessionLines(db, date),
    checks: {
      ledger: { ok: ledgerSum === 0n, sumFen: ledgerSum },
      netting: { ok: netSum === 0n, sumFen: netSum },
      float: {
        ok: position.ok,
        differenceFen: position.differenceFen,
        depositsDifferenceFen: position.deposits.differenceFen,
      },
      stages: (await listStages(db, date)).map(({ stage }) => stage),
    },
  };
}

async function purchaseTotals(
  db: Database | Transaction,
  date: BusinessDate,
): Promise<Record<PurchaseOutcome, OutcomeTotal>> {
  const { rows } = await (db as Database).query<{
    state: PurchaseOutcome;
    reason_code: string | null;
    count: bigint;
    amount_fen: bigint;
  }>(`select state, reason_code, count, amount_fen from clearing.day_outcome where business_date = $1 order by 1, 2`, [
    date,
  ]);
  const total = (state: PurchaseOutcome): OutcomeTotal => {
    const own = rows.filter((row) => row.state === state);
    return {
      count: own.reduce((sum, row) => sum + Number(row.count), 0),
      amountFen: fen(own.reduce((sum, row) => sum + row.amount_fen, 0n)),
      reasons: Object.fromEntries(
        own.flatMap((row) =>
          row.reason_code === null
            ? []
            : [[row.reason_code, { count: Number(row.count), amountFen: fen(row.amount_fen) }] as const],
        ),
      ),
    };
  };
  return Object.fromEntries(PURCHASE_OUTCOMES.map((state) => [state, total(state)])) as Record<
    PurchaseOutcome,
    OutcomeTotal
  >;
}

async function paidFromEarlierDays(db: Database | Transaction, date: BusinessDate): Promise<CountAndAmount> {
  const { rows } = await (db as Database).query<{ count: bigint; amount_fen: bigint }>(
    `select count(*) as count, coalesce(sum(amount_fen), 0)::bigint as amount_fen
       from clearing.purchase_record where posted_date = $1 and business_date < $1 and state = 'accepted'`,
    [date],
  );
  return { count: Number(rows[0]?.count ?? 0n), amountFen: fen(rows[0]?.amount_fen ?? 0n) };
}

/** Loads opened on the business day, by what became of them until now. */
async function loadTotals(
  db: Database | Transaction,
  date: BusinessDate,
): Promise<Record<'posted' | 'pending' | 'void', CountAndAmount>> {
  const { rows } = await (db as Database).query<{
    state: 'posted' | 'pending' | 'void';
    count: bigint;
    amount_fen: bigint;
  }>(
    `select l.state, count(*) as count, sum(l.amount_fen)::bigint as amount_fen
       from clearing.ledger_transfer t
       join clearing.load l on l.card_no = t.card_no and t.posting_key = 'load:' || l.load_id
      where t.business_date = $1 and t.phase = 'pending' and t.leg = 1 and t.posting_key like 'load:%' group by 1`,
    [date],
  );
  const total = (state: string): CountAndAmount => {
    const row = rows.find((found) => found.state === state);
    return { count: Number(row?.count ?? 0n), amountFen: fen(row?.amount_fen ?? 0n) };
  };
  return { posted: total('posted'), pending: total('pending'), void: total('void') };
}
