import { errorCatalogue } from '@citycard/common';

/** What can go wrong around bills; each sentence says what to do about it. */
export const billErrors = errorCatalogue('clearing.bills', {
  noBillsThere: {
    status: 422,
    sentence: 'Participant {participantNo} belongs to an industry of pattern {pattern}, which has no bills.',
  },
  addressMissing: { status: 422, sentence: 'Biller {billerCode} is asked over HTTP: say where (baseUrl).' },
  addressNeedless: {
    status: 422,
    sentence: 'Biller {billerCode} exchanges files and is not asked: leave baseUrl out.',
  },
  billerUnknown: { status: 404, sentence: 'There is no biller {billerCode}; register it first.' },
  notYours: { status: 403, sentence: 'Biller {billerCode} is not yours.' },
  byFileOnly: { status: 422, sentence: 'Biller {billerCode} is asked over HTTP; it delivers no files.' },
  overHttpOnly: {
    status: 422,
    sentence: 'Biller {billerCode} exchanges files: it delivers its statement, nobody can ask for it.',
  },
  notReached: {
    status: 503,
    sentence: 'Biller {billerCode} could not be asked; nothing was changed. Try again later.',
  },
  paymentUnknown: { status: 404, sentence: 'There is no such payment of a bill.' },
  paymentNotPaid: { status: 409, sentence: 'This bill is {state}; only a paid one can be cancelled.' },
  cancellationNotAllowed: { status: 409, sentence: 'Bills of this industry are not cancelled ({why}).' },
  cancellationKnown: { status: 409, sentence: 'The cancellation of this payment is {state} already.' },
  cancellationUnknown: { status: 404, sentence: 'Nobody has proposed to cancel this payment.' },
  meterWritten: { status: 409, sentence: 'The meter of this payment was written; a cancellation would give it away.' },
  writeUnknown: { status: 404, sentence: 'No meter write of this payment is due.' },
  writeDecided: { status: 409, sentence: 'The meter write of this payment is {state} already.' },
  dayNotOver: {
    status: 422,
    sentence: 'The day {date} is not over in the city; its statement comes from the next day on.',
  },
  statementKnown: {
    status: 409,
    sentence: 'Biller {billerCode} has delivered another statement for {date}; what was delivered is kept.',
  },
  fileRefused: { status: 422, sentence: 'The file {name} is refused: {problem}.' },
  fileKnown: { status: 409, sentence: 'A file {name} with another content was delivered before.' },
});
