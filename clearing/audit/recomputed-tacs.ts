import type { Database } from '@citycard/common';
import { decodePurchaseRecord } from '../purchases/purchase-record.ts';
import type { CardNo } from '../purses/card-number.ts';
import { findPurses } from '../purses/purse.ts';
import { checkTacs, type TacHsm } from '../validation/check-tacs.ts';
import { refKey, refOf, type RefRow } from '../validation/received-purchase.ts';
import { readRuleBook } from '../validation/rules.ts';
import type { SampleItem } from './sample.ts';

/** What the HSM says of a record's TAC today; a card of another city has its keys there. */
export type RecomputedTac = 'right' | 'wrong' | 'not a card of ours';

/** Records asked about in one go. */
const BATCH = 500;

/**
 * Computes the TAC of every record anew, whatever was decided about it, from the bytes as received and the key of its day.
 * In the order of the items.
 *
 * @throws CityCardError `clearing-validation.hsm-unavailable`, `.hsm-refused`
 */
export async function recomputeTacs(db: Database, hsm: TacHsm, items: readonly SampleItem[]): Promise<RecomputedTac[]> {
  const book = await readRuleBook(db);
  const said: RecomputedTac[] = [];
  for (let from = 0; from < items.length; from += BATCH) {
    const part = items.slice(from, from + BATCH);
    const { rows } = await db.query<RefRow & { raw: Buffer }>(
      `select r.card_no, r.business_date, r.intake_id, r.record_index, r.raw
         from unnest($1::text[], $2::date[], $3::bigint[], $4::int[]) with ordinality as i(card_no, business_date, intake_id, record_index, place)
         join clearing.purchase_record r using (card_no, business_date, intake_id, record_index) order by i.place`,
      [
        part.map(({ cardNo }) => cardNo),
        part.map(({ businessDate }) => businessDate),
        part.map(({ intakeId }) => intakeId),
        part.map(({ recordIndex }) => recordIndex),
      ],
    );
    const purses = await findPurses(db, rows.map(({ card_no }) => card_no) as CardNo[]);
    const ours = rows.flatMap((row) => {
      const purse = purses.get(row.card_no as CardNo);
      if (purse === undefined) return [];
      const ref = refOf(row);
      return [{ purse, purchase: { ref, raw: row.raw, record: decodePurchaseRecord(row.raw) } }];
    });
    const right = new Map<string, boolean>();
    // The key may have been another one on another day.
    for (const day of new Set(ours.map(({ purchase }) => purchase.ref.businessDate))) {
      const questions = ours.filter(({ purchase }) => purchase.ref.businessDate === day);
      const answers = await checkTacs(hsm, book.on(day).tacKey, questions);
      questions.forEach(({ purchase }, index) => right.set(refKey(purchase.ref), answers[index] === true));
    }
    for (const row of rows) {
      const answer = right.get(refKey(refOf(row)));
      said.push(answer === undefined ? 'not a card of ours' : answer ? 'right' : 'wrong');
    }
  }
  return said;
}
