import { errorCatalogue } from '@citycard/common';

export const spreadsheetErrors = errorCatalogue('card-issuer.spreadsheet', {
  unreadable: { status: 422, sentence: 'The table cannot be read: {detail}. Hand it in as CSV or as XLSX.' },
});
