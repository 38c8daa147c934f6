import type { Database } from '@citycard/common';
import { findTerminals, type Terminal } from '../terminals/estate.ts';

/** Finds the terminal of a number as it is registered at the time of asking, or undefined. */
export type TerminalLookup = (terminalNo: string) => Promise<Terminal | undefined>;

interface Asked {
  readonly terminalNo: string;
  resolve(terminal: Terminal | undefined): void;
  reject(error: unknown): void;
}

/** Looking up more in one go is no cheaper for each of them. */
const LARGEST_LOOKUP = 512;
/** One on its way, one being read. */
const LOOKUPS_AT_ONCE = 2;

/**
 * Looks up the terminals of messages that arrive together in one query. Nothing is remembered: a terminal that was
 * suspended, or got new keys, is seen by the next message, at whichever gateway it arrives.
 */
export function createTerminalLookup(db: Database): TerminalLookup {
  let waiting: Asked[] = [];
  let underWay = 0;
  let scheduled = false;

  const schedule = (): void => {
    if (scheduled || waiting.length === 0 || underWay >= LOOKUPS_AT_ONCE) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (waiting.length > 0 && underWay < LOOKUPS_AT_ONCE) void run();
    });
  };
  const run = async (): Promise<void> => {
    const asked = waiting.slice(0, LARGEST_LOOKUP);
    waiting = waiting.slice(LARGEST_LOOKUP);
    underWay += 1;
    try {
      const found = await findTerminals(db, [...new Set(asked.map(({ terminalNo }) => terminalNo))]);
      for (const { terminalNo, resolve } of asked) resolve(found.get(terminalNo));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    } finally {
      underWay -= 1;
      schedule();
    }
  };
  return (terminalNo) =>
    new Promise((resolve, reject) => {
      waiting.push({ terminalNo, resolve, reject });
      schedule();
    });
}
