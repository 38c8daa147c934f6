import type { Watch } from '@citycard/clearing';
import type { HsmClient } from '@citycard/hsm-sim';

/** Asks the HSM how it is, one question at a time; how long it has not answered is what the rule goes by. */
export function hsmWatch(hsm: Pick<HsmClient, 'status'>): Watch {
  let heardAt = performance.now();
  let asking = false;
  return {
    rule: 'hsm-away',
    everyMs: 1_000,
    look: ({ thresholds: { afterSeconds = 0 } }) => {
      if (!asking) {
        asking = true;
        void hsm
          .status()
          .then(() => (heardAt = performance.now()))
          .catch(() => undefined)
          .finally(() => (asking = false));
      }
      const seconds = Math.floor((performance.now() - heardAt) / 1_000);
      return Promise.resolve(
        seconds <= afterSeconds ? [] : [{ subject: 'HSM', evidence: { secondsWithoutAnswer: seconds } }],
      );
    },
  };
}
