import { type Database, type Logger, transact, watchPart } from '@citycard/common';
import type { CardNo } from '../purses/card-number.ts';
import { findOpenBusinessDate } from './business-day.ts';
import { post, type Resolution } from './posting.ts';

/** Postings voided in one transaction. */
const SET = 500;

/**
 * Voids pending postings whose time is over, each with a posting of its own (`…:expired`) in the open business day, and answers how
 * many. What somebody resolves at the same moment stays as they resolved it. While no day is open nothing expires.
 */
export async function expirePendings(db: Database): Promise<number> {
  for (let voided = 0; ;) {
    const done = await transact(db, async (tx) => {
      const date = await findOpenBusinessDate(tx);
      if (date === undefined) return { seen: 0, voided: 0 };
      const { rows } = await tx.query<{ card_no: CardNo | ''; posting_key: string }>(
        `select distinct card_no, posting_key from clearing.ledger_pending
          where state = 'pending' and expires_at is not null and expires_at <= now() order by 1, 2 limit $1`,
        [SET],
      );
      const resolutions = rows.map(({ card_no: card, posting_key: resolves }): Resolution => ({
        ...(card !== '' && { cardNo: card }),
        key: `${resolves}:expired`,
        reason: 'expired',
        resolves,
        outcome: 'void',
      }));
      const outcomes = await post(tx, date, resolutions);
      return { seen: rows.length, voided: outcomes.filter(({ outcome }) => outcome === 'posted').length };
    });
    voided += done.voided;
    if (done.seen < SET || done.voided === 0) return voided;
  }
}

/** How often somebody looks: expiry is for reservations nobody came back for, so half a minute more is nothing. */
const LOOK_EVERY_MS = 30_000;

/** Voids what has expired, now and every half minute, until stopped. */
export function startExpiry({ db, logger }: { readonly db: Database; readonly logger: Logger }): {
  stop(): Promise<void>;
} {
  const part = watchPart('expiry', { everyMs: LOOK_EVERY_MS });
  let looking: Promise<unknown> = Promise.resolve();
  const look = () => {
    looking = looking
      .then(() => part.round(() => expirePendings(db)))
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'voiding expired pending postings failed, will look again');
      });
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  look();
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
      part.end();
    },
  };
}
