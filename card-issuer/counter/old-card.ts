import { cardNo } from '@citycard/clearing';
import type { Database, Principal } from '@citycard/common';
import { issuerErrors } from '../errors.ts';
import type { CardInReader, CounterReaders } from '../readers/reader.ts';
import { requireCardInReader } from '../readers/recognise.ts';
import { catchUpPasses } from '../passes/write.ts';
import {
  askCard,
  blockApplication,
  chipState,
  type ScriptCard,
  type ScriptHsm,
  unblockApplication,
} from './card-scripts.ts';
import type { CardSays } from './replace.ts';

export interface ChipDeps {
  readonly db: Database;
  readonly hsm: ScriptHsm;
  readonly readers: CounterReaders;
}

/** What scripts need to know of a card. @throws card-issuer.card-unknown */
export async function scriptCard(db: Database, number: string): Promise<ScriptCard & { readonly state: string }> {
  const { rows } = await db.query<{ algorithm: '3des' | 'sm4'; state: string }>(
    'select p.algorithm, c.state from issuer.card c join issuer.card_product p using (product) where c.card_no = $1',
    [number],
  );
  if (rows[0] === undefined) throw issuerErrors.cardUnknown();
  return { cardNo: cardNo(number), ...rows[0] };
}

/**
 * Works on the card in a clerk's reader, after making sure that it is the one meant. Passes that wait for the chip are
 * written when the work is done.
 *
 * @throws card-issuer.card-unknown, card-issuer.readers.*, card-issuer.chip-gone
 */
export async function withKnownCard<T>(
  deps: ChipDeps,
  clerk: Principal,
  where: { readonly cardNo: string; readonly reader: string },
  work: (card: CardInReader, about: ScriptCard & { readonly state: string }) => Promise<T>,
): Promise<T> {
  const about = await scriptCard(deps.db, where.cardNo);
  return deps.readers.withCard(clerk, where.reader, async (card) => {
    await requireCardInReader(card, where.cardNo);
    const done = await work(card, about);
    await catchUpPasses(deps, clerk, card, about);
    return done;
  });
}

/** States in which the books are done with a card: it is asked nothing any more. */
const DONE = ['replaced', 'returned', 'destroyed'];

/**
 * Ends the life of a card that lies in the reader. The chip says its balance and is blocked; then the work is done in the
 * books; then the chip is blocked for good. Whatever breaks off on the way, the card is never open with its money gone: a
 * chip left blocked is opened again by the next attempt, to be asked once more. A chip that cannot speak leaves `says` out.
 *
 * @throws what the work throws; card-issuer.card-scripts.card-not-genuine, card-issuer.readers.*, card-issuer.chip-gone
 */
export async function endWithCard<T>(
  deps: ChipDeps,
  clerk: Principal,
  where: { readonly cardNo: string; readonly reader?: string | undefined },
  work: (says: CardSays | undefined) => Promise<T>,
): Promise<T> {
  const { reader } = where;
  const { state } = await scriptCard(deps.db, where.cardNo);
  if (reader === undefined || DONE.includes(state)) return work(undefined);
  return withKnownCard(deps, clerk, { cardNo: where.cardNo, reader }, async (card, about) => {
    const { hsm } = deps;
    if ((await chipState(card)) === 'blocked') await unblockApplication(hsm, card, about);
    const says = await askCard(hsm, card, about);
    if (says === undefined) return work(undefined);
    await blockApplication(hsm, card, about, 'for now');
    let answer: T;
    try {
      answer = await work(says);
    } catch (error) {
      // Nothing has happened in the books. A card that has left meanwhile stays blocked until the next attempt.
      await unblockApplication(hsm, card, about).catch(() => undefined);
      throw error;
    }
    await blockApplication(hsm, card, about, 'for good').catch(() => undefined);
    return answer;
  });
}
