import { errorCatalogue } from '@citycard/common';

/** What can go wrong when two people put fees, settlement terms or holidays in force. */
export const termsErrors = errorCatalogue('clearing.terms', {
  refused: { status: 422, sentence: 'This document is refused: {problem}. Nothing was changed.' },
  dayBegun: {
    status: 409,
    sentence:
      'Nothing can change from {validFrom} on any more: business day {open} is open. Name that day or a later one.',
  },
  proposalOpen: {
    status: 409,
    sentence: 'Version {version} is proposed already and waits for a second person; approve or withdraw it first.',
  },
  decided: { status: 409, sentence: 'Version {version} was decided before; propose another.' },
  versionUnknown: { status: 404, sentence: 'There is no version {version}.' },
  notPriced: { status: 404, sentence: 'Business day {date} has no priced line of {participantNo}.' },
});
