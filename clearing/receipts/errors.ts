import { errorCatalogue } from '@citycard/common';

/** What can go wrong with the receipts of closed days. */
export const receiptErrors = errorCatalogue('clearing.receipts', {
  unknown: { status: 404, sentence: 'There is no receipt of {date}; a day has one when it is closed.' },
  unsigned: {
    status: 409,
    sentence: 'The receipt of {date} is not signed yet; it will be as soon as the HSM answers. Ask again in a minute.',
  },
  unreadable: {
    status: 422,
    sentence: 'Receipt {place} of those given is no receipt of this city ({reason}); nothing was compared.',
  },
  badSignature: {
    status: 422,
    sentence: 'The signature of the receipt of {date} does not hold: {reason}. Nothing was compared.',
  },
});
