import { errorCatalogue } from '@citycard/common';

/** What can be wrong with passes. */
export const concessionErrors = errorCatalogue('clearing.concessions', {
  passUnknown: { status: 404, sentence: 'No pass {code} is sold on {date}.' },
  cardNotActive: { status: 409, sentence: 'The card is {status}; a pass is sold for a card that is active.' },
  moneyMissing: { status: 409, sentence: 'There is not enough on {account} to pay {priceFen} fen.' },
  payFromUnknown: {
    status: 422,
    sentence: 'A pass is paid from pending-credit, online or an open cash shift, not from {account}.',
  },
  monthOpen: { status: 409, sentence: 'Month {month} is not over or has a business day that is not priced: {date}.' },
  nothingEnded: {
    status: 404,
    sentence: 'No pass {code} that ended in {month} waits for its price to be given to operators.',
  },
  passNotHere: { status: 404, sentence: 'The card has no pass {passNo} that could be given back.' },
  passOver: { status: 409, sentence: 'Pass {passNo} is over since {validTo}; nothing of it is left.' },
  passSharedOut: {
    status: 409,
    sentence: 'Its price was given to operators (apportionment {number}); correct the card by two persons instead.',
  },
  riddenAfter: {
    status: 409,
    sentence: 'A ride was made on pass {passNo} on {lastDay}; its last day cannot be earlier.',
  },
  passFileWrong: { status: 422, sentence: 'The file is not what its manifest says: {problem}.' },
  passFileUnknown: { status: 404, sentence: 'There is no file of passes {fileId}.' },
  passFileDecided: { status: 409, sentence: 'File {fileId} is {state}.' },
  apportionmentUnknown: { status: 404, sentence: 'There is no apportionment {number}.' },
});
