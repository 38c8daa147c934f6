import { errorCatalogue } from '@citycard/common';

/** What the process for residents says itself; everything else it passes on from the services. */
export const residentDeskErrors = errorCatalogue('portal.resident-desk', {
  tooMany: { status: 429, sentence: 'Too many requests from here. Wait {retryAfterSeconds} seconds.' },
  foreignPage: { status: 403, sentence: 'This request did not come from a page of this desk.' },
  gatewayUnknown: { status: 401, sentence: 'Who sends this message? The gateway shows the token it was given.' },
  serviceAway: {
    status: 502,
    sentence: 'The service cannot be reached. Nothing was changed; try again in a moment, or ask at a counter.',
  },
  badServiceUrl: { status: 500, sentence: 'The address of the services has to be http://host:port, not "{url}".' },
  credentialMissing: {
    status: 500,
    sentence: 'The file {file} does not hold the credential of the desk: {reason}.',
  },
});
