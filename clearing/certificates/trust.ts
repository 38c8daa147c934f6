import { type Database, type Logger, watchPart } from '@citycard/common';
import { findCa } from './city-ca.ts';
import { readRevocationList, type RevocationListContent } from './revocation-list.ts';
import { revocationList } from './revocations.ts';

/** What is asked about a certificate that the other side of a link has shown; its chain has been checked. */
export interface ShownCertificate {
  /** Hexadecimal, lower case. */
  readonly serial: string;
  /** Organisational unit: what the city CA says it is for. */
  readonly unit: string | undefined;
  readonly notAfter: Date;
}

/** Whom a listener of ours may let in now, by the city CA's certificate and its newest revocation list. */
export interface LinkTrust {
  /** The CA's certificate and those above it, PEM; undefined until there is a CA and a list. */
  caPem(): string | undefined;
  /** Why a certificate is not good for a link now; undefined when it is. */
  complaintAbout(certificate: ShownCertificate, now?: Date): string | undefined;
  /** Looks now: something was revoked here. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

interface Known {
  readonly caPem: string;
  readonly list: RevocationListContent;
  readonly revoked: ReadonlySet<string>;
}

/**
 * Follows the CA and its revocation list in the database; no restart is needed for a new one. Certificates of the given
 * unit are let in while they and the list are in their time. Before there is a CA and a list nobody is.
 *
 * @param options.onChange called after each change, to look at open links again
 */
export function followTrust(options: {
  readonly db: Database;
  readonly logger: Logger;
  readonly unit: string;
  readonly onChange: () => void;
}): LinkTrust {
  const { db, logger, unit } = options;
  let known: Known | undefined;
  let failing = false;
  let running: Promise<void> | undefined;

  const refresh = async () => {
    const newest = await revocationList(db);
    const ca = await findCa(db);
    if (newest === undefined || ca === undefined) return;
    if (newest.number === known?.list.number && ca.pem === known.caPem) return;
    const list = readRevocationList(newest.der, ca.pem);
    known = { caPem: ca.pem, list, revoked: new Set(list.revoked.map(({ serial }) => serial)) };
    logger.info({ number: String(list.number), entries: list.revoked.length }, 'revocation list in force');
    options.onChange();
  };
  const part = watchPart('revocations', { everyMs: LOOK_EVERY_MS });
  const look = () => {
    running ??= part
      .round(refresh)
      .then(() => {
        failing = false;
      })
      .catch((error: unknown) => {
        if (!failing)
          logger.warn({ err: error }, 'the revocation list could not be read, the one before stays in force');
        failing = true;
      })
      .finally(() => (running = undefined));
    return running;
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  void look();

  return {
    caPem: () => known?.caPem,
    complaintAbout: ({ serial, unit: shown, notAfter }, now = new Date()) => {
      if (known === undefined) return 'there is no revocation list yet';
      if (shown !== unit) return `it is not a ${unit}'s`;
      if (notAfter < now) return `it expired on ${notAfter.toISOString()}`;
      if (known.revoked.has(serial)) return 'it was revoked';
      if (known.list.nextUpdate < now) return `the revocation list ran out on ${known.list.nextUpdate.toISOString()}`;
      return undefined;
    },
    look,
    stop: async () => {
      clearInterval(timer);
      await running;
      part.end();
    },
  };
}
