import type { CardInReader } from './reader.ts';
import { cardNumberOf } from './recognise.ts';

const readChipSerial = Buffer.from('80F6000308', 'hex');
const readBalance = Buffer.from('805C000204', 'hex');
const readValidity = Buffer.from('00B0951408', 'hex');
/** The application is blocked, for now or for good. */
const BLOCKED: Readonly<Record<string, 'blocked' | 'blocked for good'>> = {
  '6A81': 'blocked',
  '9303': 'blocked for good',
};

/** What lies in a reader, as anybody may read it; the number alone proves nothing. */
export type SeenCard =
  | {
      readonly kind: 'card';
      readonly cardNo: string;
      readonly application: 'open' | 'blocked' | 'blocked for good';
      readonly balanceFen?: number;
      /** YYYY-MM-DD */
      readonly validTo?: string;
    }
  | { readonly kind: 'blank'; readonly chipSerial: string }
  | { readonly kind: 'other'; readonly answerToReset: string };

/** Looks at the card in a reader: one of ours, a blank, or something else. Changes nothing. @throws card-issuer.chip-gone */
export async function lookAtCard(card: CardInReader): Promise<SeenCard> {
  const cardNo = await cardNumberOf(card);
  if (cardNo === undefined) {
    const serial = await card.transmit(readChipSerial);
    return serial.status === '9000' && serial.data.length === 8
      ? { kind: 'blank', chipSerial: serial.data.toString('hex').toUpperCase() }
      : { kind: 'other', answerToReset: card.answerToReset.toString('hex').toUpperCase() };
  }
  const validity = await card.transmit(readValidity);
  const balance = await card.transmit(readBalance);
  const digits = validity.data.toString('hex').slice(8);
  return {
    kind: 'card',
    cardNo,
    application: BLOCKED[balance.status] ?? 'open',
    ...(balance.status === '9000' && { balanceFen: balance.data.readUInt32BE() & 0x7fff_ffff }),
    ...(/^[0-9]{8}$/.test(digits) && { validTo: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}` }),
  };
}
