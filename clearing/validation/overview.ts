import { type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { PurchaseState, ReasonCode } from '../purchases/reason-codes.ts';
import { type RecordRef, refOf, type RefRow } from './received-purchase.ts';

export interface OutcomeTotal {
  readonly count: number;
  readonly amountFen: Fen;
}

export interface StateTotal extends OutcomeTotal {
  /** By reason code; empty for states that need no reason. */
  readonly reasons: Readonly<Partial<Record<ReasonCode, OutcomeTotal>>>;
}

/** Every state is present, with zeros where nothing is in it. */
export type OutcomeTotals = Readonly<Record<PurchaseState, StateTotal>>;

const STATES: readonly PurchaseState[] = ['received', 'routed', 'accepted', 'duplicate', 'suspicious', 'rejected'];

/** What has become by now of the records received on a business day. */
export async function outcomeTotals(db: Database | Transaction, date: BusinessDate): Promise<OutcomeTotals> {
  const { rows } = await (db as Database).query<{
    state: PurchaseState;
    reason_code: ReasonCode | null;
    count: bigint;
    amount_fen: bigint;
  }>(
    `select state, reason_code, count, amount_fen from clearing.day_outcome where business_date = $1 order by state, reason_code`,
    [date],
  );
  const totals = STATES.map((state) => {
    const own = rows.filter((row) => row.state === state);
    const reasons: Partial<Record<ReasonCode, OutcomeTotal>> = {};
    for (const row of own) if (row.reason_code !== null) reasons[row.reason_code] = total([row]);
    return [state, { ...total(own), reasons }] as const;
  });
  return Object.fromEntries(totals) as Record<PurchaseState, StateTotal>;
}

function total(rows: readonly { readonly count: bigint; readonly amount_fen: bigint }[]): OutcomeTotal {
  return {
    count: Number(rows.reduce((sum, row) => sum + row.count, 0n)),
    amountFen: fen(rows.reduce((sum, row) => sum + row.amount_fen, 0n)),
  };
}

/** A record that is not finally decided. */
export interface OpenPurchase {
  readonly ref: RecordRef;
  readonly participantNo: string;
  readonly issuerCity: string;
  readonly amountFen: Fen;
  readonly state: 'received' | 'routed' | 'suspicious';
  readonly reasonCode: ReasonCode | null;
  readonly detail: string | null;
  readonly raw: Buffer;
}

export interface OpenPurchaseQuery {
  readonly states?: readonly OpenPurchase['state'][];
  readonly reasonCode?: ReasonCode;
  readonly issuerCity?: string;
  readonly participantNo?: string;
  /** Only records received on or before this business day. */
  readonly until?: BusinessDate;
  /** The last record of the page before. */
  readonly after?: RecordRef;
  readonly limit?: number;
}

/**
 * Records that are undecided (`received`), wait for another city (`routed`) or are held (`suspicious`), in the order they
 * arrived, a page at a time.
 */
export async function openPurchases(
  db: Database | Transaction,
  query: OpenPurchaseQuery = {},
): Promise<OpenPurchase[]> {
  const { rows } = await (db as Database).query<
    RefRow & {
      participant_no: string;
      issuer_city: string;
      amount_fen: bigint;
      state: OpenPurchase['state'];
      reason_code: ReasonCode | null;
      detail: string | null;
      raw: Buffer;
    }
  >(
    `select * from (
       select card_no, business_date, intake_id, record_index, participant_no, issuer_city, amount_fen, state, reason_code, detail, raw
         from clearing.purchase_record where state in ('routed', 'suspicious')
       union all
       select card_no, business_date, intake_id, record_index, participant_no, issuer_city, amount_fen, 'received', null, null, raw
         from clearing.undecided_records() where 'received' = any($1)) r
      where state = any($1)
        and ($2::text is null or reason_code = $2) and ($3::text is null or issuer_city = $3)
        and ($4::text is null or participant_no = $4) and ($5::date is null or business_date <= $5)
        and ($6::date is null or (business_date, intake_id, record_index) > ($6, $7::bigint, $8::integer))
      order by business_date, intake_id, record_index limit $9`,
    [
      query.states ?? ['received', 'routed', 'suspicious'],
      query.reasonCode ?? null,
      query.issuerCity ?? null,
      query.participantNo ?? null,
      query.until ?? null,
      query.after?.businessDate ?? null,
      query.after?.intakeId ?? null,
      query.after?.index ?? null,
      query.limit ?? 1000,
    ],
  );
  return rows.map((row) => ({
    ref: refOf(row),
    participantNo: row.participant_no,
    issuerCity: row.issuer_city,
    amountFen: fen(row.amount_fen),
    state: row.state,
    reasonCode: row.reason_code,
    detail: row.detail,
    raw: row.raw,
  }));
}

/** How many records nobody has judged yet, of a business day or of all. */
export async function undecidedCount(db: Database | Transaction, date?: BusinessDate): Promise<number> {
  const { rows } = await (db as Database).query<{ count: bigint }>(
    `select coalesce(sum(record_count), 0)::bigint as count from clearing.undecided_day
      where $1::date is null or business_date = $1`,
    [date ?? null],
  );
  return Number(rows[0]?.count ?? 0n);
}
