import { type BusinessDate, type Database } from '@citycard/common';
import { settlementErrors } from './errors.ts';
import { listPayments, type Payment } from './payments.ts';
import { type SettlementSheet, type SheetRow, toSheet } from './sheets.ts';

export interface SheetFilter {
  readonly participantNo?: string;
  readonly state?: SettlementSheet['state'];
  readonly disposition?: SettlementSheet['disposition'];
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  /** The last sheet of the page before. */
  readonly before?: { readonly date: BusinessDate; readonly sheetNo: string };
  readonly limit: number;
}

/** Sheets of any days, the newest day first, a page at a time. */
export async function findSheets(db: Database, filter: SheetFilter): Promise<SettlementSheet[]> {
  const { rows } = await db.query<SheetRow>(
    `select * from clearing.settlement_sheet
      where ($1::text is null or participant_no = $1) and ($2::text is null or state = $2) and ($3::text is null or disposition = $3)
        and ($4::date is null or business_date >= $4) and ($5::date is null or business_date <= $5)
        and ($6::date is null or (business_date, sheet_no) < ($6, $7))
      order by business_date desc, sheet_no desc limit $8`,
    [
      filter.participantNo ?? null,
      filter.state ?? null,
      filter.disposition ?? null,
      filter.from ?? null,
      filter.to ?? null,
      filter.before?.date ?? null,
      filter.before?.sheetNo ?? null,
      filter.limit,
    ],
  );
  return rows.map(toSheet);
}

/** A sheet with what was taken into it and how it was paid. */
export type SheetStory = SettlementSheet & {
  /** Sheets of earlier days whose amounts were carried into this one. */
  readonly takenIn: readonly {
    readonly sheetNo: string;
    readonly businessDate: BusinessDate;
    readonly payableFen: bigint;
    readonly paidFen: bigint;
  }[];
  readonly payments: readonly Payment[];
};

/** @throws CityCardError `settlement.sheet-unknown` */
export async function showSheet(db: Database, sheetNo: string): Promise<SheetStory> {
  const { rows } = await db.query<SheetRow>('select * from clearing.settlement_sheet where sheet_no = $1', [sheetNo]);
  if (rows[0] === undefined) throw settlementErrors.sheetUnknown({ sheetNo });
  const { rows: takenIn } = await db.query<SheetStory['takenIn'][number]>(
    `select sheet_no as "sheetNo", business_date as "businessDate", payable_fen as "payableFen", paid_fen as "paidFen"
       from clearing.settlement_sheet where carried_into = $1 order by business_date, sheet_no`,
    [sheetNo],
  );
  return { ...toSheet(rows[0]), takenIn, payments: await listPayments(db, { sheetNo }) };
}
