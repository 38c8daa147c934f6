import type { Job, Queue } from 'bullmq';
import { jobErrors } from './errors.ts';

export const jobStates = ['waiting', 'delayed', 'active', 'completed', 'failed'] as const;
export type JobState = (typeof jobStates)[number];

export interface QueueCounts {
  readonly queue: string;
  readonly counts: Readonly<Record<JobState, number>>;
  /** When a job of it last failed here and why; such a job may have been forgotten since, and been added again. */
  readonly lastFailure: JobFailure | undefined;
}

export interface JobFailure {
  readonly job: string;
  readonly reason: string;
  readonly at: Date;
}

/** A job as people see it. What it carries is not shown: only its name and id, which say what it is about. */
export interface SeenJob {
  readonly id: string;
  readonly name: string;
  readonly addedAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly attempts: number;
  /** Percent. */
  readonly progress: number | undefined;
  readonly failure: string | undefined;
}

/** The queues of a job system as their keepers see them. */
export interface QueueWatch {
  /** Queues this process has opened, and how many jobs of each state they hold. */
  counts(): Promise<QueueCounts[]>;
  /** Jobs of a queue in one state, a page at a time. @throws CityCardError `jobs.queue-unknown`. */
  jobs(queue: string, state: JobState, page: { offset: number; limit: number }): Promise<SeenJob[]>;
  /** Tries a failed job again. @throws CityCardError `jobs.queue-unknown`, `jobs.job-unknown`, `jobs.not-failed`. */
  retry(queue: string, id: string): Promise<void>;
}

const LONGEST_REASON = 500;

/** Watches queues by name. `failures` is what workers of this process have met, by queue. */
export function watchQueues(
  queues: ReadonlyMap<string, Queue>,
  failures: ReadonlyMap<string, JobFailure>,
  ids: { readonly encode: (id: string) => string; readonly decode: (id: string) => string },
): QueueWatch {
  const queueOf = (name: string): Queue => {
    const queue = queues.get(name);
    if (queue === undefined) throw jobErrors.queueUnknown({ queue: name });
    return queue;
  };
  return {
    counts: () =>
      Promise.all(
        [...queues].map(async ([name, queue]) => {
          const found = await queue.getJobCounts(...jobStates);
          const counts = Object.fromEntries(
            jobStates.map((state) => [state, found[state] ?? 0]),
          ) as QueueCounts['counts'];
          return { queue: name, counts, lastFailure: failures.get(name) };
        }),
      ),
    jobs: async (name, state, { offset, limit }) => {
      const jobs = await queueOf(name).getJobs([state], offset, offset + limit - 1);
      return jobs.map((job) => seen(job, ids.decode));
    },
    retry: async (name, id) => {
      const job = await queueOf(name).getJob(ids.encode(id));
      if (job === undefined) throw jobErrors.jobUnknown({ queue: name, id });
      if ((await job.getState()) !== 'failed') throw jobErrors.notFailed({ id });
      await job.retry('failed');
    },
  };
}

/** Where no jobs run there are no queues. */
export const noQueues: QueueWatch = {
  counts: () => Promise.resolve([]),
  jobs: (queue) => Promise.reject(jobErrors.queueUnknown({ queue })),
  retry: (queue) => Promise.reject(jobErrors.queueUnknown({ queue })),
};

function seen(job: Job, decode: (id: string) => string): SeenJob {
  const time = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));
  return {
    id: decode(job.id ?? ''),
    name: job.name,
    addedAt: new Date(job.timestamp),
    startedAt: time(job.processedOn),
    finishedAt: time(job.finishedOn),
    attempts: job.attemptsMade,
    progress: typeof job.progress === 'number' ? job.progress : undefined,
    failure: job.failedReason?.slice(0, LONGEST_REASON),
  };
}
