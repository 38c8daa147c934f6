/** The first pause is one look; each further one is twice as long, up to the longest. */
interface Pauses {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Days that failed, and how long each is left alone: trying them again at every look would only write the same line again.
 * Time is counted by a clock that nobody sets. What moved on since (another state) is not stuck any more.
 */
interface StuckDays {
  /** Whether the day failed in this state and its pause is not over. */
  waits(date: string, state: string): boolean;
  /** It failed (again); answers how often in a row, and for how many milliseconds it is left alone now. */
  failed(date: string, state: string): { readonly times: number; readonly pauseMs: number };
  /** It went as far as it goes. */
  moved(date: string): void;
  /** Somebody may have mended what was wrong: all are tried at once. */
  tryAll(): void;
}

export function stuckDays({ firstMs, longestMs }: Pauses, now: () => number = () => performance.now()): StuckDays {
  const stuck = new Map<string, { readonly state: string; readonly times: number; until: number }>();
  return {
    waits: (date, state) => {
      const found = stuck.get(date);
      return found !== undefined && found.state === state && now() < found.until;
    },
    failed: (date, state) => {
      const before = stuck.get(date);
      const times = before?.state === state ? before.times + 1 : 1;
      const pauseMs = Math.min(firstMs * 2 ** Math.min(times - 1, 30), longestMs);
      stuck.set(date, { state, times, until: now() + pauseMs });
      return { times, pauseMs };
    },
    moved: (date) => void stuck.delete(date),
    tryAll: () => {
      for (const each of stuck.values()) each.until = 0;
    },
  };
}
