import { errorCatalogue } from '@citycard/common';

/** What can be wrong with an act on a difference. Nothing of the difference changes then. */
export const differenceErrors = errorCatalogue('reconciliation.differences', {
  unknown: { status: 404, sentence: 'There is no difference {differenceNo}.' },
  ended: {
    status: 409,
    sentence:
      'Difference {differenceNo} was ended on {endedOn}: {reason}. If the two sides disagree again, it is found again.',
  },
  proposalUnknown: { status: 404, sentence: 'Difference {differenceNo} has no proposal {approvalId}.' },
  changedSince: {
    status: 409,
    sentence:
      'Difference {differenceNo} has changed since the proposal {approvalId} was made. Look at it again and propose anew.',
  },
  accountRefused: {
    status: 422,
    sentence:
      'An adjustment is not booked on {account}: choose an existing account of a participant or the company, or purse or pending-credit with the number of the card.',
  },
  amountTooLarge: {
    status: 422,
    sentence:
      'Difference {differenceNo} is about {limit} fen at most; an adjustment of {amount} fen does not belong to it.',
  },
  ownerUnknown: { status: 422, sentence: '{owner} is no person who works for finance or the platform here.' },
  periodBad: { status: 422, sentence: 'From {from} to {to} is no period of at most 366 days.' },
});
