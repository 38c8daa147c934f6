import { errorCatalogue } from '@citycard/common';

/** What can go wrong around a participant's file, account, standing and exit; each sentence says what to do about it. */
export const participantErrors = errorCatalogue('clearing.participants', {
  transitionRefused: {
    status: 409,
    sentence: 'Participant {participantNo} is {from}; it cannot become {to} from there.',
  },
  notYours: { status: 403, sentence: 'This file is of participant {participantNo}; you act for another one.' },
  documentUnknown: {
    status: 422,
    sentence: 'Participant {participantNo} has filed no document {documentNo} of kind {kind}; file it first.',
  },
  documentExpired: { status: 422, sentence: 'Document {documentNo} was valid until {validUntil}; file its successor.' },
  fileIncomplete: {
    status: 409,
    sentence:
      'Participant {participantNo} cannot go into production yet; its file lacks: {missing}. File that first, then try again.',
  },
  contractOverlaps: {
    status: 409,
    sentence: 'Contract {contractNo} overlaps another contract of participant {participantNo}; end that one first.',
  },
  contractExists: {
    status: 409,
    sentence: 'Contract {contractNo} of participant {participantNo} stands with other terms.',
  },
  datesReversed: { status: 422, sentence: 'A contract ends after it begins: validTo must not be before validFrom.' },
  changeOpen: {
    status: 409,
    sentence:
      'A change of the settlement account of participant {participantNo} is under way (change {changeNo}); withdraw it or let it end first.',
  },
  changeUnknown: { status: 404, sentence: 'There is no change {changeNo} of a settlement account.' },
  changeNotThere: { status: 409, sentence: 'Change {changeNo} is {state}; that cannot be done to it any more.' },
  sameAccount: { status: 409, sentence: 'Participant {participantNo} is paid to that account already.' },
  previousDiffers: {
    status: 409,
    sentence:
      'The settlement account of participant {participantNo} is not the one that change {changeNo} replaces; withdraw it and propose anew.',
  },
  contactMissing: {
    status: 409,
    sentence:
      'Participant {participantNo} has no settlement contact to give notice to; file one, and propose the change after the waiting period.',
  },
  noticeUnknown: { status: 404, sentence: 'There is no notice {noticeNo} of participant {participantNo}.' },
  noticeSent: { status: 409, sentence: 'Notice {noticeNo} was sent already, on {sentAt}.' },
  lastDayPast: {
    status: 422,
    sentence: '{lastDay} lies before the open business day {open}; choose a day from then on.',
  },
  stillInBusiness: {
    status: 409,
    sentence: 'Participant {participantNo} does business until {lastDay}; it can leave when that day is cut off.',
  },
  stillOwed: {
    status: 409,
    sentence: 'Participant {participantNo} cannot leave yet: {open}. Settle that first.',
  },
  actsForNobody: {
    status: 403,
    sentence: '{name} acts for no participant; ask the platform for a credential that names one.',
  },
});
