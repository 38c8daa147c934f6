import { errorCatalogue } from '@citycard/common';

/** What a counter is told about scripts to the card in its reader. */
export const cardScriptErrors = errorCatalogue('card-issuer.card-scripts', {
  cardNotGenuine: {
    status: 409,
    sentence: 'The card does not prove its balance with its own key; keep it and report it as a possible copy.',
  },
  noPin: { status: 409, sentence: 'Cards of this product have no PIN.' },
  pinWrong: { status: 409, sentence: 'The old PIN is wrong; {triesLeft} tries are left.' },
  pinBlocked: { status: 409, sentence: 'The PIN is blocked; unblock it with a new PIN, with the identity document.' },
  pinShape: { status: 422, sentence: 'A PIN has 4 to 12 digits and is not the same digit again and again.' },
  blockedForGood: {
    status: 409,
    sentence: 'The application on this card is blocked for good; the card can only be replaced or returned.',
  },
  closedInBooks: {
    status: 409,
    sentence: 'The card is {state} in the books; find, unblock or renew it there first.',
  },
  stillInUse: {
    status: 409,
    sentence: 'The card is {state}; replace, return or block it in the books before its chip is blocked for good.',
  },
});
