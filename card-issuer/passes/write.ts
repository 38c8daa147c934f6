import { passesForCard } from '@citycard/clearing';
import { cityDate, type Database, type Principal, recordAct, transact, type Transaction } from '@citycard/common';
import { noteOnCard } from '../cards/history.ts';
import { type ScriptCard, type ScriptHsm, sendSecured } from '../counter/card-scripts.ts';
import type { CardInReader } from '../readers/reader.ts';
import { passErrors } from './errors.ts';
import { PASSES_AT, PASSES_LENGTH, passPlaces } from './places.ts';

const readPlaces = Buffer.from([0x00, 0xb0, 0x97, PASSES_AT, PASSES_LENGTH]);
const updatePlaces = Buffer.from([0x04, 0xd6, 0x97, PASSES_AT]).toString('hex');

/** What the books want on the chip of a card today. */
const wanted = async (db: Database | Transaction, about: Pick<ScriptCard, 'cardNo'>): Promise<Buffer> =>
  passPlaces(await passesForCard(db, about.cardNo, cityDate(new Date())));

/**
 * Writes the passes of the books to the card in the reader, all in one UPDATE with a MAC, so that the chip has the old ones or
 * the new ones and nothing between, and reads them back. A chip that says them already is not written.
 *
 * @param changing the transaction that changes what the books say, when the chip must not be left behind; it notes the script too
 * @returns whether something was written
 * @throws card-issuer.passes.not-as-written; card-issuer.chip-refused, chip-gone
 */
export async function writePasses(
  deps: { readonly db: Database; readonly hsm: ScriptHsm },
  clerk: Principal,
  card: CardInReader,
  about: ScriptCard,
  changing?: Transaction,
): Promise<boolean> {
  const places = await wanted(changing ?? deps.db, about);
  const before = await card.expect(readPlaces, 'READ 17h, passes');
  const written = !before.equals(places);
  if (written) {
    await sendSecured(deps.hsm, card, about, {
      name: 'UPDATE 17h, passes',
      key: 'DAMK',
      header: updatePlaces,
      data: places,
    });
    if (!(await card.expect(readPlaces, 'READ 17h, passes')).equals(places)) throw passErrors.notAsWritten();
  }
  const note = async (tx: Transaction): Promise<void> => {
    await tx.query(
      `insert into issuer.pass_script (card_no, content, written_by) values ($1, $2, $3)
       on conflict (card_no) do update set content = excluded.content, written_by = excluded.written_by, written_at = clock_timestamp()`,
      [about.cardNo, places, clerk.id],
    );
    if (!written) return;
    const why = `passes ${places.toString('hex')}`;
    await noteOnCard(tx, about.cardNo, { step: 'write-passes', by: clerk.id, why });
    await recordAct(tx, clerk, { act: 'write-passes', subject: `card ${about.cardNo}`, detail: {} });
  };
  await (changing === undefined ? transact(deps.db, note) : note(changing));
  return written;
}

/** Whether the chip was last written with what the books say today; a card that never had a pass is as the books say. */
export async function passesAreOnCard(db: Database, about: Pick<ScriptCard, 'cardNo'>): Promise<boolean> {
  const places = await wanted(db, about);
  const { rows } = await db.query<{ content: Buffer }>('select content from issuer.pass_script where card_no = $1', [
    about.cardNo,
  ]);
  return (rows[0]?.content ?? Buffer.alloc(PASSES_LENGTH)).equals(places);
}

/**
 * Brings the chip of a card that lies in a reader for something else up to the books: a pass that an employer bought, or that
 * could not be written when it was sold. What goes wrong here is no fault of what the card came for: it is tried again the
 * next time.
 */
export async function catchUpPasses(
  deps: { readonly db: Database; readonly hsm: ScriptHsm },
  clerk: Principal,
  card: CardInReader,
  about: ScriptCard,
): Promise<void> {
  const { rows } = await deps.db.query<{ state: string }>('select state from issuer.card where card_no = $1', [
    about.cardNo,
  ]);
  if (rows[0]?.state !== 'active' || (await passesAreOnCard(deps.db, about))) return;
  await writePasses(deps, clerk, card, about).catch(() => false);
}
