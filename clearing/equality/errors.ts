import { errorCatalogue } from '@citycard/common';

/** Refusals about settling a participant only after both sides are equal. */
export const equalityErrors = errorCatalogue('clearing.equality', {
  participantUnknown: { status: 404, sentence: 'There is no agent, biller or operator {participantNo}.' },
  nothingChanges: { status: 409, sentence: '{participantNo} is settled that way already.' },
});
