import { addDays, type BusinessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';

/** Who sent it and as what: fields 41, 42, 60.2 and 11. */
export interface LoadIdentity {
  readonly terminalNo: string;
  readonly merchantNo: string;
  readonly batchNo: string;
  readonly traceNo: string;
}

/** The original as field 61 names it; `date` is MMDD of the answer, `0000` when none came. */
export interface OriginalReference {
  readonly batchNo: string;
  readonly traceNo: string;
  readonly date: string;
}

export type LoadKind = 'agent-cash' | 'bound-account';
export type LoadState = 'pending' | 'posted' | 'void';
/** Why a load is in its state; only `result` (a TAC) is proof by the card's own key. */
export type LoadResolution =
  'result' | 'counter' | 'operator' | 'not-credited' | 'reversal' | 'other-proved' | 'contradicted';

/** A load (圈存) as asked for and as far as it is known. */
export interface Load {
  readonly cardNo: CardNo;
  readonly loadId: bigint;
  readonly identity: LoadIdentity;
  readonly cityDate: BusinessDate;
  readonly kind: LoadKind;
  /** The card's online counter before the load. */
  readonly onlineCounter: number;
  readonly balanceBefore: Fen;
  readonly amount: Fen;
  readonly samNo: string;
  /** YYYYMMDD and HHMMSS in MAC2 and TAC. */
  readonly hostDate: string;
  readonly hostTime: string;
  readonly postingKey: string;
  readonly state: LoadState;
  readonly resolvedBy?: LoadResolution;
}

/** How long terminals may refer to what they sent (terminal-interface.md §3, "Repeats"). */
export const REFERENCE_DAYS = 40;

interface LoadRow {
  card_no: CardNo;
  load_id: bigint;
  terminal_no: string;
  merchant_no: string;
  batch_no: string;
  trace_no: string;
  city_date: BusinessDate;
  kind: LoadKind;
  online_counter: number;
  balance_before_fen: bigint;
  amount_fen: bigint;
  sam_no: string;
  host_date: string;
  host_time: string;
  posting_key: string;
  state: LoadState;
  resolved_by: LoadResolution | null;
}

const SELECT = `select card_no, load_id, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
  balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, resolved_by from clearing.load`;

function fromRow(row: LoadRow): Load {
  return {
    cardNo: row.card_no,
    loadId: row.load_id,
    identity: {
      terminalNo: row.terminal_no,
      merchantNo: row.merchant_no,
      batchNo: row.batch_no,
      traceNo: row.trace_no,
    },
    cityDate: row.city_date,
    kind: row.kind,
    onlineCounter: row.online_counter,
    balanceBefore: fen(row.balance_before_fen),
    amount: fen(row.amount_fen),
    samNo: row.sam_no,
    hostDate: row.host_date,
    hostTime: row.host_time,
    postingKey: row.posting_key,
    state: row.state,
    ...(row.resolved_by !== null && { resolvedBy: row.resolved_by }),
  };
}

const identityValues = (identity: Omit<LoadIdentity, never>): string[] => [
  identity.terminalNo,
  identity.merchantNo,
  identity.batchNo,
  identity.traceNo,
];

/** The load a 0200 of this identity opened on that city date. */
export async function findLoadOfRequest(
  db: Database | Transaction,
  identity: LoadIdentity,
  cardNo: CardNo,
  cityDate: BusinessDate,
): Promise<Load | undefined> {
  const { rows } = await db.query<LoadRow>(
    `${SELECT} where card_no = $1 and terminal_no = $2 and merchant_no = $3 and batch_no = $4 and trace_no = $5 and city_date = $6`,
    [cardNo, ...identityValues(identity), cityDate],
  );
  return rows[0] && fromRow(rows[0]);
}

/** The terminal's own load that field 61 refers to: the newest match within 40 days before `today`. */
export async function findOriginalLoad(
  tx: Transaction,
  sender: Pick<LoadIdentity, 'terminalNo' | 'merchantNo'>,
  original: OriginalReference,
  cardNo: CardNo,
  today: BusinessDate,
): Promise<Load | undefined> {
  const { rows } = await tx.query<LoadRow>(
    `${SELECT} where card_no = $1 and terminal_no = $2 and merchant_no = $3 and batch_no = $4 and trace_no = $5
        and city_date >= $6 and ($7 = '0000' or right(host_date, 4) = $7)
      order by city_date desc, load_id desc limit 1`,
    [cardNo, ...identityValues({ ...sender, ...original }), addDays(today, -REFERENCE_DAYS), original.date],
  );
  return rows[0] && fromRow(rows[0]);
}

/** Every load of the card at an online counter from `from` to `to`, oldest first. */
export async function loadsAtCounters(tx: Transaction, cardNo: CardNo, from: number, to: number): Promise<Load[]> {
  const { rows } = await tx.query<LoadRow>(
    `${SELECT} where card_no = $1 and online_counter between $2 and $3 order by online_counter, load_id`,
    [cardNo, from, to],
  );
  return rows.map(fromRow);
}

/** One load of the card. */
export async function findLoad(tx: Transaction, cardNo: CardNo, loadId: bigint): Promise<Load | undefined> {
  const { rows } = await tx.query<LoadRow>(`${SELECT} where card_no = $1 and load_id = $2`, [cardNo, loadId]);
  return rows[0] && fromRow(rows[0]);
}

/** The number of the next load; numbers of loads that are refused after all are never used. */
export async function nextLoadId(tx: Transaction): Promise<bigint> {
  const { rows } = await tx.query<{ id: bigint }>(`select nextval('clearing.load_id') as id`);
  if (rows[0] === undefined) throw new Error('a sequence answered nothing');
  return rows[0].id;
}

/** Writes a load just opened. */
export async function insertLoad(tx: Transaction, load: Load, openedAt: Date): Promise<void> {
  await tx.query(
    `insert into clearing.load (card_no, load_id, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
       balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, opened_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      load.cardNo,
      load.loadId,
      ...identityValues(load.identity),
      load.cityDate,
      load.kind,
      load.onlineCounter,
      load.balanceBefore,
      load.amount,
      load.samNo,
      load.hostDate,
      load.hostTime,
      load.postingKey,
      load.state,
      openedAt,
    ],
  );
}

/** Remembers a reversal whose load is not known: a request of that identity opens nothing any more. */
export async function barIdentity(tx: Transaction, identity: LoadIdentity, cardNo: CardNo): Promise<void> {
  await tx.query(
    `insert into clearing.load_barred (card_no, terminal_no, merchant_no, batch_no, trace_no, barred_at)
     values ($1, $2, $3, $4, $5, now())
     on conflict (card_no, terminal_no, merchant_no, batch_no, trace_no) do update set barred_at = now()`,
    [cardNo, ...identityValues(identity)],
  );
}

/** Whether a reversal of this identity came within 40 days; after that the numbers may have come round again. */
export async function isBarred(tx: Transaction, identity: LoadIdentity, cardNo: CardNo): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from clearing.load_barred where card_no = $1 and terminal_no = $2 and merchant_no = $3 and batch_no = $4
        and trace_no = $5 and barred_at > now() - make_interval(days => $6)`,
    [cardNo, ...identityValues(identity), REFERENCE_DAYS],
  );
  return rowCount !== 0;
}
