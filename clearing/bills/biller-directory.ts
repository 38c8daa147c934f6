import { cityDate, type Database } from '@citycard/common';
import { findIndustry } from '../industries/in-force.ts';
import { type BillerAdapter, type BillerDirectory, findBiller } from './biller.ts';
import { fileBiller } from './file-biller.ts';
import { httpBiller } from './http-biller.ts';
import { withPatience } from './patience.ts';

/** Lines kept: far more than a city has billers; the oldest goes. */
const MOST_LINES = 1_000;

/**
 * Registered billers, by HTTP or by file as they are registered, with what their industry says; bearer tokens, by biller
 * code, come from the configuration and not the database.
 */
export function billerDirectory(db: Database, tokens: ReadonlyMap<string, string>): BillerDirectory {
  // One line per address: whether a biller answers is remembered from one question to the next.
  const lines = new Map<string, BillerAdapter>();
  const lineTo = (billerCode: string, baseUrl: string, timeoutMs: number | undefined): BillerAdapter => {
    const key = `${billerCode} ${timeoutMs ?? ''} ${baseUrl}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const token = tokens.get(billerCode);
    const options = { baseUrl, ...(token !== undefined && { token }), ...(timeoutMs !== undefined && { timeoutMs }) };
    const line = withPatience(httpBiller(options));
    lines.set(key, line);
    if (lines.size > MOST_LINES) lines.delete(lines.keys().next().value ?? '');
    return line;
  };
  return async (billerCode) => {
    const found = await findBiller(db, billerCode);
    if (found === undefined) return undefined;
    const { industry, ...biller } = found;
    const inForce = industry === undefined ? undefined : await findIndustry(db, industry, cityDate(new Date()));
    const document = inForce?.document;
    const billing = document?.pattern === 'bill' || document?.pattern === 'meter' ? document : undefined;
    const adapter =
      biller.baseUrl === undefined
        ? fileBiller(db, billerCode)
        : lineTo(billerCode, biller.baseUrl, billing?.biller.timeoutMs);
    return {
      biller,
      adapter,
      ...(billing !== undefined && industry !== undefined && { industry: { industry, document: billing } }),
    };
  };
}
