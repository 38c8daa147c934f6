import { errorCatalogue } from '@citycard/common';

export const validationErrors = errorCatalogue('clearing-validation', {
  hsmUnavailable: {
    status: 503,
    sentence:
      'The HSM does not answer, so no TAC can be checked. No purchase record was decided; start the HSM, validation goes on where it stopped.',
  },
  hsmRefused: {
    status: 500,
    sentence:
      'The HSM refused to check TACs (error {code}). No purchase record was decided; see that it holds the TAC key {key}.',
  },
  overtaken: {
    status: 409,
    sentence:
      'Purchase records changed again and again while they were being decided. Nothing was lost; run validation again.',
  },
  ruleInThePast: {
    status: 422,
    sentence: 'A rule is set from tomorrow on at the earliest; {validFrom} is not after {today}.',
  },
  ruleSet: { status: 409, sentence: 'The rule {ruleName} from {validFrom} on is set already; choose a later day.' },
  ruleNeedsValue: { status: 422, sentence: 'The rule {ruleName} always has a number; it cannot be taken away.' },
  codeUnknown: {
    status: 422,
    sentence:
      'There is no reason code {reasonCode}; records are held as 04 conflict, 05 gray, 08 money or 0F inspection.',
  },
  recordUnknown: {
    status: 404,
    sentence: 'No such purchase record has been judged; see the list of held records for those that wait.',
  },
  notHeld: { status: 409, sentence: 'This purchase record is {state}; only a held one can be decided.' },
  cityDecides: {
    status: 409,
    sentence:
      'The card is of city {city}, which decides about its purchases; wait for its answer, or ask it for one. What it does not answer can be refused here after a while, never paid.',
  },
  waitsForRoom: {
    status: 409,
    sentence:
      'City {city} has accepted this purchase, and it waits for room below what the city may owe: it is booked when the city has paid or two officers raise its position cap.',
  },
  lateTap: {
    status: 409,
    sentence: 'The balance of this card has gone, so two persons decide who pays it as a late tap (GET /v1/late-taps).',
  },
  counterTaken: {
    status: 409,
    sentence: 'The card made another purchase with this counter or transaction, {other}. Refuse the record instead.',
  },
  purseMissing: {
    status: 409,
    sentence: 'The card has no purse here, so nobody can be paid from it. Refuse the record.',
  },
  payerUseless: {
    status: 422,
    sentence: 'The record waits because the purse has too little: let the company pay, or wait for the load.',
  },
  cardHasPaid: {
    status: 409,
    sentence:
      'The card has paid: {finding}. Let the purse pay, or the second pass after its wait. If the company is to pay all the same, say so: "althoughCardPaid", or accept=company-although-paid.',
  },
  verdictMixed: {
    status: 422,
    sentence:
      'For {record}: an acceptance names a payer, a refusal a reason code of the interface, never both; althoughCardPaid is said of the company only.',
  },
  decided: { status: 409, sentence: 'The proposal was carried out already.' },
  notFinal: { status: 422, sentence: 'Reason {reasonCode} says that a record is held; refuse it with a final one.' },
});
