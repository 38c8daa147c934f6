import { errorCatalogue } from '@citycard/common';

/** What can be wrong when something is given back to a card. */
export const correctionErrors = errorCatalogue('clearing.corrections', {
  cardIsHistory: { status: 409, sentence: 'The card is {status}; correct the card its holder has now.' },
  purchaseNeeded: {
    status: 422,
    sentence: 'An operator pays back a purchase of its own: name its card, business day, intake and index.',
  },
  purchaseUnknown: { status: 404, sentence: 'There is no such purchase that an operator here was paid for.' },
  moreThanPurchase: {
    status: 422,
    sentence:
      'Of this purchase {leftFen} fen are left to give back; earlier corrections count, and what went back as a concession.',
  },
  payerUnknown: { status: 422, sentence: 'Name the {payer} that pays: there is none of that number.' },
  caseReserved: {
    status: 422,
    sentence: '{caseNo} is a case of a resident: its credit is proposed and approved with the case.',
  },
  caseTaken: {
    status: 409,
    sentence: 'Case {caseNo} of this card says something else; give the new one its own number.',
  },
  caseUnknown: { status: 404, sentence: 'Nobody has proposed case {caseNo} for this card under that approval.' },
});
