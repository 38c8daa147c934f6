import type { Database } from '@citycard/common';
import { type BillerDirectory, findBiller } from './biller.ts';
import { httpBiller } from './http-biller.ts';

/** Registered billers over HTTP; their bearer tokens, by biller code, come from the configuration and not the database. */
export function httpBillers(db: Database, tokens: ReadonlyMap<string, string>): BillerDirectory {
  return async (billerCode) => {
    const biller = await findBiller(db, billerCode);
    if (biller === undefined) return undefined;
    const token = tokens.get(billerCode);
    return { biller, adapter: httpBiller({ baseUrl: biller.baseUrl, ...(token !== undefined && { token }) }) };
  };
}
