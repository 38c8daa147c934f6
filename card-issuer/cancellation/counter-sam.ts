import { assignSam, HOME_CITY } from '@citycard/clearing';
import { type Database, type Principal, recordAct, type Transaction } from '@citycard/common';
import { cancelErrors } from './errors.ts';

/** The SAM of a counter: a number of its own, played by the HSM. */
export interface CounterSam {
  readonly counter: string;
  readonly samNo: string;
  readonly participantNo: string;
}

const LAST_TRANSACTION = 0xffff_ffffn;

/**
 * Orders the SAM of a counter, assigned to the participant that runs the counter from this minute on. Ordering it again
 * gives the same SAM.
 *
 * @throws CityCardError `clearing.participant-unknown`
 */
export async function orderCounterSam(
  tx: Transaction,
  officer: Principal,
  order: { readonly counter: string; readonly participantNo: string },
): Promise<CounterSam> {
  const { counter, participantNo } = order;
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('counter sam ' || $1, 0))`, [counter]);
  const known = await tx.query<{ sam_no: string; participant_no: string }>(
    'select sam_no, participant_no from issuer.counter_sam where counter = $1',
    [counter],
  );
  const [row] = known.rows;
  if (row !== undefined) return { counter, samNo: row.sam_no, participantNo: row.participant_no };
  const next = await tx.query<{ sequence: bigint }>(`select nextval('issuer.sam_sequence') as sequence`);
  const samNo = `${HOME_CITY}01${(next.rows[0]?.sequence ?? 0n).toString().padStart(6, '0')}`;
  await tx.query('insert into issuer.counter_sam (counter, sam_no, participant_no) values ($1, $2, $3)', [
    counter,
    samNo,
    participantNo,
  ]);
  const thisMinute = new Date(Math.floor(Date.now() / 60_000) * 60_000);
  await assignSam(tx, { samNo, participantNo, validFrom: thisMinute });
  await recordAct(tx, officer, {
    act: 'order-counter-sam',
    subject: `SAM ${samNo}`,
    detail: { counter, participantNo },
  });
  return { counter, samNo, participantNo };
}

/**
 * Raises the transaction number of a counter's SAM. A number belongs to the debit only once this transaction is committed;
 * no number is ever used for two.
 *
 * @throws card-issuer.cancellation.counter-without-sam, sam-worn-out
 */
export async function nextTransaction(
  tx: Transaction,
  counter: string,
): Promise<CounterSam & { readonly transactionNo: number }> {
  const { rows } = await tx.query<{ sam_no: string; participant_no: string; transaction_no: bigint }>(
    `update issuer.counter_sam set transaction_no = transaction_no + 1 where counter = $1 and transaction_no < $2
     returning sam_no, participant_no, transaction_no`,
    [counter, LAST_TRANSACTION],
  );
  const [row] = rows;
  if (row !== undefined) {
    return { counter, samNo: row.sam_no, participantNo: row.participant_no, transactionNo: Number(row.transaction_no) };
  }
  throw (await findCounterSam(tx, counter)) === undefined
    ? cancelErrors.counterWithoutSam({ counter })
    : cancelErrors.samWornOut({ counter });
}

/** The SAM of a counter, if it has one. */
export async function findCounterSam(db: Database | Transaction, counter: string): Promise<CounterSam | undefined> {
  const { rows } = await db.query<{ sam_no: string; participant_no: string }>(
    'select sam_no, participant_no from issuer.counter_sam where counter = $1',
    [counter],
  );
  const [row] = rows;
  return row && { counter, samNo: row.sam_no, participantNo: row.participant_no };
}
