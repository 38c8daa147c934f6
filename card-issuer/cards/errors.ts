import { errorCatalogue } from '@citycard/common';

/** What a counter is told about the life of a card; each sentence says what to do. */
export const cardLifeErrors = errorCatalogue('card-issuer.card-life', {
  oneCardPerResident: {
    status: 409,
    sentence:
      'The resident has a card of this product already, {card}, which is {state}; report it lost, return it or replace it first.',
  },
  notBlockedFor: { status: 409, sentence: 'The card is not blocked for the reason "{kind}".' },
  frozen: {
    status: 409,
    sentence: 'The card is frozen by law; nothing of it moves until the authority that froze it lifts the freeze.',
  },
  holderDeceased: {
    status: 409,
    sentence: 'The holder has died; what the card holds goes to the heirs, not to another card.',
  },
  lostNotFormal: {
    status: 409,
    sentence: 'A loss reported by phone is made formal first, with the identity document, before the card is replaced.',
  },
  cardNotPresent: {
    status: 409,
    sentence: 'A card that is neither lost nor here cannot be {done}: report it lost, or take it in.',
  },
  newCardNotReady: { status: 409, sentence: 'The new card is {state}; take a personalised card from stock.' },
  sameCard: { status: 422, sentence: 'A card cannot take its own place.' },
  notRenewable: { status: 409, sentence: 'The card is valid until {validTo}; it can be renewed from {from} on.' },
  shiftShort: {
    status: 409,
    sentence: 'The shift has {availableFen} fen in cash and {neededFen} are to be paid out; fetch cash first.',
  },
  depositOwed: {
    status: 422,
    sentence: 'The deposit of the product is {depositFen} fen; {takenFen} fen is not enough.',
  },
  nothingWaiting: { status: 404, sentence: 'No balance of this card is waiting.' },
  notYetDue: {
    status: 409,
    sentence: 'The balance can be had from {dueOn} on, when all purchases of the card can have come in.',
  },
  nothingToPay: { status: 409, sentence: 'There is nothing to pay out for this card.' },
  neverFinished: {
    status: 409,
    sentence:
      'The card was never finished: reject it in its batch, so that its blank is booked and another card is made; its chip is destroyed with the rejects.',
  },
  holderGone: { status: 409, sentence: 'This resident is recorded as {state}; no card is issued to the record.' },
  callerUnknown: {
    status: 404,
    sentence: 'No one person fits what the caller says; ask for another fact or send the caller to a counter.',
  },
  nothingToClose: { status: 409, sentence: 'The holder has no card that is active; there is nothing to close.' },
  changedMeanwhile: {
    status: 412,
    sentence:
      'The card was changed by {by} since you looked at it: it is {state} now. Look at it again before you go on.',
  },
  ruleMissing: { status: 500, sentence: 'There is no value for the parameter {name} on {on}.' },
});
