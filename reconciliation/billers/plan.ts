import type { BusinessDate } from '@citycard/common';
import { type KeptPlan, text } from '../matching/plan.ts';

/** What every subject key of a biller's bills begins with. */
export const billSubject = (billerCode: string): string => `bill ${billerCode} `;

/** When something was decided, as a day of the city. */
const onDay = (column: string, day: BusinessDate): string =>
  `${column} >= ${text(day)}::timestamp at time zone 'Asia/Shanghai' and ${column} < (${text(day)}::date + 1)::timestamp at time zone 'Asia/Shanghai'`;
const cityDay = (column: string): string => `(${column} at time zone 'Asia/Shanghai')::date`;

/**
 * What either side has of a day: our payments and cancellations decided on it, the lines of the biller's statement of it, and whatever
 * one side has of these on another day, for the two do not book everything on the same one.
 */
const known = (biller: string, day: BusinessDate): string => `
  line as (
    select payment_id, amount_fen, outcome, line_no from clearing.bill_statement_line where biller_code = ${text(biller)} and booked_on = ${text(day)}
  ), own as (
    select p.payment_id, p.amount_fen, p.state, p.asked_at, p.decided_at, coalesce(c.state = 'cancelled', false) as cancelled, c.decided_at as cancelled_at,
           coalesce(p.state = 'paid' and ${onDay('p.decided_at', day)}, false) as today,
           coalesce(c.state = 'cancelled' and ${onDay('c.decided_at', day)}, false) as cancelled_today
      from clearing.bill_payment p
      left join clearing.bill_cancellation c on c.card_no = p.card_no and c.sam_no = p.sam_no and c.sam_transaction_no = p.sam_transaction_no
     where p.biller_code = ${text(biller)}
       and (p.state = 'paid' and ${onDay('p.decided_at', day)} or c.state = 'cancelled' and ${onDay('c.decided_at', day)}
            or p.payment_id in (select payment_id from line))
  ), elsewhere as (
    select distinct on (l.payment_id, l.outcome) l.payment_id, l.outcome, l.amount_fen, l.booked_on
      from clearing.bill_statement_line l join own o using (payment_id)
     where l.biller_code = ${text(biller)} and l.booked_on <> ${text(day)}
       and not exists (select from line t where t.payment_id = l.payment_id and t.outcome = l.outcome)
     order by l.payment_id, l.outcome, l.booked_on, l.line_no
  )`;

const about = (biller: string, kinds: string): string => `
  jsonb_build_object('subject', 'bill ${biller} ' || payment_id, 'kinds', ${kinds},
    'counterpart', (select participant_no from clearing.biller where biller_code = ${text(biller)}),
    'evidence', jsonb_build_object('billerCode', ${text(biller)}, 'paymentId', payment_id,
      'ourState', case when o.cancelled then 'cancelled' else coalesce(o.state, 'none') end))`;

/**
 * Whether the biller names the payment at all, with whatever outcome: then it is not missing, its outcome differs; and a cancellation is
 * missing only then, for otherwise the payment is.
 */
const named = `(exists (select from line t where t.payment_id = o.payment_id) or exists (select from elsewhere e where e.payment_id = o.payment_id))`;

/** Bills of a day as a biller has them (domain.md F.8, B.7): its statement against our payments and cancellations, by payment. */
export const billerBills: KeptPlan = {
  name: 'biller-bills',
  title: 'Bills of a day as a biller has them; the counterpart is the code of the biller',
  counterpartKind: 'biller',
  terms: {
    passes: [{ name: 'payment', on: ['reference'], cardinality: '1-1', certain: true }],
    toleranceFen: 0,
    // Each side's own day of booking is no difference.
    daysBefore: 366,
    daysAfter: 366,
  },
  ours: (biller, day) =>
    `with ${known(biller, day)}
     select o.payment_id || ' paid' as reference, o.amount_fen as "amountFen", ${cityDay('coalesce(o.decided_at, o.asked_at)')} as day,
            o.state = 'asked' as doubt, ${about(biller, `case when o.state = 'asked' or o.today and not ${named} then '{}'::jsonb else '{"only-ours":null}' end`)} as about
       from own o where o.state in ('paid', 'asked')
      union all
     select o.payment_id || ' cancelled', o.amount_fen, ${cityDay('o.cancelled_at')}, false,
            ${about(
              biller,
              `case when o.cancelled_today and ${named} then '{"only-ours":"outcome"}'::jsonb
                    else '{"only-ours":null}' end`,
            )}
       from own o where o.cancelled and (o.cancelled_today or exists (select from line t where t.payment_id = o.payment_id and t.outcome = 'cancelled'))
      order by 1`,
  theirs: (biller, day) =>
    `with ${known(biller, day)}
     select l.payment_id || ' ' || l.outcome as reference, l.amount_fen as "amountFen", ${text(day)}::date as day, false as doubt,
            ${about(biller, `case when o.payment_id is null then '{}'::jsonb else '{"only-theirs":"outcome"}' end`)} as about
       from line l left join own o using (payment_id)
      union all
     select e.payment_id || ' ' || e.outcome, e.amount_fen, e.booked_on, false, ${about(biller, `'{"only-theirs":null}'::jsonb`)}
       from elsewhere e join own o using (payment_id)
      order by 1, 2`,
  scopes: (counterpart, businessDay) => [
    { counterpartKinds: ['biller'], subject: billSubject(counterpart), businessDay },
  ],
  endedReason: 'both sides have the bill alike, on this or another day',
};
