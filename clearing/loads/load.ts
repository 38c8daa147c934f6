import {
  addDays,
  type BusinessDate,
  type Database,
  type Fen,
  fen,
  type Statement,
  type Transaction,
} from '@citycard/common';
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

/** Merchant number of the company's own counters in the books of loads: no agent has it. */
export const OWN_COUNTERS = 'COUNTERS';

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

const COLUMNS = `card_no, load_id, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
  balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, resolved_by`;
const SELECT = `select ${COLUMNS} from clearing.load`;

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

const identityValues = (identity: LoadIdentity): string[] => [
  identity.terminalNo,
  identity.merchantNo,
  identity.batchNo,
  identity.traceNo,
];

/** Whether a load was asked for under these numbers. */
export function isOfIdentity(load: Load, { terminalNo, merchantNo, batchNo, traceNo }: LoadIdentity): boolean {
  const { identity } = load;
  return (
    identity.traceNo === traceNo &&
    identity.batchNo === batchNo &&
    identity.terminalNo === terminalNo &&
    identity.merchantNo === merchantNo
  );
}

/** Which loads of a card a request has to do with. */
export interface LoadQuestion {
  readonly cardNo: CardNo;
  /** Online counters, both included; none when `to` is below `from`. */
  readonly from: number;
  readonly to: number;
  /** And those asked for under this identity on or after a city date. */
  readonly identity: LoadIdentity;
  readonly since: BusinessDate;
}

