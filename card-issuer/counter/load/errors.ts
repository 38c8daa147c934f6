import { errorCatalogue } from '@citycard/common';

/** What a clerk is told when the card in the reader is to be loaded; each sentence says what to do with card and cash. */
export const counterLoadErrors = errorCatalogue('card-issuer.counter-load', {
  nothingToLoad: { status: 422, sentence: 'Say how much cash is taken, or how much of what waits is collected.' },
  refused: {
    status: 409,
    sentence: 'The load is refused ({code}): {why}. No cash is booked; give it back.',
  },
  torn: {
    status: 502,
    sentence:
      'The card left before it had answered, so nobody knows yet whether it took the money. Keep the cash, put the same card back and repeat; the card then says it.',
  },
  notTaken: {
    status: 409,
    sentence:
      'The card did not take the load ({status}). The cash is kept as its pending credit: repeat, or give the cash back.',
  },
  otherLoadOpen: {
    status: 409,
    sentence:
      'A load of {amountFen} fen was begun on this card and not ended; it has been settled just now. Look at the card again.',
  },
  proofUnavailable: {
    status: 409,
    sentence:
      'The card has made another transaction since and cannot prove the load; the next load of the card settles it. Give no cash back.',
  },
  otherContent: {
    status: 422,
    sentence: 'A load was begun under this key with another amount; repeat that one as it was.',
  },
  notWaiting: {
    status: 409,
    sentence: 'This load is not one whose cash waits for its holder; only that is given back.',
  },
  loadUnknown: { status: 404, sentence: 'No load at a counter has this number.' },
});

/** Why the books refuse a load, by its answer code (terminal interface, section 4). */
export const refusalWords: Readonly<Record<string, string>> = {
  '03': 'the card has no account that pays',
  '13': 'the amount is not above zero',
  '14': 'the card is not known',
  '25': 'a load of this number is over',
  '51': 'less than that waits for the card',
  '54': 'the card has expired',
  '61': 'it is above a limit of the load, of the day or of the purse',
  '62': 'the card is closed in the books',
  '68': 'two loads met; repeat it',
  '90': 'no business day is open',
  '94': 'a load of this number was another',
  A1: 'the card does not prove its balance with its own key; keep it and report it',
};
