import { type Database, fen, type Fen, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';

export interface DueBill {
  /** At most 16 characters. */
  readonly reference: string;
  readonly due: Fen;
  /** YYYYMMDD. */
  readonly dueDate: string;
  /** For the customer's eyes; the terminal shows 20 bytes of it. */
  readonly text: string;
}

export interface BillOrder {
  /** The same payment has the same id however often it is asked for; the biller books it once. */
  readonly paymentId: string;
  readonly customer: string;
  readonly reference: string;
  readonly amount: Fen;
}

export type BillAnswer =
  /** Receipt of at most 16 characters; meter token of 20 digits for prepaid meters. */
  | { readonly outcome: 'paid'; readonly receipt: string; readonly meterToken?: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Not decided, not reachable, or not understood: ask again, with the same payment id. */
  | { readonly outcome: 'undecided'; readonly reason: string };

/** A utility's own system, whatever it speaks. */
export interface BillerAdapter {
  /** The customer's open bills; undefined when the biller could not be asked. */
  enquire(customer: string): Promise<readonly DueBill[] | undefined>;
  /** Never throws for what a biller or the network may do: that is `undecided`. */
  pay(order: BillOrder): Promise<BillAnswer>;
}

export interface Biller {
  /** The 4 characters of message 12. */
  readonly billerCode: string;
  readonly participantNo: string;
  readonly baseUrl: string;
}

/** Finds who speaks for a biller code; undefined when nobody does. */
export type BillerDirectory = (billerCode: string) => Promise<{ biller: Biller; adapter: BillerAdapter } | undefined>;

/**
 * Registers a biller under the code terminals send, or moves it to another address.
 *
 * @throws CityCardError `clearing.participant-unknown`.
 */
export async function registerBiller(tx: Transaction, biller: Biller): Promise<void> {
  const holder = await tx.query('select from clearing.participant where participant_no = $1', [biller.participantNo]);
  if (holder.rowCount === 0) throw clearingErrors.participantUnknown({ participantNo: biller.participantNo });
  await tx.query(
    `insert into clearing.biller (biller_code, participant_no, base_url) values ($1, $2, $3)
     on conflict (biller_code) do update set participant_no = excluded.participant_no, base_url = excluded.base_url`,
    [biller.billerCode, biller.participantNo, biller.baseUrl],
  );
}

export async function findBiller(db: Database | Transaction, billerCode: string): Promise<Biller | undefined> {
  const { rows } = await db.query<Biller>(
    `select biller_code as "billerCode", participant_no as "participantNo", base_url as "baseUrl"
       from clearing.biller where biller_code = $1`,
    [billerCode],
  );
  return rows[0];
}

const RECEIPT = /^[\x20-\x7e]{1,16}$/;
const METER_TOKEN = /^\d{20}$/;
const REFERENCE = /^[\x21-\x7e][\x20-\x7e]{0,15}$/;
const DUE_DATE = /^\d{8}$/;
const LONGEST_REASON = 200;

/** Reads a biller's answer to a payment; anything the interface does not know is no decision. */
export function readAnswer(body: unknown): BillAnswer {
  const answer = asRecord(body);
  const { receipt, meterToken, reason } = answer;
  if (answer['outcome'] === 'paid' && typeof receipt === 'string' && RECEIPT.test(receipt)) {
    if (meterToken === undefined) return { outcome: 'paid', receipt };
    if (typeof meterToken === 'string' && METER_TOKEN.test(meterToken)) return { outcome: 'paid', receipt, meterToken };
  }
  const said = typeof reason === 'string' ? reason.slice(0, LONGEST_REASON) : '';
  if (answer['outcome'] === 'refused') return { outcome: 'refused', reason: said || 'no reason given' };
  return { outcome: 'undecided', reason: said || 'the biller has not decided' };
}

/** Reads a biller's list of open bills; undefined when it is not one. */
export function readBills(body: unknown): DueBill[] | undefined {
  const { bills } = asRecord(body);
  if (!Array.isArray(bills)) return undefined;
  const read = bills.map((each: unknown): DueBill | undefined => {
    const { reference, dueFen, dueDate, text } = asRecord(each);
    if (typeof reference !== 'string' || !REFERENCE.test(reference)) return undefined;
    if (typeof dueFen !== 'number' || !Number.isSafeInteger(dueFen) || dueFen < 0) return undefined;
    if (typeof dueDate !== 'string' || !DUE_DATE.test(dueDate)) return undefined;
    return { reference, due: fen(dueFen), dueDate, text: typeof text === 'string' ? text : '' };
  });
  return read.every((bill) => bill !== undefined) ? read : undefined;
}

const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
