import { startSupervision } from '@citycard/clearing';
import { type Protection, startResidentNotices } from '@citycard/card-issuer';
import type { Database, Logger } from '@citycard/common';
import type { HsmClient } from '@citycard/hsm-sim';
import { overdueDifferenceWatch, unmatchedEntryWatch } from '@citycard/reconciliation';
import { silentTerminalWatch } from '@citycard/terminal-gateway';
import type { Configuration } from './configuration.ts';
import { hsmWatch } from './hsm-watch.ts';

/** Supervision as it runs in an installation: the watches of every part, the way messages go out, and notices to residents. */
export function startCitySupervision(
  engines: { readonly db: Database; readonly hsm: HsmClient; readonly logger: Logger; readonly protection: Protection },
  { noticeTokens }: Configuration,
): { stop(): Promise<void> } {
  const { db, logger, hsm, protection } = engines;
  // The key that opens addresses is fetched while the HSM is there: its absence is what people have to be told of.
  void protection.prepare().catch((error: unknown) => logger.warn({ err: error }, 'addresses cannot be opened yet'));
  const residents = startResidentNotices({ db, logger, protection, secrets: noticeTokens });
  const supervision = startSupervision({
    db,
    logger,
    seal: protection,
    secrets: noticeTokens,
    watches: [unmatchedEntryWatch, overdueDifferenceWatch, silentTerminalWatch, hsmWatch(hsm)],
  });
  return {
    stop: async () => {
      await residents.close();
      await supervision.stop();
    },
  };
}
