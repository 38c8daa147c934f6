import { errorCatalogue } from '@citycard/common';

/** What can be wrong with cash brought to a till. */
export const cashSupplyErrors = errorCatalogue('card-issuer.cash-supply', {
  shiftClosed: { status: 409, sentence: 'There is no open shift of this number; cash is brought to open shifts only.' },
  unknown: { status: 404, sentence: 'This shift has no such cash supply.' },
  ended: { status: 409, sentence: 'This cash supply is {state}; order another one.' },
  notApproved: { status: 409, sentence: 'Nobody has approved this cash supply; the cash must not have left yet.' },
  ownTill: { status: 403, sentence: 'Nobody orders or approves cash for the own till.' },
  sourceWrong: {
    status: 422,
    sentence:
      '{from} is no account cash is taken from; name bank-custody or bank-paying (to refund balances), bank-card-deposits (to refund deposits), or cash-in-transit.',
  },
  sourceShort: { status: 409, sentence: '{from} holds {availableFen} fen and {neededFen} are to be taken out.' },
  countDiffers: {
    status: 409,
    sentence:
      'You counted {countedFen} fen, {amountFen} were sent. Count again; if it stays so, send all of it back (refusal). Nothing was booked.',
  },
  underWay: {
    status: 409,
    sentence: 'Cash supply {supplyId} is on its way to this shift; take it or send it back before the shift is closed.',
  },
});
