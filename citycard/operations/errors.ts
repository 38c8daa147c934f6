import { errorCatalogue } from '@citycard/common';

/** What those who run the installation may be told. */
export const operationsErrors = errorCatalogue('operations', {
  handoverOpen: {
    status: 409,
    sentence:
      'Hand-over {handoverNo} of {by} waits to be taken over. Take it over, or let {by} take it back, before another one is written.',
  },
  handoverUnknown: { status: 404, sentence: 'There is no hand-over {handoverNo}.' },
  handoverEnded: { status: 409, sentence: 'Hand-over {handoverNo} was {outcome} already.' },
  samePerson: {
    status: 409,
    sentence: '{name} gave this shift away and cannot take it over: another person does.',
  },
  notYours: { status: 409, sentence: 'Only {by} can take hand-over {handoverNo} back.' },
  pointUnknown: { status: 404, sentence: 'There is no open point {pointNo}.' },
  pointEnded: { status: 409, sentence: 'Point {pointNo} was ended already.' },
  badCursor: { status: 422, sentence: 'This is not the cursor of a page before; begin again without it.' },
});
