import { errorCatalogue } from '@citycard/common';

export const importErrors = errorCatalogue('card-issuer.resident-import', {
  anotherOpen: {
    status: 409,
    sentence: 'The import "{name}" (number {importId}) is not finished; finish or abandon it before another begins.',
  },
  unknown: { status: 404, sentence: 'No import has the number {importId}.' },
  notStaging: { status: 409, sentence: 'Import {importId} is {state}; it takes no more rows.' },
  columnUnknown: { status: 422, sentence: 'The column "{column}" is no item of the data dictionary.' },
  columnRepeated: { status: 422, sentence: 'The column {column} stands there twice.' },
  columnsMissing: {
    status: 422,
    sentence: 'The file needs at least the columns name and id-number (or another document).',
  },
  batchOutOfOrder: { status: 409, sentence: 'Batch {batchNo} cannot come now; batch {next} is next.' },
  otherFile: {
    status: 409,
    sentence: 'Batch {batchNo} is not what was sent under this number before: this is another file than the one begun.',
  },
  batchTooLarge: { status: 413, sentence: 'A batch has 1 to {most} rows.' },
  stagingLost: {
    status: 409,
    sentence:
      'The database restarted and lost staged rows of import {importId}; nobody was registered wrongly. Send the file again.',
  },
  unreadable: { status: 422, sentence: 'Line {line} of the file cannot be read: {reason}.' },
});
