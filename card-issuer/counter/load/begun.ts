import { type Database, type Fen, fen, type Principal, type Transaction } from '@citycard/common';
import { cardNo as toCardNo, type CardNo, findLoad, type LoadIdentity, OWN_COUNTERS } from '@citycard/clearing';

/** A load at a counter as it was begun. */
export interface CounterLoad {
  readonly cardNo: CardNo;
  readonly counterLoadNo: bigint;
  readonly clerk: string;
  readonly key: string;
  readonly shiftId: bigint;
  readonly reader: string;
  readonly cashFen: Fen;
  readonly collectedFen: Fen;
  readonly trace: bigint;
  readonly samNo: string;
  readonly onlineCounter: number;
  readonly balanceBefore: Fen;
  /** `loading`: only the card knows; `waiting`: the card did not take it, the cash is its pending credit. */
  readonly state: 'loading' | 'loaded' | 'waiting' | 'given-back';
}

interface Row {
  card_no: CardNo;
  counter_load_no: bigint;
  clerk: string;
  idempotency_key: string;
  shift_id: bigint;
  reader: string;
  cash_fen: bigint;
  collected_fen: bigint;
  trace: bigint;
  sam_no: string;
  online_counter: number;
  balance_before_fen: bigint;
  state: CounterLoad['state'];
}

const COLUMNS = `card_no, counter_load_no, clerk, idempotency_key, shift_id, reader, cash_fen, collected_fen, trace, sam_no, online_counter,
  balance_before_fen, state`;
const SELECT = `select ${COLUMNS} from issuer.counter_load`;

const loadOf = (row: Row): CounterLoad => ({
  cardNo: row.card_no,
  counterLoadNo: row.counter_load_no,
  clerk: row.clerk,
  key: row.idempotency_key,
  shiftId: row.shift_id,
  reader: row.reader,
  cashFen: fen(row.cash_fen),
  collectedFen: fen(row.collected_fen),
  trace: row.trace,
  samNo: row.sam_no,
  onlineCounter: row.online_counter,
  balanceBefore: fen(row.balance_before_fen),
  state: row.state,
});

export const amountOf = (load: Pick<CounterLoad, 'cashFen' | 'collectedFen'>): Fen =>
  fen(load.cashFen + load.collectedFen);

/** Terminal and merchant number of the company's own counters in the books of loads: no terminal and no agent has them. */
const COUNTERS = { terminalNo: OWN_COUNTERS, merchantNo: OWN_COUNTERS } as const;
const TRACES = 1_000_000n;

/** Under which numbers an attempt stands in the books of loads. */
export const identityOf = ({ trace }: Pick<CounterLoad, 'trace'>): LoadIdentity => ({
  ...COUNTERS,
  batchNo: ((trace / TRACES) % TRACES).toString().padStart(6, '0'),
  traceNo: (trace % TRACES).toString().padStart(6, '0'),
});

/** What the clerk began under this key, if anything. */
export async function begunUnder(
  db: Database | Transaction,
  clerk: Principal,
  cardNo: string,
  key: string,
): Promise<CounterLoad | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} where card_no = $1 and clerk = $2 and idempotency_key = $3`, [
    cardNo,
    clerk.id,
    key,
  ]);
  return rows[0] && loadOf(rows[0]);
}

/** Loads of the card nobody knows the end of, the oldest first. */
export async function openLoads(db: Database | Transaction, cardNo: string): Promise<CounterLoad[]> {
  const { rows } = await db.query<Row>(`${SELECT} where card_no = $1 and state = 'loading' order by counter_load_no`, [
    cardNo,
  ]);
  return rows.map(loadOf);
}

/** The newest loads of a card at counters. */
export async function counterLoadsOf(db: Database, cardNo: string): Promise<CounterLoad[]> {
  const { rows } = await db.query<Row>(`${SELECT} where card_no = $1 order by counter_load_no desc limit 50`, [cardNo]);
  return rows.map(loadOf);
}

/** One load, held until the transaction ends. */
export async function lockCounterLoad(tx: Transaction, cardNo: string, no: bigint): Promise<CounterLoad | undefined> {
  const { rows } = await tx.query<Row>(`${SELECT} where card_no = $1 and counter_load_no = $2 for update`, [
    cardNo,
    no,
  ]);
  return rows[0] && loadOf(rows[0]);
}

/** The load at a counter that stands in the books of loads under this number, held until the transaction ends. */
export async function counterLoadOf(tx: Transaction, cardNo: string, loadId: bigint): Promise<CounterLoad | undefined> {
  const load = await findLoad(tx, toCardNo(cardNo), loadId);
  if (load === undefined || load.identity.merchantNo !== OWN_COUNTERS) return undefined;
  const trace = BigInt(load.identity.batchNo) * TRACES + BigInt(load.identity.traceNo);
  const { rows } = await tx.query<Row>(`${SELECT} where card_no = $1 and trace = $2 for update`, [cardNo, trace]);
  return rows[0] && loadOf(rows[0]);
}

export async function nextTrace(db: Database | Transaction): Promise<bigint> {
  const { rows } = await db.query<{ trace: bigint }>(`select nextval('issuer.counter_load_no') as trace`);
  if (rows[0] === undefined) throw new Error('a sequence gave no number');
  return rows[0].trace;
}

/** Stores an attempt before the card is told; a second attempt under the same key takes the place of the first. */
export async function storeAttempt(
  tx: Transaction,
  load: Omit<CounterLoad, 'counterLoadNo' | 'state'>,
): Promise<CounterLoad> {
  const { rows } = await tx.query<Row>(
    `insert into issuer.counter_load (card_no, clerk, idempotency_key, shift_id, reader, cash_fen, collected_fen, trace, sam_no, online_counter, balance_before_fen)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (card_no, clerk, idempotency_key) do update
       set reader = excluded.reader, trace = excluded.trace, sam_no = excluded.sam_no, online_counter = excluded.online_counter,
           balance_before_fen = excluded.balance_before_fen, state = 'loading', ended_at = null, cancelled_at = null, cancelled_paid = null
     returning ${COLUMNS}`,
    [
      load.cardNo,
      load.clerk,
      load.key,
      load.shiftId,
      load.reader,
      load.cashFen,
      load.collectedFen,
      load.trace,
      load.samNo,
      load.onlineCounter,
      load.balanceBefore,
    ],
  );
  if (rows[0] === undefined) throw new Error('an insert answered nothing');
  return loadOf(rows[0]);
}

export async function endLoad(
  tx: Transaction,
  load: CounterLoad,
  state: 'loaded' | 'waiting' | 'given-back',
): Promise<void> {
  await tx.query(
    `update issuer.counter_load set state = $3, ended_at = clock_timestamp() where card_no = $1 and counter_load_no = $2`,
    [load.cardNo, load.counterLoadNo, state],
  );
}
