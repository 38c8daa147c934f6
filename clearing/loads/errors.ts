import { errorCatalogue } from '@citycard/common';

/** What can be wrong with limits of loads and with credits waiting to be loaded. */
export const loadErrors = errorCatalogue('clearing.loads', {
  limitInThePast: {
    status: 422,
    sentence: 'A limit is set from tomorrow on at the earliest; {validFrom} is not after {today}.',
  },
  limitSet: { status: 409, sentence: 'The limit {limitName} from {validFrom} on is set already; choose a later day.' },
  creditLines: {
    status: 422,
    sentence: 'Nothing of the file was taken. {lines} lines are wrong; the first: {first}.',
  },
  creditFileUnknown: { status: 404, sentence: 'There is no file of credits {fileId}.' },
  creditFileDecided: { status: 409, sentence: 'The file of credits {fileId} is {state}.' },
});
