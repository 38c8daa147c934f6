import { errorCatalogue } from '@citycard/common';

/** What can be wrong with the application of a school or an employer. */
export const groupErrors = errorCatalogue('card-issuer.groups', {
  groupUnknown: { status: 404, sentence: 'There is no group application of this number.' },
  headerWrong: { status: 422, sentence: 'The first line of the table must name the columns; missing: {columns}.' },
  tooManyRows: { status: 422, sentence: 'A file has at most {most} rows; divide it.' },
  noBytes: { status: 422, sentence: 'Hand in the table as application/octet-stream.' },
  nobody: { status: 409, sentence: 'Nobody of this group is waiting for a card.' },
  photoUnknown: {
    status: 404,
    sentence:
      'No row of this group names this photo; compare its name with the column "photo" or the number of the row.',
  },
  photoNameMissing: { status: 422, sentence: 'Name the photo in the header x-photo-name, percent-encoded.' },
  memberUnknown: {
    status: 404,
    sentence: 'Card {card} was not handed out to anybody of this group, or is back already.',
  },
  notTheContact: { status: 403, sentence: 'Only the contact person of this group sees its list.' },
});
