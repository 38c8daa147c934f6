import { errorCatalogue } from '../errors.ts';

export const httpErrors = errorCatalogue('http', {
  notFound: { status: 404, sentence: 'There is nothing at {method} {path}.' },
  invalid: { status: 422, sentence: 'The request does not fit its description: {problems}.' },
  badRequest: { status: 400, sentence: 'The request cannot be read: {problem}' },
  unexpected: {
    status: 500,
    sentence: 'Something went wrong on our side; nothing was changed. Report the request id if it happens again.',
  },
  notReady: { status: 503, sentence: 'The service is not ready: the database does not answer.' },
  idempotencyKeyMissing: {
    status: 400,
    sentence:
      'This request needs the header Idempotency-Key: 1 to 255 characters of your choice, new for each new request.',
  },
  idempotencyKeyReused: {
    status: 422,
    sentence:
      'The Idempotency-Key was used before with another request. Use a new key, or repeat the first request as it was.',
  },
  portInUse: {
    status: 503,
    sentence: 'Port {port} is in use; stop the program that listens there, or choose another port.',
  },
  portRefused: { status: 503, sentence: 'The system does not let this program listen on {host}:{port} ({reason}).' },
});
