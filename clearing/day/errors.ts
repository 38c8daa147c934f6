import { errorCatalogue } from '@citycard/common';

/** What can go wrong in the clearing day, from cut-off to reports. */
export const dayErrors = errorCatalogue('clearing-day', {
  unknown: { status: 404, sentence: 'There is no business day {date}.' },
  alreadyOpen: { status: 409, sentence: 'Business day {open} is open; cut it off before {date} is opened.' },
  openedBefore: {
    status: 409,
    sentence: 'Business day {date} lies before {latest}, the newest day there is; days only go forward.',
  },
  notOpen: { status: 409, sentence: 'Business day {date} is {state}; only the open day can be cut off.' },
  transitionRefused: { status: 409, sentence: 'Business day {date} is {state}; it cannot become {wanted} now.' },
  evidenceBroken: {
    status: 500,
    sentence:
      'Business day {date} stops: what stage {stage} recorded is no longer what the database holds ({difference}). Compare them before going on; nothing was changed.',
  },
  undecided: {
    status: 409,
    sentence: 'Business day {date} still has {count} undecided records; they are tried again.',
  },
  proofFailed: {
    status: 500,
    sentence: 'The proof "{proof}" of business day {date} does not hold ({detail}); nothing was changed.',
  },
  sheetsChanged: {
    status: 409,
    sentence:
      'The sheets of {date} have the hash {actual}, not the one given; look at the sheets again and propose those.',
  },
  nothingRejected: { status: 409, sentence: 'No payment of business day {date} waits to be instructed again.' },
  tariffRefused: { status: 422, sentence: 'The tariff of {subject} is refused: {problem}.' },
  calendarEnds: {
    status: 409,
    sentence:
      'Payments of business day {date} would fall behind {lastDate}, where the known bank holidays end. Nothing is planned beyond: put the holidays of the next year in force (citycard holidays propose), the day goes on by itself then.',
  },
  messageUnknown: { status: 404, sentence: 'There is no payment message {messageId}.' },
  rangeBad: { status: 422, sentence: 'Ask for days from an earlier to a later one, at most {most} of them.' },
  notClosed: { status: 409, sentence: 'Business day {date} is {state}; its reports are made when it is closed.' },
});
