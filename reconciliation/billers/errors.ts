import { errorCatalogue } from '@citycard/common';

/** What can be wrong with a check of a biller, or with what is done about one of its bills. */
export const billCheckErrors = errorCatalogue('reconciliation.billers', {
  checkUnknown: { status: 404, sentence: 'Biller {billerCode} has no statement for {date} yet.' },
  notYours: { status: 403, sentence: 'Biller {billerCode} is not yours.' },
  billerUnknown: { status: 404, sentence: 'There is no biller {billerCode}; register it first.' },
  differenceUnknown: {
    status: 404,
    sentence: 'The check of {date} has no such open difference of payment {paymentId}.',
  },
  actionUnfit: { status: 422, sentence: 'A difference of kind {kind} is not resolved by {action}; {fitting} can be.' },
  actionUnknown: { status: 404, sentence: 'Nobody has proposed what is done about payment {paymentId}.' },
  nothingToMakeUp: {
    status: 422,
    sentence: 'The biller has no more of payment {paymentId} than we have; nothing is made up on our side.',
  },
  bearerUnfit: {
    status: 422,
    sentence: 'The money of payment {paymentId} cannot come from {bearer}: {why}.',
  },
});
