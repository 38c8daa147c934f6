import { errorCatalogue } from '@citycard/common';

/** What can be wrong with subsidy claims. */
export const subsidyErrors = errorCatalogue('clearing.subsidies', {
  claimed: { status: 409, sentence: 'Category {category} of {month} is claimed already, as claim {claimNo}.' },
  nothingToClaim: { status: 404, sentence: 'Nothing is to be claimed for category {category} in {month}.' },
  unknown: { status: 404, sentence: 'There is no claim {claimNo}.' },
  decided: { status: 409, sentence: 'Claim {claimNo} is {state}; this can be done to a proposed claim only.' },
  changed: {
    status: 409,
    sentence:
      'What is known of the holders of claim {claimNo} has changed since it was made; withdraw it and make it again.',
  },
});
