import { errorCatalogue } from '@citycard/common';

/** What can be wrong with an order to look at a day. */
export const dailyErrors = errorCatalogue('reconciliation.daily', {
  dayNotOver: { status: 422, sentence: 'The day {date} is not over; it is looked at when it is.' },
});
