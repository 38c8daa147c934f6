import { errorCatalogue } from '../errors.ts';

export const jobErrors = errorCatalogue('jobs', {
  redisUnreachable: {
    status: 503,
    sentence:
      'No Redis answers at {host} ({reason}). Start it, correct REDIS_URL, or unset REDIS_URL to keep jobs in PostgreSQL.',
  },
  redisUrl: { status: 500, sentence: 'REDIS_URL is not a Redis address; it looks like redis://host:6379.' },
});
