import { errorCatalogue } from '@citycard/common';

/** Why a load cannot be cancelled, or not yet. */
export const cancellationErrors = errorCatalogue('clearing.cancellation', {
  loadUnknown: { status: 404, sentence: 'There is no such load of this card.' },
  notComplete: {
    status: 409,
    sentence:
      'Only a completed load is cancelled: this one is {state}, and the card has not proved it by its own code.',
  },
  notCash: { status: 409, sentence: 'Only a load paid in cash is cancelled; this one was paid otherwise.' },
  otherDay: {
    status: 409,
    sentence: 'A load is cancelled on its own business day, {date}; refund the card at the counter instead.',
  },
  purseNotActive: { status: 409, sentence: 'The card is {status}; only a card in use can be debited.' },
  balanceShort: {
    status: 409,
    sentence:
      'The card holds {balanceFen} fen, less than the {amountFen} fen of the load: part of it is spent already.',
  },
  unknown: { status: 404, sentence: 'Nobody has proposed to cancel this load.' },
  notApproved: { status: 409, sentence: 'A second person has to approve the cancellation before the card is debited.' },
  cancelled: { status: 409, sentence: 'This load was cancelled on {date} already.' },
  debitOpen: {
    status: 409,
    sentence:
      'The card was being debited for this load and it is not known whether it paid; put the card back and resolve that first.',
  },
  debitNotOpen: { status: 409, sentence: 'The card is not being debited for this load.' },
});
