import { errorCatalogue } from '@citycard/common';

/** What can be wrong with an agent's day file or with what is done about its lines. Nothing changes then. */
export const agentErrors = errorCatalogue('reconciliation.agents', {
  notAnAgent: { status: 404, sentence: 'There is no load agent {participantNo}.' },
  notYours: { status: 403, sentence: 'You deliver the day files of {own} only.' },
  dayNotOver: { status: 422, sentence: 'The day {date} is not over; deliver its file when it is.' },
  totalsDiffer: {
    status: 422,
    sentence: 'The file says {said} and holds {held}; it is not whole. Deliver it again complete.',
  },
  statementKnown: {
    status: 409,
    sentence:
      'For {date} another file of {participantNo} was taken. What it lacks is made up line by line, not by another file.',
  },
  statementUnknown: { status: 404, sentence: '{participantNo} has delivered no file of {date}.' },
  differenceUnknown: { status: 404, sentence: 'There is no open difference {differenceNo} with a load agent.' },
  actionUnfit: { status: 422, sentence: 'A difference of kind {kind} is not ended by {action}; {fitting} would do.' },
  actionUnknown: { status: 404, sentence: 'Nobody has proposed anything about difference {differenceNo}.' },
  changedSince: {
    status: 409,
    sentence: 'Difference {differenceNo} has changed since the proposal. Look at it again and propose anew.',
  },
  cardHasIt: {
    status: 409,
    sentence:
      'Difference {differenceNo}: the card does not show that the load is missing on it (unexplained: {unexplainedFen} fen). Let the agent make it up, or take it back with the card at a counter.',
  },
});
