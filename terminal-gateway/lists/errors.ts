import { errorCatalogue } from '@citycard/common';

/** What can go wrong with the lists terminals are given, for those who keep them. */
export const listErrors = errorCatalogue('terminal-gateway.lists', {
  parametersUnknown: { status: 404, sentence: 'There is no parameter set {version}.' },
  rolloutNamesNobody: {
    status: 422,
    sentence: 'Name either everybody or some participants, groups or terminals, not both and not nobody.',
  },
});