/** The loads of many questions in one go, by card, oldest first. */
export async function loadsOfQuestions(
  db: Database | Transaction,
  questions: readonly LoadQuestion[],
): Promise<Map<CardNo, Load[]>> {
  const found = new Map<CardNo, Load[]>();
  if (questions.length === 0) return found;
  const { rows } = await db.query<LoadRow>({
    name: 'clearing-loads-of-requests',
    text: `select ${COLUMNS} from clearing.loads_of_requests($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      questions.map(({ cardNo }) => cardNo),
      questions.map(({ from }) => from),
      questions.map(({ to }) => to),
      questions.map(({ identity }) => identity.terminalNo),
      questions.map(({ identity }) => identity.merchantNo),
      questions.map(({ identity }) => identity.batchNo),
      questions.map(({ identity }) => identity.traceNo),
      questions.map(({ since }) => since),
    ],
  });
  for (const row of rows) {
    const load = fromRow(row);
    const others = found.get(load.cardNo);
    if (others === undefined) found.set(load.cardNo, [load]);
    // Two questions about one card may answer the same load twice.
    else if (!others.some((other) => other.loadId === load.loadId)) others.push(load);
  }
  for (const loads of found.values())
    if (loads.length > 1) loads.sort((a, b) => a.onlineCounter - b.onlineCounter || (a.loadId < b.loadId ? -1 : 1));
  return found;
}

/** The load a 0200 of this identity opened on that city date. */
export async function findLoadOfRequest(
  db: Database | Transaction,
  identity: LoadIdentity,
  cardNo: CardNo,
  cityDate: BusinessDate,
): Promise<Load | undefined> {
  const loads = await loadsOfQuestions(db, [{ cardNo, identity, since: cityDate, ...NO_COUNTER }]);
  return loads.get(cardNo)?.find((load) => load.cityDate === cityDate);
}

/** For questions that ask by identity alone. */
export const NO_COUNTER = { from: 1, to: 0 } as const;

/** The load that field 61 of a terminal refers to among those given: the newest match within 40 days before `today`. */
export function originalAmong(
  loads: readonly Load[],
  sender: Pick<LoadIdentity, 'terminalNo' | 'merchantNo'>,
  original: OriginalReference,
  today: BusinessDate,
): Load | undefined {
  const { terminalNo, merchantNo } = sender;
  const { batchNo, traceNo } = original;
  const since = addDays(today, -REFERENCE_DAYS);
  let newest: Load | undefined;
  for (const load of loads) {
    if (!isOfIdentity(load, { terminalNo, merchantNo, batchNo, traceNo }) || load.cityDate < since) continue;
    if (original.date !== '0000' && load.hostDate.slice(4) !== original.date) continue;
    const later =
      newest === undefined ||
      load.cityDate > newest.cityDate ||
      (load.cityDate === newest.cityDate && load.loadId > newest.loadId);
    if (later) newest = load;
  }
  return newest;
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

/** Writes loads just opened. */
export function insertLoads(loads: readonly { load: Load; openedAt: Date }[]): Statement[] {
  if (loads.length === 0) return [];
  const column = <T>(of: (load: Load) => T): T[] => loads.map(({ load }) => of(load));
  const statement = {
    name: 'clearing-insert-loads',
    text: `insert into clearing.load (card_no, load_id, terminal_no, merchant_no, batch_no, trace_no, city_date, kind, online_counter,
             balance_before_fen, amount_fen, sam_no, host_date, host_time, posting_key, state, opened_at)
           select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[], $9::integer[],
             $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::timestamptz[])`,
    values: [
      column((load) => load.cardNo),
      column((load) => load.loadId),
      column((load) => load.identity.terminalNo),
      column((load) => load.identity.merchantNo),
      column((load) => load.identity.batchNo),
      column((load) => load.identity.traceNo),
      column((load) => load.cityDate),
      column((load) => load.kind),
      column((load) => load.onlineCounter),
      column((load) => load.balanceBefore),
      column((load) => load.amount),
      column((load) => load.samNo),
      column((load) => load.hostDate),
      column((load) => load.hostTime),
      column((load) => load.postingKey),
      column((load) => load.state),
      loads.map(({ openedAt }) => openedAt),
    ],
  };
  return [statement];
}

/** What a new load depends on besides purse and loads of the card. */
export interface LoadCircumstances {
  /** A reversal of this identity came within 40 days; after that the numbers may have come round again. */
  readonly barred: boolean;
  /** What the card was loaded with on that city date, or may have been; zero where no daily limit asked for it. */
  readonly loadedToday: Fen;
  /** What waits to be loaded (补登); undefined for a card without accounts and for a load that does not draw on it. */
  readonly pendingCredit: Fen | undefined;
  /** Number for the load, if one is opened; never used otherwise. */
  readonly loadId: bigint;
}

export interface CircumstancesQuestion {
  readonly cardNo: CardNo;
  readonly identity: LoadIdentity;
  readonly cityDate: BusinessDate;
  /** A daily limit is in force. */
  readonly limitedDaily: boolean;
  /** The load is paid from the card's pending credit as far as that goes. */
  readonly drawsOnCredit: boolean;
}

/** The circumstances of requests, in their order. */
export async function circumstancesOf(
  tx: Transaction,
  requests: readonly CircumstancesQuestion[],
): Promise<LoadCircumstances[]> {
  if (requests.length === 0) return [];
  const { rows } = await tx.query<{
    place: number;
    barred: boolean;
    loaded_fen: bigint | null;
    pending_credit_fen: bigint | null;
    load_id: bigint;
  }>({
    name: 'clearing-load-circumstances',
    text: `select place, barred, loaded_fen, pending_credit_fen, nextval('clearing.load_id') as load_id
             from clearing.load_circumstances($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      requests.map(({ cardNo }) => cardNo),
      requests.map(({ identity }) => identity.terminalNo),
      requests.map(({ identity }) => identity.merchantNo),
      requests.map(({ identity }) => identity.batchNo),
      requests.map(({ identity }) => identity.traceNo),
      requests.map(({ cityDate }) => cityDate),
      requests.map(({ limitedDaily }) => limitedDaily),
      requests.map(({ drawsOnCredit }) => drawsOnCredit),
      REFERENCE_DAYS,
    ],
  });
  const ordered: LoadCircumstances[] = [];
  for (const row of rows)
    ordered[row.place - 1] = {
      barred: row.barred,
      loadedToday: fen(row.loaded_fen ?? 0n),
      pendingCredit: row.pending_credit_fen === null ? undefined : fen(row.pending_credit_fen),
      loadId: row.load_id,
    };
  return ordered;
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
