import { readerErrors } from './errors.ts';
import type { CardInReader } from './reader.ts';

const selectPurse = Buffer.from('00A4040008A000000632010105', 'hex');
const readApplicationSerial = Buffer.from('00B0950A0A', 'hex');
/** Done, or selected although the application is blocked: its public file can be read all the same. */
const selected = ['9000', '6A81', '9303'];

/**
 * Selects the purse application and reads the number the card claims (file 15h, bytes 10–19). The number alone proves
 * nothing: only a MAC under a key of the card does.
 *
 * @returns 19 digits, or undefined for a blank or a card of something else
 * @throws card-issuer.chip-gone
 */
export async function cardNumberOf(card: CardInReader): Promise<string | undefined> {
  const { status } = await card.transmit(selectPurse);
  if (!selected.includes(status)) return undefined;
  const serial = await card.transmit(readApplicationSerial);
  const digits = serial.data.toString('hex');
  return serial.status === '9000' && /^0[0-9]{19}$/.test(digits) ? digits.slice(1) : undefined;
}

/**
 * Makes sure, before a step that moves money or keys, that the card in the reader is the one the step is for. Leaves its
 * purse application selected.
 *
 * @throws card-issuer.readers.card-not-ours, other-card; card-issuer.chip-gone
 */
export async function requireCardInReader(card: CardInReader, cardNo: string): Promise<void> {
  const found = await cardNumberOf(card);
  if (found === undefined) throw readerErrors.cardNotOurs();
  if (found !== cardNo) throw readerErrors.otherCard({ found, expected: cardNo });
}
