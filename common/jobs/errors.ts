import { errorCatalogue } from '../errors.ts';

export const jobErrors = errorCatalogue('jobs', {
  redisUnreachable: {
    status: 503,
    sentence:
      'No Redis answers at {host} ({reason}). Start it, correct REDIS_URL, or unset REDIS_URL to keep jobs in PostgreSQL.',
  },
  redisUrl: { status: 500, sentence: 'REDIS_URL is not a Redis address; it looks like redis://host:6379.' },
  queueUnknown: { status: 404, sentence: 'There is no queue {queue} here.' },
  jobUnknown: { status: 404, sentence: 'Queue {queue} does not know a job {id}; it may have been done and forgotten.' },
  notFailed: { status: 409, sentence: 'Job {id} has not failed; only a failed job is tried again.' },
});
