import { type BusinessDate, type Database, type Fen, fen } from '@citycard/common';

/** A payment of a bill as its biller sees it. Whose card paid is not its business. */
export interface OwnBillPayment {
  readonly paymentId: string;
  readonly billerCode: string;
  readonly customer: string;
  readonly reference: string;
  readonly amountFen: Fen;
  readonly lateFeeFen: Fen;
  readonly state: string;
  readonly receipt: string;
  readonly meterToken: string;
  readonly paidAt: Date;
  readonly cancelled: boolean;
}

export interface OwnBills {
  /** The codes it is known by. */
  readonly billers: readonly { readonly billerCode: string; readonly byFile: boolean }[];
  readonly payments: readonly OwnBillPayment[];
  readonly next?: string;
  /** Of the whole day, whatever the page; a payment that was taken back is not among them. */
  readonly totals: { readonly count: number; readonly amountFen: Fen; readonly undecided: number };
}

const PAGE = 200;
const OF_DAY = `p.decided_at >= $2::date::timestamp at time zone 'Asia/Shanghai'
   and p.decided_at < ($2::date + 1)::timestamp at time zone 'Asia/Shanghai'`;
const CANCELLED = `exists (select from clearing.bill_cancellation c
         where c.card_no = p.card_no and c.sam_no = p.sam_no and c.sam_transaction_no = p.sam_transaction_no and c.state = 'cancelled')`;

const PAYMENTS = `
select p.payment_id as "paymentId", p.biller_code as "billerCode", p.customer, p.bill_reference as reference, p.amount_fen as "amountFen",
       p.late_fee_fen as "lateFeeFen", p.state, p.receipt, p.meter_token as "meterToken", p.decided_at as "paidAt", ${CANCELLED} as cancelled,
       (extract(epoch from p.decided_at) * 1000000)::bigint as place
  from clearing.bill_payment p
 where p.biller_code = any($1::text[]) and p.state = 'paid' and ${OF_DAY}
   and ($3::bigint is null or (p.decided_at, p.payment_id) < (to_timestamp($3::numeric / 1000000), $4))
 order by p.decided_at desc, p.payment_id desc limit ${PAGE}`;

const TOTALS = `
select count(*)::integer as count, coalesce(sum(p.amount_fen), 0)::bigint as "amountFen",
       (select count(*)::integer from clearing.bill_payment u where u.state = 'asked' and u.biller_code = any($1::text[])) as undecided
  from clearing.bill_payment p
 where p.biller_code = any($1::text[]) and p.state = 'paid' and ${OF_DAY} and not ${CANCELLED}`;

/** Bills that were paid by card to a participant on a day of the city, the newest first, 200 at once. */
export async function ownBills(
  db: Database,
  participantNo: string,
  query: { readonly date: BusinessDate; readonly after?: { readonly place: bigint; readonly paymentId: string } },
): Promise<OwnBills> {
  const { date, after } = query;
  const billers = await db.query<OwnBills['billers'][number]>(
    'select biller_code as "billerCode", base_url is null as "byFile" from clearing.biller where participant_no = $1 order by 1',
    [participantNo],
  );
  const codes = billers.rows.map(({ billerCode }) => billerCode);
  const { rows } = await db.query<OwnBillPayment & { place: bigint }>(PAYMENTS, [
    codes,
    date,
    after?.place ?? null,
    after?.paymentId ?? null,
  ]);
  const totals = await db.query<OwnBills['totals']>(TOTALS, [codes, date]);
  const last = rows.length < PAGE ? undefined : rows.at(-1);
  return {
    billers: billers.rows,
    payments: rows.map(({ place: _place, ...row }) => ({
      ...row,
      amountFen: fen(row.amountFen),
      lateFeeFen: fen(row.lateFeeFen),
    })),
    ...(last && { next: `${last.place}.${last.paymentId}` }),
    totals: totals.rows[0] ?? { count: 0, amountFen: fen(0n), undecided: 0 },
  };
}
