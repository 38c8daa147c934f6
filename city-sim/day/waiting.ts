import { setTimeout as pause } from 'node:timers/promises';
import { DayFailed } from './errors.ts';

/** As long as nothing changes at all; a busy machine may take longer over a large day, but it moves. */
const PATIENCE_MS = 60_000;
/** Most of what is waited for is there at once; what is not is looked at less and less often, down to this. */
const FIRST_LOOK_MS = 10;
const LOOK_EVERY_MS = 100;

/**
 * Looks again and again until what is seen is good enough. Throws DayFailed with what was waited for and what was seen last
 * when nothing has changed for 60 seconds.
 */
export async function waitFor<T>(what: string, look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  let changedAt = Date.now();
  let last = '';
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(2 * waitMs, LOOK_EVERY_MS)) {
    const seen = await look();
    if (isThere(seen)) return seen;
    const now = JSON.stringify(seen) ?? '';
    if (now !== last) [changedAt, waitMs] = [Date.now(), FIRST_LOOK_MS];
    last = now;
    if (Date.now() - changedAt > PATIENCE_MS) {
      throw new DayFailed(
        `Waited ${PATIENCE_MS / 1000} s for ${what}, and nothing moved any more. Last seen: ${last.slice(0, 500)}`,
      );
    }
    await pause(waitMs);
  }
}

/** Does the work for every item, at most `width` at once. The first failure ends it. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}
