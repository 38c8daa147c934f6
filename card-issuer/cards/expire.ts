import { type BusinessDate, type Database, transact } from '@citycard/common';
import { cardNo, setPurseStatuses } from '@citycard/clearing';
import { PURSE_OF_STATE, stateAfter, statesBefore } from './life-cycle.ts';

/** Cards of one transaction: a batch of ten thousand cards made on one day expires on one day. */
const AT_ONCE = 1_000;

/**
 * Expires the cards whose validity ended before this day: their purses take no more loads, their balances stay. Does
 * nothing when it is called again. Answers how many there were.
 */
export async function expireCards(db: Database, today: BusinessDate): Promise<number> {
  let total = 0;
  for (;;) {
    const expired = await expireSome(db, today);
    total += expired;
    if (expired < AT_ONCE) return total;
  }
}

async function expireSome(db: Database, today: BusinessDate): Promise<number> {
  const [from] = statesBefore('expire');
  const to = from === undefined ? undefined : stateAfter(from, 'expire');
  const status = to === undefined ? undefined : PURSE_OF_STATE[to];
  if (from === undefined || to === undefined || status === undefined)
    throw new Error('the table of steps has no expiry');
  return transact(db, async (tx) => {
    const { rows } = await tx.query<{ card_no: string }>(
      `with due as (
         select card_no from issuer.card where state = $1 and valid_to < $2 order by card_no limit ${AT_ONCE} for update skip locked
       ), expired as (
         update issuer.card c set state = $3 from due where c.card_no = due.card_no returning c.card_no
       ), noted as (
         insert into issuer.card_event (card_no, step, from_state, to_state, done_by, why)
         select card_no, 'expire', $1, $3, 'system', 'its validity is over' from expired
       )
       select card_no from expired order by card_no`,
      [from, today, to],
    );
    await setPurseStatuses(
      tx,
      rows.map((row) => cardNo(row.card_no)),
      status,
    );
    return rows.length;
  });
}
