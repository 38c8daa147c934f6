import { errorCatalogue } from '@citycard/common';

export const supervisionErrors = errorCatalogue('supervision', {
  ruleUnknown: { status: 404, sentence: 'There is no rule {rule}; citycard supervision rules lists them.' },
  thresholdUnknown: { status: 422, sentence: 'The rule {rule} has no threshold {threshold}; it has {known}.' },
  thresholdSilences: {
    status: 422,
    sentence:
      'With {threshold} = {value} the rule {rule} would be silent, or never be: it takes {least} to {most} {unit}. The rule stays as it is.',
  },
  thresholdAboveFloat: {
    status: 422,
    sentence:
      'With {threshold} = {value} fen the rule {rule} would say nothing before {percent} % of the float ({owedFen} fen) is missing; it takes at most one per cent. The rule stays as it is.',
  },
  severityLowered: {
    status: 422,
    sentence: 'The rule {rule} is {least} at least; {severity} would let it pass unnoticed.',
  },
  minutesOut: {
    status: 422,
    sentence: 'Escalation comes after 1 to 1440 minutes and repetition after 5 to 10080: {minutes} is neither.',
  },
  capNotCovered: {
    status: 422,
    sentence: 'A cap of {capFen} fen needs cover of at least that much; {coverFen} fen is less.',
  },
  noAgent: { status: 404, sentence: '{participantNo} is no load agent; only they have a cap.' },
  withdrawalUnknown: { status: 404, sentence: 'There is no fee withdrawal {withdrawalNo}.' },
  notWithdrawable: {
    status: 409,
    sentence:
      'Up to {availableFen} fen can be withdrawn: what was earned by the end of {until}, the last closed day, less what was withdrawn since. {amountFen} fen is more.',
  },
  withdrawalDecided: { status: 409, sentence: 'Fee withdrawal {withdrawalNo} was {state} already.' },
  noClosedDay: {
    status: 409,
    sentence: 'No business day has been closed yet, so no fee is confirmed that could be withdrawn.',
  },
  liveMissing: {
    status: 503,
    sentence: 'There are no live figures yet; they are taken within seconds of the start of the system.',
  },
  rangeReversed: { status: 422, sentence: 'History runs from an earlier day to a later one, at most {most} days.' },
  proofUnknown: { status: 404, sentence: 'There is no open proof of {account} for {date}.' },
});
