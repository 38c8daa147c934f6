import { errorCatalogue } from '@citycard/common';

/** What can be wrong with industries, entitlements and funds. */
export const industryErrors = errorCatalogue('clearing.industries', {
  documentRefused: { status: 422, sentence: 'The document of industry {industry} is refused: {problem}.' },
  unknown: { status: 404, sentence: 'Industry {industry} has no version in force on {date}.' },
  versionUnknown: { status: 404, sentence: 'Industry {industry} has no version {version}.' },
  proposalOpen: {
    status: 409,
    sentence:
      'Version {version} of industry {industry} still waits for its second person; approve or withdraw it first.',
  },
  dayBegun: {
    status: 409,
    sentence:
      'A version of industry {industry} cannot be in force from {validFrom}: business day {open} is open, and what was before is settled.',
  },
  decided: { status: 409, sentence: 'Version {version} of industry {industry} was approved or withdrawn already.' },
  patternFixed: {
    status: 422,
    sentence:
      'Industry {industry} is of pattern {pattern}; another pattern is another industry with a code of its own.',
  },
  kindNotAllowed: {
    status: 422,
    sentence: 'Industry {industry} is not for a participant of kind {kind}; it is for: {allowed}.',
  },
  notOfPattern: { status: 422, sentence: 'Industry {industry} is of pattern {pattern}, which has no {what}.' },
  cardUnknown: { status: 404, sentence: 'There is no such card.' },
  entitlementUnknown: { status: 404, sentence: 'This card has no such entitlement.' },
  entitlementEnded: { status: 409, sentence: 'This entitlement was ended on {endedOn}.' },
  notYours: { status: 403, sentence: 'This industry is not yours.' },
  listKnown: {
    status: 409,
    sentence: 'A list with reference {reference} was handed in for industry {industry} before.',
  },
  listUnknown: { status: 404, sentence: 'There is no such list.' },
  cardsUnknown: { status: 422, sentence: '{count} lines name cards that nobody has, the first in line {line}.' },
  paymentUnknown: { status: 404, sentence: 'There is no such payment of a fund.' },
  fundOwesLess: { status: 409, sentence: 'The fund owes {participantNo} {owedFen} fen, less than {amountFen}.' },
});
