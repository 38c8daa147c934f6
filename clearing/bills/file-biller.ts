import { compactDate, businessDate, type Database, fen, transact } from '@citycard/common';
import type { BillerAdapter } from './biller.ts';

const RECEIPT_DIGITS = 15;

/**
 * A biller that exchanges files: its open bills are those it has delivered, a payment closes one at once, and the biller
 * learns of it from the day's file of payments. Payments go back by its own hand only, and what it booked comes as a
 * statement that it delivers (docs/industries.md, "Billers by file").
 */
export function fileBiller(db: Database, billerCode: string): BillerAdapter {
  return {
    enquire: async (customer) => {
      const { rows } = await db.query<{ reference: string; due_fen: bigint; due_date: string; note: string }>(
        `select reference, due_fen, due_date, note from clearing.filed_bill
          where biller_code = $1 and customer = $2 and paid_by is null order by due_date, reference`,
        [billerCode, customer],
      );
      return rows.map((row) => ({
        reference: row.reference,
        due: fen(row.due_fen),
        dueDate: compactDate(businessDate(row.due_date)),
        text: row.note,
      }));
    },
    pay: async ({ paymentId, customer, reference, amount, lateFee }) =>
      transact(db, async (tx) => {
        const { rows } = await tx.query<{ due_fen: bigint; paid_by: string | null; receipt: string }>(
          `select due_fen, paid_by, nextval('clearing.bill_receipt_no')::text as receipt from clearing.filed_bill
            where biller_code = $1 and customer = $2 and reference = $3 for update`,
          [billerCode, customer, reference],
        );
        const [bill] = rows;
        if (bill === undefined)
          return { outcome: 'refused', reason: 'there is no such bill in the files of the biller' };
        if (bill.paid_by !== null && bill.paid_by !== paymentId)
          return { outcome: 'refused', reason: 'the bill is paid already' };
        if (bill.due_fen !== amount - lateFee) return { outcome: 'refused', reason: 'another amount is due' };
        await tx.query(
          `update clearing.filed_bill set paid_by = $4 where biller_code = $1 and customer = $2 and reference = $3`,
          [billerCode, customer, reference, paymentId],
        );
        return { outcome: 'paid', receipt: `F${bill.receipt.padStart(RECEIPT_DIGITS, '0')}` };
      }),
    cancel: async ({ paymentId }) => {
      await db.query('update clearing.filed_bill set paid_by = null where biller_code = $1 and paid_by = $2', [
        billerCode,
        paymentId,
      ]);
      return { outcome: 'cancelled' };
    },
    statement: () => Promise.resolve(undefined),
  };
}
