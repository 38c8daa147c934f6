import { addDays, type BusinessDate, type Transaction } from '@citycard/common';

/** Days of the city begin eight hours before those of UTC. */
const beginningOf = (date: BusinessDate): Date => new Date(`${date}T00:00:00+08:00`);

export interface CardsInState {
  readonly status: string;
  readonly cards: bigint;
  /** Of these, opened on the day itself. */
  readonly opened: bigint;
}

/** Purses by the state in which each was at the end of the day, whatever became of it later; the sandbox's are left out. */
export async function cardsInForce(tx: Transaction, date: BusinessDate): Promise<CardsInState[]> {
  const { rows } = await tx.query<{ status: string; cards: bigint; opened: bigint }>(
    `with later as (
       select distinct on (card_no) card_no, from_status from clearing.purse_status_change where changed_at >= $2 order by card_no, change_no
     )
     select coalesce(l.from_status, p.status) as status, count(*) as cards, count(*) filter (where p.opened_at >= $1) as opened
       from clearing.purse p left join later l using (card_no)
      where p.opened_at < $2 and not p.sandbox group by 1 order by 1`,
    [beginningOf(date), beginningOf(addDays(date, 1))],
  );
  return rows;
}
