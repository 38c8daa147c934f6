import type { Database } from '@citycard/common';
import { gather } from '../requests/gather.ts';
import { findTerminals, type Terminal } from '../terminals/estate.ts';

/** Finds the terminal of a number as it is registered at the time of asking, or undefined. */
export type TerminalLookup = (terminalNo: string) => Promise<Terminal | undefined>;

/**
 * Looks up the terminals of messages that arrive together in one query. Nothing is remembered: a terminal that was
 * suspended, or got new keys, is seen by the next message, at whichever gateway it arrives.
 */
export function createTerminalLookup(db: Database): TerminalLookup {
  return gather(async (terminalNos: readonly string[]) => {
    const found = await findTerminals(db, [...new Set(terminalNos)]);
    return terminalNos.map((terminalNo) => found.get(terminalNo));
  });
}
