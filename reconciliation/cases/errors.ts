import { errorCatalogue } from '@citycard/common';

/** What can be wrong with an act on a resident's case. Nothing of the case changes then. */
export const caseErrors = errorCatalogue('reconciliation.cases', {
  unknown: { status: 404, sentence: 'There is no case {caseNo} for you.' },
  orderUnknown: { status: 404, sentence: 'There is no order {orderNo} of yours.' },
  orderDiffers: {
    status: 409,
    sentence: 'Order {orderNo} came before with another content. A new matter needs a new order number.',
  },
  cardUnknown: {
    status: 422,
    sentence: 'No card of this city has that number; look at the card, or ask for it at a counter.',
  },
  notYet: { status: 422, sentence: 'A case is about a day until today; {date} is still to come.' },
  tooOld: { status: 422, sentence: 'A case is about a day of the last {years} years; {date} is before that.' },
  participantUnknown: { status: 422, sentence: '{participantNo} is no operator, agent or biller of this city.' },
  ended: { status: 409, sentence: 'Case {caseNo} ended on {endedOn}. Open another one if something is new.' },
  notAsked: { status: 409, sentence: 'Case {caseNo} does not wait for your answer any more.' },
  notCredited: { status: 404, sentence: 'Case {caseNo} has no proposed credit that waits for its approval.' },
  creditProposed: {
    status: 409,
    sentence: 'A credit is proposed for case {caseNo}: approve it, or refuse it first.',
  },
  purchaseElsewhere: {
    status: 422,
    sentence: 'The purchase named is not in the record chain of case {caseNo}; see its chain for those that are.',
  },
  payerNotAsked: {
    status: 422,
    sentence: 'An agent or biller pays back in a case it was asked about; case {caseNo} asked none.',
  },
  daysBad: {
    status: 422,
    sentence:
      'A participant has 1 to 30 days for its answer, and the company as many or more, at most 60, for the end.',
  },
  periodBad: { status: 422, sentence: 'From {from} to {to} is no period of at most 366 days.' },
});
