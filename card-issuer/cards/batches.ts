import { cityDate, type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import { makingInSql } from './life-cycle.ts';
import { nextCardNumbers } from './numbers.ts';
import { lastDayOf } from './validity.ts';

export { composeCardNo, SANDBOX_ISSUER } from './numbers.ts';

/** Prepared: waits for the second person. Released: the machine works on it. Paused: it does not, for now. */
export type BatchState = 'prepared' | 'released' | 'paused' | 'cancelled';

/** What people do with a batch after it was prepared, and in which states. */
const BATCH_STEPS = {
  release: { from: ['prepared'], to: 'released' },
  pause: { from: ['released'], to: 'paused' },
  resume: { from: ['paused'], to: 'released' },
  cancel: { from: ['prepared', 'released', 'paused'], to: 'cancelled' },
} as const satisfies Readonly<Record<string, { from: readonly BatchState[]; to: BatchState }>>;

const VOID = makingInSql('void');

/** The state after the step, or undefined when a batch in this state cannot take it. */
export function batchStateAfter(state: BatchState, step: keyof typeof BATCH_STEPS): BatchState | undefined {
  const { from, to }: { from: readonly BatchState[]; to: BatchState } = BATCH_STEPS[step];
  return from.includes(state) ? to : undefined;
}

export interface BatchTerms {
  readonly batch_id: bigint;
  readonly product: string;
  readonly product_version: number;
  readonly chip_kind: string;
  readonly state: BatchState;
  readonly prepared_by: string;
}

/**
 * Prepares the data of a batch: numbers and validity of every card of the product's newest approved version, waiting for
 * a second person's release.
 *
 * @throws card-issuer.product-unknown
 */
export async function prepareBatch(
  db: Database,
  officer: Principal,
  product: string,
  count: number,
): Promise<{ batchId: bigint }> {
  return transact(db, async (tx) => {
    const batch = await tx.query<{ batch_id: bigint }>(
      `insert into issuer.card_batch (product, product_version, chip_kind, card_count, waiting, prepared_by)
       select product, version, chip_kind, $2, $2, $3 from issuer.card_product where product = $1 returning batch_id`,
      [product, count, officer.id],
    );
    const batchId = batch.rows[0]?.batch_id;
    if (batchId === undefined) throw issuerErrors.productUnknown(product);
    await prepareCards(tx, batchId, count);
    await recordAct(tx, officer, { act: 'prepare-batch', subject: `batch ${batchId}`, detail: { product, count } });
    return { batchId };
  });
}

/** Adds cards to a batch, with numbers of their own and the validity of the batch's product. */
export async function prepareCards(tx: Transaction, batchId: bigint, count: number): Promise<string[]> {
  const found = await tx.query<{ product: string; years: number }>(
    `select b.product, (v.document ->> 'validityYears')::int as years
       from issuer.card_batch b join issuer.product_version v on v.product = b.product and v.version = b.product_version
      where b.batch_id = $1`,
    [batchId],
  );
  const terms = found.rows[0];
  if (terms === undefined) throw issuerErrors.batchUnknown();
  const numbers = await nextCardNumbers(tx, count);
  const validFrom = cityDate(new Date());
  await tx.query(
    `insert into issuer.card (card_no, batch_id, product, valid_from, valid_to)
     select number, $2, $3, $4, $5 from unnest($1::text[]) as number`,
    [numbers, batchId, terms.product, validFrom, lastDayOf(validFrom, terms.years)],
  );
  return numbers;
}

/** The batch, held until the transaction ends. @throws card-issuer.batch-unknown */
export async function lockBatch(tx: Transaction, batchId: bigint): Promise<BatchTerms> {
  const { rows } = await tx.query<BatchTerms>(
    'select batch_id, product, product_version, chip_kind, state, prepared_by from issuer.card_batch where batch_id = $1 for update',
    [batchId],
  );
  if (rows[0] === undefined) throw issuerErrors.batchUnknown();
  return rows[0];
}

/**
 * Releases a prepared batch to the machine. Two people: the database refuses the one who prepared it as well.
 *
 * @throws card-issuer.batch-unknown, card-issuer.batch-released, card-issuer.batch-not-in-state, card-issuer.second-person-needed
 */
export async function releaseBatch(db: Database, officer: Principal, batchId: bigint): Promise<void> {
  await transact(db, async (tx) => {
    const batch = await lockBatch(tx, batchId);
    if (batch.state === 'released' || batch.state === 'paused') throw issuerErrors.batchReleased();
    if (batchStateAfter(batch.state, 'release') === undefined)
      throw issuerErrors.batchNotInState({ state: batch.state, step: 'release' });
    if (batch.prepared_by === officer.id) throw issuerErrors.secondPersonNeeded();
    await tx.query(
      `update issuer.card_batch set state = 'released', released_by = $2, released_at = now() where batch_id = $1`,
      [batchId, officer.id],
    );
    await recordAct(tx, officer, { act: 'release-batch', subject: `batch ${batchId}` });
  });
}

/**
 * Pauses, resumes or cancels a batch. What a chip was begun for goes on in any case; a cancelled batch voids the numbers
 * that no chip was begun for. Taking the step again changes nothing.
 *
 * @throws card-issuer.batch-unknown, card-issuer.batch-not-in-state
 */
export async function stepBatch(
  db: Database,
  officer: Principal,
  batchId: bigint,
  step: 'pause' | 'resume' | 'cancel',
): Promise<BatchState> {
  return transact(db, async (tx) => {
    const { state } = await lockBatch(tx, batchId);
    if (state === BATCH_STEPS[step].to) return state;
    const after = batchStateAfter(state, step);
    if (after === undefined) throw issuerErrors.batchNotInState({ state, step });
    if (step === 'cancel') {
      await tx.query(
        `update issuer.card set state = ${VOID.after}, set_aside_reason = 'batch-cancelled', set_aside_at = now()
          where batch_id = $1 and ${VOID.before}`,
        [batchId],
      );
    }
    await tx.query(
      `update issuer.card_batch set state = $2, waiting = case when $2 = 'cancelled' then 0 else waiting end where batch_id = $1`,
      [batchId, after],
    );
    await recordAct(tx, officer, { act: `${step}-batch`, subject: `batch ${batchId}` });
    return after;
  });
}
