import { errorCatalogue } from '@citycard/common';

export const concessionErrors = errorCatalogue('card-issuer.concessions', {
  noneRunning: { status: 404, sentence: 'The resident has no concession that is running.' },
  notOfProduct: {
    status: 409,
    sentence: 'Cards of the product {product} do not carry the concession {category}; issue a card of another product.',
  },
  endsBeforeToday: { status: 422, sentence: 'A concession ends today at the earliest, and {latest} at the latest.' },
  holderNotLiving: { status: 409, sentence: 'The resident is {state}; no concession is granted.' },
  cardNotTheirs: { status: 409, sentence: 'The card is {state} or has no holder; nothing is written to it.' },
});
