import { errorCatalogue } from '@citycard/common';

/** What can go wrong in asking for report files. */
export const reportErrors = errorCatalogue('clearing.reports', {
  periodOpen: {
    status: 409,
    sentence:
      'There is no report of {period} yet: business day {day} is {state}. Reports are made of closed days only.',
  },
  periodUnknown: {
    status: 404,
    sentence:
      'Nothing is known of {period}: a period is a day (2026-11-20), a month (2026-11) or a quarter (2026Q4) that has business days.',
  },
  setUnknown: {
    status: 404,
    sentence: 'No reports of {period} were ordered; order them first (POST /v1/reports/{period}).',
  },
  fileUnknown: {
    status: 404,
    sentence: 'There is no {format} of report {report} of {period} for you; see the list of files.',
  },
});
