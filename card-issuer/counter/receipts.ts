import { type Database, type Principal, type Transaction } from '@citycard/common';

/** Money on a receipt: into the till (`in`), out of it (`out`), or on the card and between its accounts (`card`). */
export interface ReceiptLine {
  readonly what: string;
  readonly amountFen: bigint;
  readonly way: 'in' | 'out' | 'card';
}

export interface Receipt {
  readonly receiptNo: bigint;
  readonly cardNo: string;
  readonly act: string;
  readonly shiftId?: bigint;
  readonly by: string;
  readonly at: Date;
  readonly lines: readonly { readonly what: string; readonly amountFen: number; readonly way: ReceiptLine['way'] }[];
  /** What else is printed: days, numbers of other cards; no personal data. */
  readonly notes: Readonly<Record<string, string>>;
}

/**
 * Writes what the holder is given on paper, in the transaction of the act. Lines of nothing are left out. Neither lines nor
 * notes may name a person.
 */
export async function giveReceipt(
  tx: Transaction,
  clerk: Principal,
  receipt: {
    readonly cardNo: string;
    readonly act: string;
    readonly shiftId?: bigint;
    readonly lines?: readonly ReceiptLine[];
    readonly notes?: Readonly<Record<string, string>>;
  },
): Promise<bigint> {
  const lines = (receipt.lines ?? [])
    .filter(({ amountFen }) => amountFen > 0n)
    .map(({ what, amountFen, way }) => ({ what, amountFen: Number(amountFen), way }));
  const { rows } = await tx.query<{ receipt_no: bigint }>(
    `insert into issuer.receipt (card_no, shift_id, act, content, given_by) values ($1, $2, $3, $4, $5) returning receipt_no`,
    [
      receipt.cardNo,
      receipt.shiftId ?? null,
      receipt.act,
      JSON.stringify({ lines, notes: receipt.notes ?? {} }),
      clerk.id,
    ],
  );
  if (rows[0] === undefined) throw new Error('an insert answered nothing');
  return rows[0].receipt_no;
}

interface ReceiptRow {
  receipt_no: bigint;
  card_no: string;
  act: string;
  shift_id: bigint | null;
  given_by: string;
  given_at: Date;
  content: Pick<Receipt, 'lines' | 'notes'>;
}

const SELECT = 'select receipt_no, card_no, act, shift_id, given_by, given_at, content from issuer.receipt';
/** The newest of a card; older ones are asked for by number. */
const MOST_OF_CARD = 100;
/** A shift of a busy counter has some hundred. */
const MOST_OF_SHIFT = 2_000;

const receiptOf = (row: ReceiptRow): Receipt => ({
  receiptNo: row.receipt_no,
  cardNo: row.card_no,
  act: row.act,
  ...(row.shift_id !== null && { shiftId: row.shift_id }),
  by: row.given_by,
  at: row.given_at,
  ...row.content,
});

/** The receipts of a card, newest first. */
export async function receiptsOfCard(db: Database, cardNo: string): Promise<Receipt[]> {
  const { rows } = await db.query<ReceiptRow>(
    `${SELECT} where card_no = $1 order by receipt_no desc limit ${MOST_OF_CARD}`,
    [cardNo],
  );
  return rows.map(receiptOf);
}

/** One receipt of a card, to print it again. */
export async function receiptOfCard(db: Database, cardNo: string, receiptNo: bigint): Promise<Receipt | undefined> {
  const { rows } = await db.query<ReceiptRow>(`${SELECT} where card_no = $1 and receipt_no = $2`, [cardNo, receiptNo]);
  return rows[0] && receiptOf(rows[0]);
}

/** What went through a till, newest first. */
export async function receiptsOfShift(db: Database, shiftId: bigint): Promise<Receipt[]> {
  const { rows } = await db.query<ReceiptRow>(
    `${SELECT} where shift_id = $1 order by receipt_no desc limit ${MOST_OF_SHIFT}`,
    [shiftId],
  );
  return rows.map(receiptOf);
}
