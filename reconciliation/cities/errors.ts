import { errorCatalogue } from '@citycard/common';

/** What can be wrong with a file of another city. A refused file changes nothing. */
export const cityErrors = errorCatalogue('cities', {
  nameBad: {
    status: 422,
    sentence: '"{name}" is no inter-city file name: <from>-<to>-<yyyymmdd>-<sequence of 8 digits>.ccip or .ccir.',
  },
  notForUs: { status: 422, sentence: 'File {name} is for city {to}; this is city {home}.' },
  cityUnknown: { status: 422, sentence: 'There is no agreement with city {city}.' },
  neverExchanged: { status: 404, sentence: 'Nothing was ever exchanged with city {city}; POST here orders it.' },
  notYourCity: { status: 403, sentence: 'File {name} is of another city than the one that delivers it.' },
  headerBad: { status: 422, sentence: 'File {name}: {problem}.' },
  nameAndHeaderDiffer: { status: 422, sentence: 'File {name}: name and header do not say the same {what}.' },
  lengthBad: { status: 422, sentence: 'File {name}: {count} rows make {expected} bytes; it has {length}.' },
  signatureBad: { status: 422, sentence: 'File {name}: {reason}.' },
  otherContent: {
    status: 409,
    sentence: 'File {known} was taken in before with other content; a sequence is never used again.',
  },
  rowBad: { status: 422, sentence: 'File {name}, row {row}: {problem}.' },
  rowNeverSent: {
    status: 422,
    sentence: 'File {name}, row {row}: record {index} of our file {sequence} was never sent to city {city}.',
  },
  rowAnswered: {
    status: 409,
    sentence: 'File {name}, row {row}: record {index} of our file {sequence} has its final answer already.',
  },
  rowsIncomplete: {
    status: 422,
    sentence: 'File {name}: the first answer must have all {expected} rows of our file {sequence} in order; {problem}.',
  },
  totalBad: {
    status: 422,
    sentence: 'File {name}: the header says {total} fen, the accepted rows add up to {sum} fen.',
  },
  purchasesRefused: { status: 422, sentence: 'File {name} is refused ({reason}): {detail}.' },
  notYourFiles: { status: 403, sentence: 'The files of city {city} are for that city only.' },
  fileUnknown: { status: 404, sentence: 'There is no file {name} for city {city}.' },
  agreementBad: { status: 422, sentence: 'The agreement with city {city} does not hold together: {problem}.' },
  certificateBad: { status: 422, sentence: 'The certificate from city {city} is not used: {problem}.' },
  reasonUnknown: { status: 422, sentence: 'There is no dispute reason {reason}; GET /v1/dispute-reasons lists them.' },
  reasonMisplaced: {
    status: 422,
    sentence: 'Reason {reason} is not said against outcome {outcome}; it is for {against}.',
  },
  rowUnknown: { status: 404, sentence: 'There is no record {position} of file {sequence} between us and city {city}.' },
  rowNotRefused: {
    status: 409,
    sentence:
      'Record {position} of file {sequence} was not refused for good ({standing}); there is nothing to dispute.',
  },
  disputeTooLate: {
    status: 409,
    sentence: 'Record {position} of file {sequence} was refused on {answeredOn}; a dispute was possible until {until}.',
  },
  disputed: { status: 409, sentence: 'Record {position} of file {sequence} is in dispute {disputeNo} already.' },
  disputeUnknown: { status: 404, sentence: 'There is no dispute {disputeNo}.' },
  disputeEnded: { status: 409, sentence: 'Dispute {disputeNo} has ended: {state}.' },
  disputeTheirs: { status: 409, sentence: 'Dispute {disputeNo} is for city {city} to answer, not for us.' },
  disputeOurs: { status: 409, sentence: 'Dispute {disputeNo} is for us to decide, not for city {city}.' },
  notByRow: { status: 422, sentence: 'Text file {name}, row {row}: {problem}.' },
  textBad: { status: 422, sentence: 'Text file {name}: {problem}.' },
  listBad: { status: 422, sentence: 'Hotlist {name}: {problem}.' },
  statementBad: { status: 422, sentence: 'Statement {name}: {problem}.' },
  sequenceSpent: { status: 409, sentence: 'All 99 999 999 sequence numbers for city {city} are used.' },
});
