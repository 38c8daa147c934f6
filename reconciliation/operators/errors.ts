import { errorCatalogue } from '@citycard/common';

/** What can be wrong with what an operator delivers for comparison. Nothing is kept then. */
export const operatorErrors = errorCatalogue('reconciliation.operators', {
  notAnOperator: { status: 404, sentence: 'There is no operator {participantNo}.' },
  notYours: { status: 403, sentence: 'You deliver lists of {own} only.' },
  dayNotOver: { status: 422, sentence: 'The day {date} is not over; deliver its list when it is.' },
  fileTwice: { status: 422, sentence: 'The file {fileName} stands in the list twice.' },
  fileOfOtherDay: {
    status: 409,
    sentence: 'The file {fileName} stands in the list of {otherDate} already; a file is in the list of one day.',
  },
  listKnown: {
    status: 409,
    sentence:
      'For {date} another list of {participantNo} was taken. Lists are not replaced; send what is missing on the next day’s.',
  },
});
