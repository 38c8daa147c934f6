import type { Logger } from '../logging/logger.ts';

export interface RepeatedLook {
  /** Looks now, without waiting for the next look. */
  wake(): Promise<void>;
  /** Looks no more; a look that is under way ends first. */
  close(): Promise<void>;
}

/**
 * Looks for work at once and again and again, one look after the other. A look that fails is told to the log as `what` and made again
 * at its time.
 */
export function lookAgainAndAgain(
  look: () => Promise<void>,
  { everyMs, logger, what }: { readonly everyMs: number; readonly logger: Logger; readonly what: string },
): RepeatedLook {
  let closed = false;
  let looking: Promise<void> = Promise.resolve();
  const wake = () => {
    if (closed) return looking;
    looking = looking.then(look).catch((error: unknown) => {
      if (!closed) logger.warn({ err: error }, `${what} failed, will look again`);
    });
    return looking;
  };
  const timer = setInterval(() => void wake(), everyMs).unref();
  void wake();
  return {
    wake,
    close: async () => {
      closed = true;
      clearInterval(timer);
      await looking;
    },
  };
}
