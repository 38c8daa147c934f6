import { errorCatalogue } from '@citycard/common';

/** What a counter is told while it debits a card for a cancelled load. */
export const cancelErrors = errorCatalogue('card-issuer.cancellation', {
  counterWithoutSam: {
    status: 409,
    sentence: 'Counter {counter} has no SAM; the platform orders one before cards can be debited there.',
  },
  samWornOut: {
    status: 409,
    sentence: 'The SAM of counter {counter} has used all its numbers; order another counter SAM.',
  },
  notEnough: {
    status: 409,
    sentence: 'The card holds less than the {amountFen} fen of the load: part of it is spent already.',
  },
  torn: {
    status: 409,
    sentence:
      'The card left before it had answered: give no cash. Put the same card back and repeat; the card then says whether it has paid.',
  },
  proofUnavailable: {
    status: 409,
    sentence:
      'The card has been used since and cannot prove this debit any more. Give no cash; its next purchases will show whether it paid.',
  },
  proofWrong: {
    status: 502,
    sentence: 'What the card gave as proof of payment is wrong. Give no cash, keep the card and call the platform.',
  },
  otherShift: {
    status: 409,
    sentence:
      'The cash of this load lies in the till of shift {shiftId} of {clerk}: only that clerk cancels it, while the shift is open. Otherwise refund the card.',
  },
  refused: {
    status: 502,
    sentence: 'The card refused {step} with {status}; it has not paid. Repeat, or give the card back.',
  },
});
