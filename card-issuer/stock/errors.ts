import { errorCatalogue } from '@citycard/common';

/** What the people who keep the blanks are told. */
export const stockErrors = errorCatalogue('card-issuer.stock', {
  notEnough: { status: 409, sentence: 'There are not that many blanks of kind {chipKind} at {location}.' },
  noBlanks: {
    status: 409,
    sentence:
      'The stock at {location} holds no blank of kind {chipKind}; receive or move blanks there before personalising.',
  },
  locationUnknown: {
    status: 422,
    sentence: 'No place of the stock is called {location}, or nothing moves by hand there.',
  },
  locationTaken: { status: 409, sentence: 'There is a place called {location} already.' },
  chipKindUnknown: { status: 422, sentence: 'No card product is made of chips of kind {chipKind}.' },
  documentTaken: { status: 409, sentence: 'Document {documentNo} was booked already, with other content.' },
  transferUnknown: { status: 404, sentence: 'No hand-over has this number.' },
  transferDone: { status: 409, sentence: 'The hand-over is {state} already.' },
  secondPersonNeeded: { status: 409, sentence: 'What one person hands over another one counts and receives.' },
  handedByAnother: { status: 409, sentence: 'A hand-over is taken back by the person who handed over.' },
  countDiffers: {
    status: 409,
    sentence:
      'The slip says {quantity} and {counted} were counted. Count again together, or have it taken back and hand over what is there.',
  },
  reasonMissing: { status: 422, sentence: 'Say why the blanks are written off.' },
});
