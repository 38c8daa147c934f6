import type { CardInReader } from '../readers/reader.ts';
import type { PersonalisedChip } from './chip.ts';

/** The card in a PC/SC reader as a chip that is personalised or read back; the reader has powered it already. */
export function chipInReader(card: CardInReader): PersonalisedChip {
  return {
    powerOn: () => Promise.resolve(card.answerToReset),
    transmit: (apdu) => card.transmit(apdu),
    expect: (apdu, step) => card.expect(apdu, step),
  };
}
