import { errorCatalogue } from '@citycard/common';

/** What a clerk is told about readers and the cards in them. */
export const readerErrors = errorCatalogue('card-issuer.readers', {
  readerUnknown: {
    status: 404,
    sentence: 'No reader {name} is attached; start "citycard reader attach" on the computer it is plugged into.',
  },
  readerOfAnother: { status: 403, sentence: 'Reader {name} was attached by another clerk; use your own.' },
  readerBusy: { status: 409, sentence: 'Reader {name} is working on a card; wait until it is done.' },
  noCard: { status: 409, sentence: 'No card lies in reader {name}; put it in and try again.' },
  nameTaken: { status: 409, sentence: 'Another clerk has attached a reader {name}; give this one another name.' },
  notAuthenticated: {
    status: 401,
    sentence: 'The token is not that of a clerk; sign on again and attach with the new one.',
  },
  badName: {
    status: 400,
    sentence: 'A reader has a name of 1 to 40 letters, digits, spaces, dots, dashes or underscores.',
  },
  badGreeting: {
    status: 400,
    sentence: 'A reader attaches with {"reader":"its name","token":"the clerk’s token"} in its first frame.',
  },
  cardNotOurs: { status: 409, sentence: 'The card in the reader carries no purse of this city.' },
  otherCard: {
    status: 409,
    sentence: 'The card in the reader is {found}, not {expected}; put in the card that was begun with.',
  },
});
