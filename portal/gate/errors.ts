import { errorCatalogue } from '@citycard/common';

export const portalErrors = errorCatalogue('portal', {
  serviceSlow: {
    status: 504,
    sentence:
      'The service takes longer than it should. What you asked for may or may not have been done; look before you try again.',
  },
  serviceAway: {
    status: 502,
    sentence: 'The service cannot be reached. Nothing is lost on this page; try again in a moment.',
  },
  otherOrigin: { status: 403, sentence: 'This request did not come from a page of this portal.' },
  noSuchPath: { status: 404, sentence: 'There is nothing at {path}.' },
  tooMany: { status: 429, sentence: 'Too many requests from here. Wait {retryAfterSeconds} seconds.' },
  pagesMissing: {
    status: 503,
    sentence: 'The pages have not been built. Build them, then start the portal again.',
  },
  keyUnreadable: {
    status: 500,
    sentence:
      'The portal’s key {file} cannot be used: {reason}. Remove it to have a new one made; everybody signs in again.',
  },
  badServiceUrl: { status: 500, sentence: 'The address of the services has to be http://host:port, not "{url}".' },
});
