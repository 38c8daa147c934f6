import type { Logger } from '../logging/logger.ts';
import { watchPart } from './part-rounds.ts';

export interface RepeatedLook {
  /** Looks now, without waiting for the next look. */
  wake(): Promise<void>;
  /** Looks no more; a look that is under way ends first. */
  close(): Promise<void>;
}

/**
 * Looks for work at once and again and again, one look after the other. A look that fails is told to the log as `what` and made again
 * at its time. With `part` it is one of the parts people watch (see {@link watchPart}).
 */
export function lookAgainAndAgain(
  look: () => Promise<void>,
  options: { readonly everyMs: number; readonly logger: Logger; readonly what: string; readonly part?: string },
): RepeatedLook {
  const { everyMs, logger, what } = options;
  const part = options.part === undefined ? undefined : watchPart(options.part, { everyMs });
  const once = part === undefined ? look : () => part.round(look);
  let closed = false;
  let looking: Promise<void> = Promise.resolve();
  const wake = () => {
    if (closed) return looking;
    looking = looking.then(once).catch((error: unknown) => {
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
      part?.end();
    },
  };
}
