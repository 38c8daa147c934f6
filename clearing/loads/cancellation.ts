import { type BusinessDate, businessDate, type Database, type Fen, fen, type Transaction } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';

/** The debit of a cancellation as it was begun: all that is needed to prove it later. */
export interface CancellationDebit {
  /** Where the card lay. */
  readonly counter: string;
  /** Holder of the counter's SAM. */
  readonly participantNo: string;
  readonly samNo: string;
  readonly samTransactionNo: number;
  /** The card's offline counter before the debit. */
  readonly offlineCounter: number;
  readonly balanceBefore: Fen;
  readonly cardRandom: Buffer;
  readonly keyVersion: number;
  readonly algorithmByte: number;
  /** YYYYMMDD and HHMMSS in MAC1 and TAC. */
  readonly date: string;
  readonly time: string;
  readonly debitedBy: string;
}

export type CancellationState = 'proposed' | 'approved' | 'debiting' | 'posted';

/** The cancellation of a load, as far as it has come. */
export interface Cancellation {
  readonly cardNo: CardNo;
  readonly loadId: bigint;
  readonly amount: Fen;
  readonly state: CancellationState;
  readonly approvalId: bigint;
  readonly proposedBy: string;
  readonly approvedBy?: string;
  readonly debit?: CancellationDebit;
  readonly debitBegunAt?: Date;
  /** Of a posted one: its posting and the business day it belongs to. */
  readonly postingKey?: string;
  readonly postedDate?: BusinessDate;
}

interface CancellationRow {
  card_no: CardNo;
  load_id: bigint;
  amount_fen: bigint;
  state: CancellationState;
  approval_id: bigint;
  proposed_by: string;
  approved_by: string | null;
  counter: string | null;
  participant_no: string;
  sam_no: string;
  sam_transaction_no: bigint;
  offline_counter: number;
  balance_before_fen: bigint;
  card_random: Buffer;
  key_version: number;
  algorithm_byte: number;
  debit_date: string;
  debit_time: string;
  debited_by: string;
  debit_begun_at: Date | null;
  posting_key: string | null;
  posted_date: string | null;
}

const SELECT = `select card_no, load_id, amount_fen, state, approval_id, proposed_by, approved_by, counter, participant_no, sam_no,
  sam_transaction_no, offline_counter, balance_before_fen, card_random, key_version, algorithm_byte, debit_date, debit_time, debited_by,
  debit_begun_at, posting_key, posted_date from clearing.load_cancellation`;

function fromRow(row: CancellationRow): Cancellation {
  return {
    cardNo: row.card_no,
    loadId: row.load_id,
    amount: fen(row.amount_fen),
    state: row.state,
    approvalId: row.approval_id,
    proposedBy: row.proposed_by,
    ...(row.approved_by !== null && { approvedBy: row.approved_by }),
    ...(row.counter !== null && {
      debit: {
        counter: row.counter,
        participantNo: row.participant_no,
        samNo: row.sam_no,
        samTransactionNo: Number(row.sam_transaction_no),
        offlineCounter: row.offline_counter,
        balanceBefore: fen(row.balance_before_fen),
        cardRandom: row.card_random,
        keyVersion: row.key_version,
        algorithmByte: row.algorithm_byte,
        date: row.debit_date,
        time: row.debit_time,
        debitedBy: row.debited_by,
      },
    }),
    ...(row.debit_begun_at !== null && { debitBegunAt: row.debit_begun_at }),
    ...(row.posting_key !== null && { postingKey: row.posting_key }),
    ...(row.posted_date !== null && { postedDate: businessDate(row.posted_date) }),
  };
}

/** The cancellation of a load; with `lock`, held against everybody else until the transaction ends. */
export async function findCancellation(
  db: Database | Transaction,
  cardNo: CardNo,
  loadId: bigint,
  options: { lock?: boolean } = {},
): Promise<Cancellation | undefined> {
  const { rows } = await db.query<CancellationRow>(
    `${SELECT} where card_no = $1 and load_id = $2 ${options.lock === true ? 'for update' : ''}`,
    [cardNo, loadId],
  );
  return rows[0] && fromRow(rows[0]);
}

/** At most this many are listed at once, the oldest first. */
const LIST_LIMIT = 1_000;

/** Debits nobody knows the end of, the oldest first: their cards have to be put into a reader again. */
export async function openCancellationDebits(db: Database): Promise<Cancellation[]> {
  const { rows } = await db.query<CancellationRow>(
    `${SELECT} where state = 'debiting' order by debit_begun_at limit ${LIST_LIMIT}`,
  );
  return rows.map(fromRow);
}

/** Whether the card is known to have made another purchase at the counter of this debit: then it never paid this one. */
export async function cancellationRefuted(
  db: Database | Transaction,
  { cardNo, debit }: Cancellation,
  issuerCity: string,
): Promise<boolean> {
  if (debit === undefined) return false;
  const { rowCount } = await db.query(
    `select from clearing.purchase_identity where card_no = $1 and issuer_city = $2 and offline_counter = $3
        and (sam_no, sam_transaction_no) is distinct from ($4::text, $5::bigint)`,
    [cardNo, issuerCity, debit.offlineCounter, debit.samNo, debit.samTransactionNo],
  );
  return rowCount !== 0;
}
