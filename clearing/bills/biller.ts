import { type BusinessDate, cityDate, type Database, type Fen, type Transaction } from '@citycard/common';
import { clearingErrors } from '../errors.ts';
import type { BillDocument } from '../industries/document.ts';
import { findIndustry } from '../industries/in-force.ts';
import { billErrors } from './errors.ts';

export interface DueBill {
  /** At most 16 characters. */
  readonly reference: string;
  /** All that is due, a late fee included. */
  readonly due: Fen;
  /** The part of it that is a late fee, where the biller says so. */
  readonly lateFee?: Fen;
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
  /** The part of the amount that is a late fee, as the customer was told; zero when nobody asked before paying. */
  readonly lateFee: Fen;
}

/** Not decided, not reachable, or not understood: ask again, with the same payment id. */
export interface Undecided {
  readonly outcome: 'undecided';
  readonly reason: string;
  /** Nobody answered; whoever asks next need not wait as long to find out. */
  readonly unreachable?: true;
}

export type BillAnswer =
  /** Receipt of at most 16 characters; meter token of 20 digits for prepaid meters. */
  | { readonly outcome: 'paid'; readonly receipt: string; readonly meterToken?: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  | Undecided;

export type CancellationAnswer =
  { readonly outcome: 'cancelled' } | { readonly outcome: 'refused'; readonly reason: string } | Undecided;

/** A line of what a biller says it booked on a day. */
export interface StatementLine {
  readonly paymentId: string;
  readonly amountFen: Fen;
  readonly outcome: 'paid' | 'cancelled';
  readonly receipt: string;
}

/** A utility's own system, whatever it speaks. None of these throws for what a biller or the network may do. */
export interface BillerAdapter {
  /** The customer's open bills; undefined when the biller could not be asked. */
  enquire(customer: string): Promise<readonly DueBill[] | undefined>;
  pay(order: BillOrder): Promise<BillAnswer>;
  /** Takes a payment back, once however often it is asked. */
  cancel(payment: { paymentId: string; receipt: string; amount: Fen }): Promise<CancellationAnswer>;
  /** What the biller booked on a day of the city; undefined when it could not be asked. */
  statement(date: BusinessDate): Promise<readonly StatementLine[] | undefined>;
}

export interface Biller {
  /** The 4 characters of message 12. */
  readonly billerCode: string;
  readonly participantNo: string;
  /** Where the biller is asked; left out for one that exchanges files. */
  readonly baseUrl?: string;
}

/** Who speaks for a biller, and what its industry says about bills where it is configured. */
export interface BillerLine {
  readonly biller: Biller;
  readonly adapter: BillerAdapter;
  readonly industry?: { readonly industry: number; readonly document: BillDocument };
}

/** Finds who speaks for a biller code; undefined when nobody does. */
export type BillerDirectory = (billerCode: string) => Promise<BillerLine | undefined>;

/**
 * Registers a biller under the code terminals send, or moves it to another address. A biller of an industry that exchanges
 * files has no address; every other one needs it.
 *
 * @throws CityCardError `clearing.participant-unknown`, `clearing.bills.no-bills-there`, `.address-missing`, `.address-needless`
 */
export async function registerBiller(tx: Transaction, biller: Biller): Promise<void> {
  const { rows } = await tx.query<{ industry: number | null }>(
    'select industry from clearing.participant where participant_no = $1',
    [biller.participantNo],
  );
  const [holder] = rows;
  if (holder === undefined) throw clearingErrors.participantUnknown({ participantNo: biller.participantNo });
  const found = holder.industry === null ? undefined : await findIndustry(tx, holder.industry, cityDate(new Date()));
  const document = found?.document;
  if (document !== undefined && document.pattern !== 'bill' && document.pattern !== 'meter')
    throw billErrors.noBillsThere({ participantNo: biller.participantNo, pattern: document.pattern });
  const byFile = document?.biller.exchange === 'file';
  if (byFile && biller.baseUrl !== undefined) throw billErrors.addressNeedless({ billerCode: biller.billerCode });
  if (!byFile && biller.baseUrl === undefined) throw billErrors.addressMissing({ billerCode: biller.billerCode });
  await tx.query(
    `insert into clearing.biller (biller_code, participant_no, base_url) values ($1, $2, $3)
     on conflict (biller_code) do update set participant_no = excluded.participant_no, base_url = excluded.base_url`,
    [biller.billerCode, biller.participantNo, biller.baseUrl ?? null],
  );
}

/** The biller of a code, with the industry of its participant. */
export async function findBiller(
  db: Database | Transaction,
  billerCode: string,
): Promise<(Biller & { readonly industry?: number }) | undefined> {
  const { rows } = await (db as Database).query<{
    biller_code: string;
    participant_no: string;
    base_url: string | null;
    industry: number | null;
  }>({
    name: 'find-biller',
    text: `select b.biller_code, b.participant_no, b.base_url, p.industry
             from clearing.biller b join clearing.participant p using (participant_no) where b.biller_code = $1`,
    values: [billerCode],
  });
  const row = rows[0];
  return (
    row && {
      billerCode: row.biller_code,
      participantNo: row.participant_no,
      ...(row.base_url !== null && { baseUrl: row.base_url }),
      ...(row.industry !== null && { industry: row.industry }),
    }
  );
}

/** All billers by code, without their addresses, which are secrets of some. */
export async function listBillers(
  db: Database,
): Promise<{ billerCode: string; participantNo: string; name: string; exchange: 'http' | 'file' }[]> {
  const { rows } = await db.query<{ biller_code: string; participant_no: string; name: string; by_file: boolean }>(
    `select b.biller_code, b.participant_no, p.name, b.base_url is null as by_file
       from clearing.biller b join clearing.participant p using (participant_no) order by b.biller_code`,
  );
  return rows.map((row) => ({
    billerCode: row.biller_code,
    participantNo: row.participant_no,
    name: row.name,
    exchange: row.by_file ? 'file' : 'http',
  }));
}
