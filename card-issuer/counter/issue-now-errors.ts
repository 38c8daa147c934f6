import { errorCatalogue } from '@citycard/common';

/** What a clerk is told who makes and hands over a card in one go. */
export const issueNowErrors = errorCatalogue('card-issuer.issue-now', {
  otherChip: {
    status: 409,
    sentence:
      'This issue was begun with chip {begun}; the reader holds chip {found}. Put the first one in again, or begin a new issue with a new Idempotency-Key.',
  },
  otherContent: {
    status: 422,
    sentence: 'This Idempotency-Key was used for another resident or product; use a new one.',
  },
  otherProduct: {
    status: 409,
    sentence: 'The card in the reader was made as product {made}, not {asked}; put in a blank, or ask for {made}.',
  },
  nothingPrepared: {
    status: 409,
    sentence:
      'No released batch has a card of product {product} left to make; have one prepared and released by two officers of the bureau.',
  },
});
