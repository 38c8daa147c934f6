import { HsmRefused, HsmUnavailable } from '@citycard/hsm-sim';
import { protectionErrors } from './errors.ts';

/** What the HSM answers, its two kinds of failure put into words for a counter. */
export async function hsmAnswer<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HsmUnavailable) throw protectionErrors.hsmAway(undefined, error);
    if (error instanceof HsmRefused) throw protectionErrors.keyMissing(undefined, error);
    throw error;
  }
}
