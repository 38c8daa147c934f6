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
  apportionmentUnknown: { status: 404, sentence: 'There is no apportionment {number}.' },
});
