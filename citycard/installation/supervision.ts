import { startSupervision, type Watch } from '@citycard/clearing';
import type { Protection } from '@citycard/card-issuer';
import type { Database, Logger } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { unmatchedEntryWatch } from '@citycard/reconciliation';
import { silentTerminalWatch } from '@citycard/terminal-gateway';
import type { Configuration } from './configuration.ts';

/** Supervision as it runs in an installation: the watches of every part, and the way messages go out. */
export function startCitySupervision(
  engines: { readonly db: Database; readonly hsm: HsmClient; readonly logger: Logger; readonly protection: Protection },
  { noticeTokens }: Configuration,
): { stop(): Promise<void> } {
  const { db, logger, hsm, protection } = engines;
  // The key that opens addresses is fetched while the HSM is there: its absence is what people have to be told of.
  void protection.prepare().catch((error: unknown) => logger.warn({ err: error }, 'addresses cannot be opened yet'));
  return startSupervision({
    db,
    logger,
    seal: protection,
    secrets: noticeTokens,
    watches: [unmatchedEntryWatch, silentTerminalWatch, hsmWatch(hsm)],
  });
}

/** Asks the HSM how it is, one question at a time; how long it has not answered is what the rule goes by. */
function hsmWatch(hsm: Pick<HsmClient, 'status'>): Watch {
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
