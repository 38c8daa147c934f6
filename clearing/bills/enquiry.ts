import {
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  type Fen,
  fen,
  formatYuan,
  subtractFen,
  ZERO_FEN,
} from '@citycard/common';
import type { BillDocument } from '../industries/document.ts';
import type { BillerDirectory, DueBill } from './biller.ts';
import { lateFeeOn } from './late-fee.ts';
import { isWellTyped } from './typed-text.ts';

/**
 * Open bills of a customer (message 13), late fees included: 03 for a biller we do not know, 68 when it could not be asked. A
 * customer number that cannot be one owes nothing, and nobody is asked about it. What is told is kept, so that a payment of
 * exactly this can be told apart into principal and late fee.
 */
export async function enquireBills(
  { db, billers }: { readonly db: Database; readonly billers: BillerDirectory },
  billerCode: string,
  customer: string,
): Promise<{ code: '00'; bills: readonly DueBill[]; totalDue: Fen } | { code: '03' | '68' }> {
  const found = await billers(billerCode);
  if (found === undefined) return { code: '03' };
  const document = found.industry?.document;
  if (document !== undefined && !isWellTyped(customer, document.customer))
    return { code: '00', bills: [], totalDue: ZERO_FEN };
  const stated = await found.adapter.enquire(customer);
  if (stated === undefined) return { code: '68' };
  const today = cityDate(new Date());
  const bills = stated.map((bill) => withLateFee(bill, document, today));
  if (document !== undefined) await quote(db, billerCode, customer, bills);
  return { code: '00', bills, totalDue: fen(bills.reduce((sum, bill) => sum + bill.due, 0n)) };
}

/** A biller that states a late fee is believed; else the rule of the industry says what it is today. */
function withLateFee(bill: DueBill, document: BillDocument | undefined, today: BusinessDate): DueBill {
  const dueDate = dateOf(bill.dueDate);
  const rule = document?.lateFee;
  const lateFee =
    bill.lateFee ?? (rule && dueDate !== undefined ? lateFeeOn(today, bill.due, dueDate, rule) : ZERO_FEN);
  if (lateFee === 0n) return bill;
  const due = bill.lateFee === undefined ? fen(bill.due + lateFee) : bill.due;
  return { ...bill, due, lateFee, text: bill.text || `滞纳金${formatYuan(lateFee)}` };
}

function dateOf(digits: string): BusinessDate | undefined {
  try {
    return businessDate(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`);
  } catch {
    return undefined;
  }
}

async function quote(db: Database, billerCode: string, customer: string, bills: readonly DueBill[]): Promise<void> {
  if (bills.length === 0) return;
  // A list that names one bill twice tells two things of it; the last one counts.
  const last = [...new Map(bills.map((bill) => [bill.reference, bill])).values()];
  await db.query(
    `insert into clearing.bill_quote (biller_code, customer, reference, principal_fen, late_fee_fen, due_date, quoted_at)
     select $1, $2, q.reference, q.principal, q.late_fee, q.due_date, now()
       from unnest($3::text[], $4::bigint[], $5::bigint[], $6::date[]) as q(reference, principal, late_fee, due_date)
     on conflict (biller_code, customer, reference) do update
       set principal_fen = excluded.principal_fen, late_fee_fen = excluded.late_fee_fen, due_date = excluded.due_date, quoted_at = excluded.quoted_at`,
    [
      billerCode,
      customer,
      last.map(({ reference }) => reference),
      last.map(({ due, lateFee }) => subtractFen(due, lateFee ?? ZERO_FEN)),
      last.map(({ lateFee }) => lateFee ?? ZERO_FEN),
      last.map(({ dueDate }) => dateOf(dueDate) ?? null),
    ],
  );
}

/** The late fee within an amount that is exactly what the customer was told; zero for any other amount. */
export async function quotedLateFee(
  db: Database,
  billerCode: string,
  customer: string,
  reference: string,
  amount: Fen,
): Promise<Fen> {
  const { rows } = await db.query<{ late_fee_fen: bigint }>(
    `select late_fee_fen from clearing.bill_quote
      where biller_code = $1 and customer = $2 and reference = $3 and principal_fen + late_fee_fen = $4`,
    [billerCode, customer, reference, amount],
  );
  return fen(rows[0]?.late_fee_fen ?? 0n);
}
