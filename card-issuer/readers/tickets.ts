import { randomBytes } from 'node:crypto';
import type { Principal } from '@citycard/common';

const VALID_MS = 60_000;
/** Of all clerks together; a page asks for one when somebody presses a button. */
const MOST = 1_000;

/** Tokens for one attachment of one reader each, kept for a minute in this process, which is the one that readers attach to. */
export class Tickets {
  readonly #open = new Map<string, { readonly clerk: Principal; readonly reader: string; readonly until: number }>();

  give(clerk: Principal, reader: string): string {
    for (const [ticket, { until }] of this.#open)
      if (until < Date.now() || this.#open.size >= MOST) this.#open.delete(ticket);
    const ticket = `r.${randomBytes(32).toString('base64url')}`;
    this.#open.set(ticket, { clerk, reader, until: Date.now() + VALID_MS });
    return ticket;
  }

  /** For whom the reader is attached; a ticket is good once, and for its reader only. */
  take(ticket: string, reader: string): Principal | undefined {
    const found = this.#open.get(ticket);
    this.#open.delete(ticket);
    return found !== undefined && found.reader === reader && found.until >= Date.now() ? found.clerk : undefined;
  }
}
