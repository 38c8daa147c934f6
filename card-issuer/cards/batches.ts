import {
  addDays,
  type BusinessDate,
  businessDate,
  cityDate,
  type Database,
  luhnDigit,
  type Principal,
  recordAct,
  transact,
} from '@citycard/common';
import { HOME_CITY } from '@citycard/clearing';
import { issuerErrors } from '../errors.ts';

/** Issuer code inside the card number (terminal interface, section 5: 310 ‖ city 4 ‖ issuer 2 ‖ sequence 9 ‖ Luhn). */
const ISSUER = '01';

/** Sandbox cards have an issuer code of their own, so that their numbers can never meet those of real cards. */
export const SANDBOX_ISSUER = '99';

/** The card number with the given sequence, its Luhn digit included. */
export function composeCardNo(issuer: string, sequence: bigint): string {
  const body = `310${HOME_CITY}${issuer}${sequence.toString().padStart(9, '0')}`;
  return body + luhnDigit(body);
}

/**
 * Prepares the data of a batch: numbers and validity of every card, waiting for a second person's release.
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
    const found = await tx.query<{ validity_years: number }>(
      'select validity_years from issuer.card_product where product = $1',
      [product],
    );
    const validity = found.rows[0];
    if (validity === undefined) throw issuerErrors.productUnknown(product);

    const batch = await tx.query<{ batch_id: bigint }>(
      'insert into issuer.card_batch (product, card_count, prepared_by) values ($1, $2, $3) returning batch_id',
      [product, count, officer.id],
    );
    const batchId = batch.rows[0]?.batch_id ?? 0n;
    const sequences = await tx.query<{ sequence: bigint }>(
      `select nextval('issuer.card_sequence') as sequence from generate_series(1, $1)`,
      [count],
    );
    const validFrom = cityDate(new Date());
    await tx.query(
      `insert into issuer.card (card_no, batch_id, product, valid_from, valid_to)
       select number, $2, $3, $4, $5 from unnest($1::text[]) as number`,
      [
        sequences.rows.map((row) => composeCardNo(ISSUER, row.sequence)),
        batchId,
        product,
        validFrom,
        lastDay(validFrom, validity.validity_years),
      ],
    );
    await recordAct(tx, officer, { act: 'prepare-batch', subject: `batch ${batchId}`, detail: { product, count } });
    return { batchId };
  });
}

/** The day before the same day so many years later. */
function lastDay(from: BusinessDate, years: number): BusinessDate {
  const [year = '', month = '', day = ''] = from.split('-');
  const sameDay = month === '02' && day === '29' ? '28' : day;
  return addDays(businessDate(`${Number(year) + years}-${month}-${sameDay}`), -1);
}

/**
 * Releases a prepared batch to the machine. Two people: the database refuses the one who prepared it as well.
 *
 * @throws card-issuer.batch-unknown, card-issuer.batch-released, card-issuer.second-person-needed
 */
export async function releaseBatch(db: Database, officer: Principal, batchId: bigint): Promise<void> {
  await transact(db, async (tx) => {
    const found = await tx.query<{ prepared_by: string; released_by: string | null }>(
      'select prepared_by, released_by from issuer.card_batch where batch_id = $1 for update',
      [batchId],
    );
    const batch = found.rows[0];
    if (batch === undefined) throw issuerErrors.batchUnknown();
    if (batch.released_by !== null) throw issuerErrors.batchReleased();
    if (batch.prepared_by === officer.id) throw issuerErrors.secondPersonNeeded();
    await tx.query('update issuer.card_batch set released_by = $2, released_at = now() where batch_id = $1', [
      batchId,
      officer.id,
    ]);
    await recordAct(tx, officer, { act: 'release-batch', subject: `batch ${batchId}` });
  });
}

/** Where a batch stands: how many cards are ready, how many chips were begun and not finished. */
export interface BatchProgress {
  readonly count: number;
  readonly personalised: number;
  readonly unfinished: number;
  readonly cards: readonly string[];
}

export async function batchProgress(db: Database, batchId: bigint): Promise<BatchProgress> {
  const batch = await db.query<{ card_count: number }>('select card_count from issuer.card_batch where batch_id = $1', [
    batchId,
  ]);
  const count = batch.rows[0]?.card_count;
  if (count === undefined) throw issuerErrors.batchUnknown();
  const cards = await db.query<{ card_no: string; state: string }>(
    'select card_no, state from issuer.card where batch_id = $1 order by card_no',
    [batchId],
  );
  const ready = cards.rows.filter((card) => card.state !== 'prepared' && card.state !== 'personalising');
  return {
    count,
    personalised: ready.length,
    unfinished: cards.rows.filter((card) => card.state === 'personalising').length,
    cards: ready.map((card) => card.card_no),
  };
}
