import { asciiDigits, fenBinary, fenDigits, opaque, record, repeated, text, uint, type ValueOf } from '../parts.ts';

export const PURCHASE_RECORD_BYTES = 64;
export const PURCHASES_PER_UPLOAD = 15;

/** One purchase record, uninterpreted: an unknown record version is stored too, so nobody looks inside here. */
const rawRecord = opaque(PURCHASE_RECORD_BYTES);

/** Field 48 of a purchase upload: what field 62 must add up to. */
export const uploadTotals = record({ count: uint(2), amount: fenBinary(8) });
export type UploadTotals = ValueOf<typeof uploadTotals>;

/** Field 62 of a purchase upload: 1 to 15 records of 64 bytes. */
export const purchaseRecords = repeated(rawRecord, 'record', 1, PURCHASES_PER_UPLOAD);

/** Field 62 of a purchase with a bill, 104 bytes. */
export const billPayment = record({ record: rawRecord, biller: text(4), customer: text(20), billReference: text(16) });
export type BillPayment = ValueOf<typeof billPayment>;

/** Field 62 of its answer. An empty receipt (16 blanks) says the biller refused; an empty token, that there is no meter. */
export const billReceipt = record({ receipt: text(16), meterToken: asciiDigits(20, 'or blank') });
export type BillReceipt = ValueOf<typeof billReceipt>;

/** Field 62 of a bill enquiry. */
export const billEnquiry = record({ biller: text(4), customer: text(20) });
export type BillEnquiry = ValueOf<typeof billEnquiry>;

/** 999 bytes of field 62 in bills of 56. */
export const BILLS_PER_ANSWER = 17;

const bill = record({ billReference: text(16), due: fenDigits(12), dueDate: asciiDigits(8), text: text(20) });
export type Bill = ValueOf<typeof bill>;

/** Field 62 of the answer to a bill enquiry; no bill at all is an empty field. */
export const bills = repeated(bill, 'bill', 0, BILLS_PER_ANSWER);

const totals = record({ amount: fenBinary(8), count: uint(4) });

/** Field 48 of batch totals: 24 bytes. */
export const batchTotals = record({ loads: totals, purchases: totals });
export type BatchTotals = ValueOf<typeof batchTotals>;

export const TOTALS_EQUAL = 1;
export const TOTALS_DIFFER = 2;
export const TOTALS_ERROR = 3;

/** Field 48 of the answer: the host's own totals and what it thinks of the terminal's. */
export const batchTotalsResult = record({
  loads: totals,
  purchases: totals,
  result: uint(1, [TOTALS_EQUAL, TOTALS_DIFFER, TOTALS_ERROR]),
});
export type BatchTotalsResult = ValueOf<typeof batchTotalsResult>;

/** Field 48 of a batch upload end. */
export const batchUploadEnd = record({ count: uint(4) });
