import { type Logger, watchPart } from '@citycard/common';

/**
 * Does the work now and every so often, one at a time, and complains once about the same trouble. Does not keep the process alive.
 *
 * @param part the name people watch it by (`watchPart`)
 * @param complaint for the log, when the work could not be done
 * @returns ends it: nothing is begun any more, and what is under way is waited for
 */
export function repeat(
  logger: Logger,
  part: string,
  complaint: string,
  everyMs: number,
  work: () => Promise<unknown>,
): () => Promise<void> {
  const watched = watchPart(part, { everyMs });
  let running: Promise<void> | undefined;
  let stopped = false;
  let lastTrouble = '';
  const once = async () => {
    try {
      await watched.round(work);
      lastTrouble = '';
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      if (!stopped && trouble !== lastTrouble) logger.warn({ err: error }, complaint);
      lastTrouble = trouble;
    }
  };
  const start = () => {
    if (!stopped) running ??= once().finally(() => (running = undefined));
  };
  const timer = setInterval(start, everyMs).unref();
  start();
  return async () => {
    stopped = true;
    clearInterval(timer);
    await running;
    watched.end();
  };
}
