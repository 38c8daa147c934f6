import { errorCatalogue } from '@citycard/common';

/** What can be wrong with passes on a card. */
export const passErrors = errorCatalogue('card-issuer.passes', {
  notAsWritten: {
    status: 502,
    sentence:
      'The chip does not say what was just written of passes. Put the card in again; if it stays so, replace it.',
  },
  cardNotActive: { status: 409, sentence: 'The card is {state}; passes are written to a card that is active.' },
});
