import { errorCatalogue } from '@citycard/common';

export const acceptanceErrors = errorCatalogue('clearing.acceptance', {
  verdictDiffers: {
    status: 422,
    sentence: 'The report says it is {said}, but its cases make it {found}. Send it as the kit wrote it.',
  },
  casesMissing: {
    status: 422,
    sentence:
      'The report lacks cases of this kit: {missing}. Run the whole kit (citycard acceptance, without --case), of this version.',
  },
  notInTime: {
    status: 422,
    sentence: 'The report ends at {finishedAt}, which has not come yet. Check the clock of the kit.',
  },
  reportUnknown: { status: 404, sentence: 'There is no acceptance report {reportNo}.' },
  notAccepted: {
    status: 409,
    sentence: 'Report {reportNo} does not let {candidate} into production: {reason}. Run the acceptance kit again.',
  },
  beginsInTest: {
    status: 422,
    sentence: 'Participant {participantNo} begins in test; activate it with its acceptance report afterwards.',
  },
  notInTest: { status: 409, sentence: 'Participant {participantNo} is {status}; only one in test can be activated.' },
  reportNeeded: {
    status: 422,
    sentence:
      'Participant {participantNo} needs a passed report of the acceptance kit for a {kind}; give its reportNo.',
  },
  activatedOtherwise: {
    status: 409,
    sentence: 'Participant {participantNo} was activated with another report. Nothing was changed.',
  },
});
