import { errorCatalogue } from '@citycard/common';

/** What can go wrong with the estate of terminals; each sentence says what to do about it. */
export const estateErrors = errorCatalogue('terminal-gateway.estate', {
  malformed: { status: 422, sentence: 'The {what} {value} is not what it should be: {rule}.' },
  namedTwice: { status: 422, sentence: 'The {what} {value} stands in row {row} already.' },
  participantUnknown: {
    status: 422,
    sentence: 'There is no participant {participantNo} that could have terminals; admit it first.',
  },
  participantGone: { status: 422, sentence: 'Participant {participantNo} is {status} and gets no terminals.' },
  modelUnknown: { status: 422, sentence: 'There is no model {model}; register the model first.' },
  modelMissing: {
    status: 422,
    sentence: 'Terminal {terminalNo} serves the public, so its model has to be named.',
  },
  modelNotAccepted: {
    status: 409,
    sentence:
      'No software of model {model} is accepted for production; terminals of {participantNo} have to wait for it.',
  },
  modelExists: { status: 409, sentence: 'Software {softwareVersion} of model {model} is registered already.' },
  softwareUnknown: { status: 404, sentence: 'Software {softwareVersion} of model {model} is not registered.' },
  modelState: {
    status: 409,
    sentence: 'Software {softwareVersion} of model {model} is {state}; it cannot become {wanted}.',
  },
  reportMissing: {
    status: 409,
    sentence:
      'There is no passed acceptance report for software {softwareVersion} of model {model}; run the acceptance and hand the report in.',
  },
  samElsewhere: {
    status: 409,
    sentence: 'SAM {samNo} belongs to participant {participantNo}, terminal {terminalNo}; end that assignment first.',
  },
  samInUse: { status: 409, sentence: 'SAM {samNo} is in terminal {terminalNo}; take it out there first.' },
  statusFinal: { status: 409, sentence: 'Terminal {terminalNo} is {status}; it cannot become {wanted}.' },
  replacementUnfit: {
    status: 409,
    sentence: 'Terminal {terminalNo} cannot take the place: it is not registered, or not active.',
  },
  changedMeanwhile: {
    status: 412,
    sentence: 'Terminal {terminalNo} was changed by somebody else meanwhile; look at it again.',
  },
  noKeyWaiting: { status: 409, sentence: 'No new master key waits to be confirmed for terminal {terminalNo}.' },
  keyValueDiffers: {
    status: 422,
    sentence:
      'The check value is not that of the new master key of terminal {terminalNo}; the key in force stays. Load the key again, or order another.',
  },
  ceremonyKeyUnfit: {
    status: 422,
    sentence: 'The HSM holds no terminal master key named {key}; form it with the custodians first.',
  },
  transportUnfit: { status: 422, sentence: 'The HSM holds no transport key named {transport}.' },
  nothingChanges: { status: 409, sentence: 'Terminal {terminalNo} is like that already.' },
  changeUnknown: { status: 404, sentence: 'There is no change {changeNo}.' },
  changeDecided: { status: 409, sentence: 'Change {changeNo} is {state} already.' },
  tooMany: { status: 422, sentence: '{count} are too many at once; {most} at most.' },
  badCursor: { status: 422, sentence: 'The cursor is not one that an earlier page gave.' },
  notYours: { status: 404, sentence: 'Terminal {terminalNo} is not registered.' },
});
