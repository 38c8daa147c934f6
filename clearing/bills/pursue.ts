import { type Database, type Logger, transact, watchPart } from '@citycard/common';
import { askBiller, type BillDeps } from './bill-payment.ts';
import { alarmOverdueWrites, decideMeterWrite } from './meter-write.ts';
import { type BillPayment, keyOf, payments } from './payment-rows.ts';
import { settleBills } from './settle-bills.ts';
import { settleCancellations } from './settle-cancellations.ts';
import { fetchYesterday } from './statements/fetch.ts';

/** Payments and cancellations asked for in one round: a biller that is gone must not make a round last for ever. */
const AT_ONCE = 50;
/** The wait doubles with every try, from five seconds up to ten minutes. */
const FIRST_WAIT_S = 5;
const LONGEST_WAIT_S = 600;
const LOOK_EVERY_MS = 1_000;
/** The daily check and overdue meters can wait this long. */
const LOOK_AT_DAYS_EVERY_MS = 600_000;

/**
 * One round of asking again: payments that their terminals have not repeated, and cancellations that nobody has decided.
 * Each is asked under the id it had, so however often and from however many processes, the biller books it once.
 */
export async function pursueUndecided(deps: BillDeps): Promise<{ asked: number; decided: number }> {
  const undecided = await payments(
    deps.db,
    `where state = 'asked' and next_try_at <= now() order by asked_at limit ${AT_ONCE}`,
    [],
  );
  let decided = 0;
  for (const payment of undecided) {
    await waitLonger(deps.db, 'bill_payment', payment);
    if ((await askBiller(deps, payment)) !== undefined) decided += 1;
  }
  const cancelling = await payments(
    deps.db,
    `where (card_no, sam_no, sam_transaction_no) in (
       select card_no, sam_no, sam_transaction_no from clearing.bill_cancellation where state = 'asked' and next_try_at <= now()
        order by asked_at limit ${AT_ONCE})`,
    [],
  );
  for (const payment of cancelling) {
    await waitLonger(deps.db, 'bill_cancellation', payment);
    if (await askCancellation(deps, payment)) decided += 1;
  }
  await settleBills(deps.db);
  await settleCancellations(deps.db);
  return { asked: undecided.length + cancelling.length, decided };
}

async function waitLonger(
  db: Database,
  table: 'bill_payment' | 'bill_cancellation',
  payment: BillPayment,
): Promise<void> {
  await db.query(
    `update clearing.${table} set tries = tries + 1,
            next_try_at = now() + make_interval(secs => least(${LONGEST_WAIT_S}, ${FIRST_WAIT_S} * power(2, least(tries, 10))))
      where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 and state = 'asked'`,
    keyOf(payment),
  );
}

/** True when the biller decided; the first decision stands. */
async function askCancellation({ db, billers }: BillDeps, payment: BillPayment): Promise<boolean> {
  const line = await billers(payment.billerCode);
  if (line === undefined) return false;
  const { paymentId, receipt, amount } = payment;
  const answer = await line.adapter.cancel({ paymentId, receipt, amount });
  if (answer.outcome === 'undecided') return false;
  const refusal = answer.outcome === 'refused' ? answer.reason : null;
  await transact(db, async (tx) => {
    await tx.query(
      `update clearing.bill_cancellation set state = $4, refusal = $5, decided_at = now(), next_try_at = null
        where card_no = $1 and sam_no = $2 and sam_transaction_no = $3 and state = 'asked'`,
      [...keyOf(payment), answer.outcome, refusal],
    );
    // What was taken back is not to be written to a meter any more.
    if (answer.outcome === 'cancelled') await decideMeterWrite(tx, keyOf(payment), 'undone', 'cancellation');
  });
  return true;
}

/** Asks again by itself, every second what has become due; asks billers for the day before once it is over. */
export function startBillWork(deps: BillDeps & { readonly logger: Logger }): { stop(): Promise<void> } {
  const part = watchPart('bills', { everyMs: LOOK_EVERY_MS });
  let stopped = false;
  let running: Promise<void> | undefined;
  let nextLookAtDays = 0;
  const work = async () => {
    await pursueUndecided(deps);
    if (Date.now() < nextLookAtDays) return;
    nextLookAtDays = Date.now() + LOOK_AT_DAYS_EVERY_MS;
    await transact(deps.db, alarmOverdueWrites);
    await fetchYesterday(deps);
  };
  const round = async () => {
    try {
      await part.round(work);
    } catch (error) {
      if (!stopped) deps.logger.warn({ err: error }, 'bills were not asked for again, will be tried later');
    }
  };
  const timer = setInterval(() => {
    if (stopped || running !== undefined) return;
    running = round().finally(() => {
      running = undefined;
    });
  }, LOOK_EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
      part.end();
    },
  };
}
