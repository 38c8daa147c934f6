import { errorCatalogue } from '@citycard/common';

/** What residents are told at their desk; none of it says whether a card exists. */
export const deskErrors = errorCatalogue('card-issuer.resident-desk', {
  notKnown: {
    status: 404,
    sentence: 'Card number and second fact do not go together. Compare both with the card, or ask at a counter.',
  },
  tooMany: {
    status: 429,
    sentence: 'Too many attempts that did not fit. It goes on at {until}; a counter or the hotline helps at once.',
  },
  proofWrong: { status: 422, sentence: 'The proof of work is missing, used or too old. Ask for a new one.' },
  passOver: { status: 403, sentence: 'More than ten minutes have passed. Enter card number and second fact again.' },
  notOpen: { status: 409, sentence: 'The card is {state}; it does not have to be reported any more.' },
  contactWrong: { status: 422, sentence: 'A text message needs a mobile number of this country, 11 digits.' },
  noNotices: { status: 404, sentence: 'No notices are asked for with this card.' },
});
