import type { Logger } from '@citycard/common';

/**
 * Does the work now and every so often, one at a time, and complains once about the same trouble. Does not keep the process alive.
 *
 * @param complaint for the log, when the work could not be done
 * @returns ends it: nothing is begun any more, and what is under way is waited for
 */
export function repeat(
  logger: Logger,
  complaint: string,
  everyMs: number,
  work: () => Promise<unknown>,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  let stopped = false;
  let lastTrouble = '';
  const once = async () => {
    try {
      await work();
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
  };
}
