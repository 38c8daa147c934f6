import type { BusinessDate, Transaction } from '@citycard/common';

/**
 * Notes which of a day's rides at zero fare were made on a pass: one without a number of rides first, then the one that ends
 * first. A ride on a pass is no concession and is claimed from nobody. Asking again adds nothing.
 *
 * @returns how many rides were made on passes
 */
export async function usePasses(tx: Transaction, date: BusinessDate): Promise<number> {
  const { rowCount: any } = await tx.query(
    `select from clearing.pass where valid_from <= $1::date + 1 and valid_to >= $1::date - ${OLDEST_TAP_DAYS} limit 1`,
    [date],
  );
  if (any === 0) return 0;
  // What the first pass of a card has no ride left for is for the next one.
  for (let used = 0; ;) {
    const { rowCount } = await tx.query(USE, [date]);
    used += rowCount ?? 0;
    if ((rowCount ?? 0) === 0) return used;
  }
}

/** No record is taken that is older; it bounds what is read of passes that are over. */
const OLDEST_TAP_DAYS = 366;

const USE = `
with left_over as (
  select p.*, p.rides_allowed - (select count(*) from clearing.pass_use u where u.card_no = p.card_no and u.pass_no = p.pass_no) as rides_left
    from clearing.pass p where p.valid_from <= $1::date + 1 and p.valid_to >= $1::date - ${OLDEST_TAP_DAYS}
), entry as (
  select distinct on (r.card_no, r.business_date, r.intake_id, r.record_index)
         r.card_no, r.business_date, r.intake_id, r.record_index, p.pass_no, p.rides_left, r.participant_no, r.posted_date, r.tapped_at
    from left_over p
    join clearing.purchase_record r on r.card_no = p.card_no and r.posted_date = $1
    join clearing.participant q on q.participant_no = r.participant_no and q.kind = 'operator'
   where r.amount_fen = 0 and r.state = 'accepted' and r.flag <> 3 and coalesce(p.rides_left, 1) > 0
     and (r.tapped_at at time zone 'Asia/Shanghai')::date between p.valid_from and p.valid_to
     and (p.participant_no = r.participant_no or p.industry = q.industry)
     and not exists (select from clearing.pass_use u where u.card_no = r.card_no and u.business_date = r.business_date
                        and u.intake_id = r.intake_id and u.record_index = r.record_index)
   order by r.card_no, r.business_date, r.intake_id, r.record_index, p.rides_allowed is not null, p.valid_to, p.pass_no
), ranked as (
  select e.*, row_number() over (partition by card_no, pass_no order by tapped_at, intake_id, record_index) as place from entry e
)
insert into clearing.pass_use (card_no, business_date, intake_id, record_index, pass_no, participant_no, posted_date, tapped_at)
select card_no, business_date, intake_id, record_index, pass_no, participant_no, posted_date, tapped_at from ranked
 where rides_left is null or place <= rides_left`;
