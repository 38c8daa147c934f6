import { errorCatalogue } from '@citycard/common';

/** What can go wrong around payments after their sheets were approved; each sentence says what to do about it. */
export const settlementErrors = errorCatalogue('clearing.settlement', {
  paymentUnknown: { status: 404, sentence: 'No payment of ours is called {endToEndId}.' },
  paymentNotOut: {
    status: 409,
    sentence: 'Payment {endToEndId} is {state}; only one that is in transit can be given up.',
  },
  sheetNotRefused: {
    status: 409,
    sentence: 'Sheet {sheetNo} is no sheet of {date} whose payment the bank refused; look at the day again.',
  },
  sheetUnknown: { status: 404, sentence: 'There is no settlement sheet {sheetNo}.' },
  notHeld: {
    status: 409,
    sentence: 'Payments to participant {participantNo} are not held; nothing has to be released.',
  },
});
