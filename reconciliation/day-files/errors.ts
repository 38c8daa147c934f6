import { errorCatalogue } from '@citycard/common';

/** What can be wrong with a signed day file of an agent or a biller. A file is taken whole or not at all. */
export const dayFileErrors = errorCatalogue('reconciliation.day-files', {
  nameBad: {
    status: 422,
    sentence:
      '"{name}" is no day file of {participantNo}: its name is <partner>-<yyyymmdd>.day.csv, where the partner is the number of an agent or the code of a biller.',
  },
  notYours: { status: 403, sentence: 'Day files of {partner} are not yours to deliver.' },
  signatureBad: { status: 422, sentence: 'The signature of {name} is refused: {reason}.' },
  encodingBad: { status: 422, sentence: '{name} is neither UTF-8 nor GB 18030.' },
  headerBad: { status: 422, sentence: 'Line {line} of {name} has to be "{wanted}".' },
  headOther: {
    status: 422,
    sentence: 'The head of {name} is of partner {partner} and date {date}, its name of another.',
  },
  lineBad: { status: 422, sentence: 'Line {line} of {name} cannot be read: {reason}.' },
  headDiffers: {
    status: 422,
    sentence:
      'The head of {name} says {count} lines {kind} with {amountFen} fen; the file has {found} with {foundFen} fen. Send the whole file.',
  },
  fileKnown: {
    status: 409,
    sentence: 'A file {name} with another content was delivered before; what was delivered is kept.',
  },
  fileUnknown: { status: 404, sentence: 'There is no day file {name}.' },
  tooLarge: { status: 413, sentence: '{name} has more than {limit} lines.' },
});
