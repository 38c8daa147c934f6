import { errorCatalogue } from '@citycard/common';

/** What can be wrong with an objection to a refused record, and with its answer. */
export const appealErrors = errorCatalogue('clearing.appeals', {
  recordUnknown: { status: 404, sentence: 'You have no refused record there.' },
  notRefused: { status: 409, sentence: 'The record is {state}; an objection is made to a refused one.' },
  tooLate: {
    status: 409,
    sentence: 'The record was refused on {refusedOn}; objections are taken for {days} days, until {until}.',
  },
  exists: { status: 409, sentence: 'You have objected to this record before, as number {appealNo}.' },
  unknown: { status: 404, sentence: 'There is no objection {appealNo}.' },
  answered: { status: 409, sentence: 'Objection {appealNo} is answered: {state}.' },
  notProposed: { status: 409, sentence: 'Nobody has proposed an answer to objection {appealNo} yet.' },
});
