import { errorCatalogue } from '@citycard/common';

/** What can be wrong with a match. A match that fails opens no difference and ends none. */
export const matchingErrors = errorCatalogue('reconciliation.matching', {
  headerBad: {
    status: 422,
    sentence: 'The first line of {side} has to name the columns {wanted}; it is "{found}".',
  },
  columnUnknown: {
    status: 422,
    sentence: 'Column "{column}" of {side} is none of {known}; leave it out.',
  },
  unreadable: { status: 422, sentence: 'Line {line} of {side} (the header is line 1) cannot be read: {reason}.' },
  keyTooLong: { status: 422, sentence: 'A key of {side} is longer than {limit} characters.' },
  tooManyLines: { status: 413, sentence: '{side} has more than {limit} lines; match it day by day.' },
  planUnknown: { status: 404, sentence: 'There is no plan "{plan}"; there are {plans}.' },
  runUnknown: { status: 404, sentence: 'There is no match {runNo}.' },
  runNotWaiting: { status: 409, sentence: 'Match {runNo} is {state}; files are taken before it is started only.' },
  runNotDone: { status: 409, sentence: 'Match {runNo} is {state}; there is no result to look at yet.' },
  everybodyOnly: {
    status: 422,
    sentence: 'Plan "{plan}" looks at all counterparts at once: the counterpart is "all".',
  },
  sideNotSent: { status: 422, sentence: 'Plan "{plan}" takes {side} from our own books; nothing is sent for it.' },
  sideMissing: { status: 409, sentence: 'Match {runNo} has no {side} yet; send the file first.' },
  partMissing: { status: 409, sentence: 'Match {runNo} lacks part {part} of {side}, of which later parts are here.' },
  partDiffers: {
    status: 409,
    sentence: 'Part {part} of {side} of match {runNo} came before with other content. Order another match.',
  },
  promisedMore: {
    status: 422,
    sentence:
      '{side} was announced with {lines} lines and {amountFen} fen and holds {found} lines and {foundFen} fen. Send the whole file for another match.',
  },
  filesDropped: {
    status: 410,
    sentence: 'What was sent as {side} of match {runNo} is no longer kept. Order another match and send it again.',
  },
  begunTooOften: {
    status: 500,
    sentence: 'Match {runNo} was begun {times} times and never came to its end. Look at the log, then order it again.',
  },
  counterpartMissing: { status: 422, sentence: 'Plan "{plan}" needs {what}.' },
});
