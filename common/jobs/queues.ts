import type { Job, Queue, QueueOptions, Worker, WorkerOptions } from 'bullmq';
import type { Logger } from '../logging/logger.ts';
import { jobErrors } from './errors.ts';
import { type WatchedPart, watchPart } from './part-rounds.ts';
import { type JobFailure, type QueueWatch, watchQueues } from './queue-watch.ts';

export interface JobQueue<T> {
  /**
   * Puts a job into the queue. A job with the id of one that is still known is not added again. Data is kept as JSON.
   * This takes part in no transaction of yours: derive jobs from state that is already committed. With `forget` a job is
   * known only while it waits or runs and is not tried again by itself: whoever adds it will add it again.
   */
  add(name: string, data: T, options?: { jobId?: string; delayMs?: number; forget?: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface RunningJob<T> {
  readonly name: string;
  readonly data: T;
  readonly id: string;
  /** Says how far the job is, in percent. */
  progress(percent: number): Promise<void>;
}

export interface JobSystem {
  queue<T>(name: string): JobQueue<T>;
  /**
   * Runs jobs of a queue here. A job may run again after a crash, so the handler has to be idempotent. One that says nothing of its
   * progress for `longestMs` (ten minutes) is shown as standing still.
   */
  worker<T>(
    name: string,
    handle: (job: RunningJob<T>) => Promise<void>,
    options?: { concurrency?: number; longestMs?: number },
  ): void;
  /** What the queues hold, for those who keep them. */
  readonly watch: QueueWatch;
  /** Lets running jobs finish, then lets go of everything. */
  close(): Promise<void>;
}

/** A failed job comes again after 0.2, 0.4, 0.8 … seconds, five times in all; then it stays to be looked at. */
const ATTEMPTS = 5;
const FIRST_RETRY_MS = 200;
const DAY_SECONDS = 86_400;

/** A worker that is killed loses its job after LOCK_MS; others look for such jobs every STALLED_MS. */
const LOCK_MS = 10_000;
const STALLED_MS = 3_000;
/** Being killed is nothing the job did wrong: only a job that kills its worker again and again is given up. */
const MAX_STALLED = 10;

/** Connections each queue or worker may hold besides the one that listens. */
const CONNECTIONS = 3;
const REDIS_CONNECT_MS = 5_000;

type Prepared = Pick<QueueOptions, 'connection'>;

/**
 * Opens the job queues: BullMQ in the schema `bullmq` of PostgreSQL, which is made when missing, or in Redis when there
 * is a `redisUrl`. Nothing is lost with them that PostgreSQL does not know: every job can be derived again.
 *
 * @throws CityCardError `jobs.redis-url`, `jobs.redis-unreachable`.
 */
export async function openJobSystem(options: {
  databaseUrl: string;
  redisUrl?: string;
  logger: Logger;
}): Promise<JobSystem> {
  const system =
    options.redisUrl === undefined
      ? await postgresEngine(options.databaseUrl)
      : await redisEngine(options.redisUrl, options.logger);
  // Made and closed once, so that a database that cannot hold the schema is an error here and not in a worker's log.
  const probe = system.queue('probe');
  probe.on('error', () => undefined);
  try {
    await probe.waitUntilReady();
  } finally {
    await probe.close();
  }
  return jobSystem(system, options.logger);
}

interface Engine {
  queue(name: string): Queue;
  worker(name: string, handle: (job: Job) => Promise<void>, options: Omit<WorkerOptions, 'connection'>): Worker;
  close(): Promise<void>;
}

// Both engines load their libraries when they are opened: half a second that a command without jobs need not spend.

async function postgresEngine(connectionString: string): Promise<Engine> {
  const { createPostgresBackend, Queue, Worker } = await import('bullmq');
  const connection = { connectionString, schema: 'bullmq', migrate: true, max: CONNECTIONS };
  return {
    queue: (name) => new Queue(name, { connection, defaultJobOptions }, createPostgresBackend) as unknown as Queue,
    worker: (name, handle, options) =>
      new Worker(name, handle, { ...options, connection }, createPostgresBackend) as unknown as Worker,
    close: () => Promise.resolve(),
  };
}

async function redisEngine(url: string, logger: Logger): Promise<Engine> {
  if (!/^rediss?:\/\//.test(url) || !URL.canParse(url)) throw jobErrors.redisUrl();
  const [{ Queue, Worker }, { createClient }] = await Promise.all([import('bullmq'), import('redis')]);
  let connected = false;
  const client = createClient({
    url,
    socket: {
      connectTimeout: REDIS_CONNECT_MS,
      // The first connection fails at once and says so; one that was there before is sought for ever.
      reconnectStrategy: (retries, cause) => (connected ? Math.min(retries * 100, 2_000) : cause),
    },
  });
  client.on('error', (error: unknown) => {
    if (connected) logger.warn({ err: error }, 'Redis connection trouble');
  });
  try {
    await client.connect();
    await client.ping();
    connected = true;
  } catch (error) {
    client.destroy();
    const reason = error instanceof Error ? error.message || error.name : String(error);
    throw jobErrors.redisUnreachable({ host: new URL(url).host, reason }, error);
  }
  const connection = client as unknown as Prepared['connection'];
  return {
    queue: (name) => new Queue(name, { connection, defaultJobOptions }),
    worker: (name, handle, options) => new Worker(name, handle, { ...options, connection }),
    close: () => client.close(),
  };
}

const defaultJobOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'exponential', delay: FIRST_RETRY_MS },
  removeOnComplete: { age: DAY_SECONDS, count: 1_000 },
  removeOnFail: { age: 7 * DAY_SECONDS },
};

function jobSystem(engine: Engine, logger: Logger): JobSystem {
  const queues = new Map<string, Queue>();
  const failures = new Map<string, JobFailure>();
  const workers = new Set<Worker>();
  const parts = new Set<WatchedPart>();
  let closing: Promise<void> | undefined;
  const close = async () => {
    await Promise.all([...workers].map((worker) => worker.close()));
    await Promise.all([...queues.values()].map((queue) => queue.close()));
    await engine.close();
    for (const part of parts) part.end();
  };
  return {
    queue: <T>(name: string): JobQueue<T> => {
      const queue = engine.queue(name);
      queue.on('error', (error) => logger.warn({ err: error, queue: name }, 'queue connection trouble'));
      queues.set(name, queue);
      return {
        add: async (jobName, data, { jobId, delayMs, forget } = {}) => {
          await queue.add(jobName, data, {
            ...(jobId !== undefined && { jobId: encodeJobId(jobId) }),
            ...(delayMs !== undefined && { delay: delayMs }),
            ...(forget === true && { attempts: 1, removeOnComplete: true, removeOnFail: true }),
          });
        },
        close: async () => {
          if (queues.get(name) === queue) queues.delete(name);
          await queue.close();
        },
      };
    },
    worker: (name, handle, { concurrency = 1, longestMs } = {}) => {
      const part = watchPart(`job:${name}`, longestMs === undefined ? {} : { longestMs });
      parts.add(part);
      const run = (job: Job) => {
        const id = decodeJobId(job.id ?? '');
        const progress = (percent: number) => {
          part.sign();
          return job.updateProgress(percent);
        };
        const data = job.data as Parameters<typeof handle>[0]['data'];
        return part.round(() => handle({ name: job.name, data, id, progress }), id.replace(PROCESS, ''));
      };
      const worker = engine.worker(name, run, {
        concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_MS,
        maxStalledCount: MAX_STALLED,
      });
      worker.on('error', (error) => logger.warn({ err: error, queue: name }, 'worker connection trouble'));
      worker.on('failed', (job, error) => {
        failures.set(name, { job: job?.name ?? '', reason: error.message, at: new Date() });
        const details = { err: error, queue: name, job: job?.name, attempt: job?.attemptsMade };
        if (job === undefined || job.opts.attempts === 1 || job.attemptsMade < ATTEMPTS)
          logger.warn(details, 'job failed, will be tried again');
        else logger.error(details, 'job failed for good');
      });
      workers.add(worker);
    },
    watch: watchQueues(queues, failures, { encode: encodeJobId, decode: decodeJobId }),
    close: () => (closing ??= close()),
  };
}

/** Ids that name their process end so; people need not read it. */
const PROCESS = / [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** BullMQ refuses ids that are numbers or hold a colon; ours may be anything. */
function encodeJobId(id: string): string {
  return `id-${encodeURIComponent(id)}`;
}

function decodeJobId(id: string): string {
  return id.startsWith('id-') ? decodeURIComponent(id.slice(3)) : id;
}
