import { errorCatalogue } from '@citycard/common';

/** What can go wrong in asking the ledger about its past, and in archiving it. */
export const ledgerErrors = errorCatalogue('clearing-ledger', {
  archived: {
    status: 409,
    sentence:
      'The transfers of {year} are archived, so the ledger cannot say what stood at {at}; ask for {from} or later, or look into the archive.',
  },
  timesReversed: { status: 422, sentence: 'A statement ends after it begins: "to" must be later than "from".' },
  noSuchTime: {
    status: 422,
    sentence: '{text} is no time of the calendar; write a day that exists and hours from 00 to 23.',
  },
  nothingSince: {
    status: 422,
    sentence:
      'Nothing was sealed from {since} on, so nothing is proved: the newest chunk is {newest}. Ask from an earlier day or chunk.',
  },
  cardMissing: { status: 422, sentence: '{account} is an account every card has; say which card.' },
  yearNotClosed: {
    status: 409,
    sentence: 'The year {year} cannot be archived: {why}.',
  },
  yearArchived: { status: 409, sentence: 'The year {year} was archived already.' },
  verificationUnknown: { status: 404, sentence: 'No proof of the ledger was ordered under number {verificationNo}.' },
  verificationFinished: {
    status: 409,
    sentence: 'Proof {verificationNo} of the ledger has ended; there is nothing to withdraw.',
  },
  disproved: {
    status: 409,
    sentence: 'The ledger does not hold, so nothing of it is archived: {what}. See `ledger verify`.',
  },
});
