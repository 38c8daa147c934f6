import type { Database } from '@citycard/common';
import { REASON } from '../purchases/reason-codes.ts';
import { assignmentAtTap, type Examined } from './examine.ts';
import type { Facts } from './facts.ts';
import { wasHotListed } from './hotlist-in-force.ts';
import { type Outcome, rejected } from './outcome.ts';
import { type ReceivedPurchase, refKey } from './received-purchase.ts';
import type { ValidationRules } from './rules.ts';

/** Last hotlist version a record's terminal confirmed before the tap, by record. */
export type ConfirmedVersions = ReadonlyMap<string, bigint>;

/**
 * Asked only for cards that are on the list at all. The terminal is the one the SAM was in at the time of the tap, else the
 * one that sent the message.
 */
export async function readConfirmedVersions(
  db: Database,
  purchases: readonly ReceivedPurchase[],
  facts: Facts,
): Promise<ConfirmedVersions> {
  const listed = purchases.flatMap((purchase) => {
    const terminalNo = assignmentAtTap(purchase, facts)?.terminalNo ?? purchase.terminalNo;
    const onList = facts.hotlist.has(purchase.record.applicationSerial);
    return onList && terminalNo !== undefined
      ? [{ key: refKey(purchase.ref), terminalNo, tappedAt: purchase.record.tappedAt }]
      : [];
  });
  if (listed.length === 0) return new Map();
  const { rows } = await db.query<{ key: string; version: bigint }>(
    `select a.key, c.version
       from unnest($1::text[], $2::text[], $3::timestamptz[]) as a(key, terminal_no, tapped_at)
      cross join lateral (select version from clearing.hotlist_confirmation
                           where terminal_no = a.terminal_no and confirmed_at <= a.tapped_at
                           order by confirmed_at desc, version desc limit 1) c`,
    [listed.map(({ key }) => key), listed.map(({ terminalNo }) => terminalNo), listed.map(({ tappedAt }) => tappedAt)],
  );
  return new Map(rows.map(({ key, version }) => [key, version]));
}

/** What refuses a purchase with a right TAC that is no duplicate: a hotlist in force at the terminal, or an expired card. */
export function lateRefusal(
  { ref, record }: ReceivedPurchase,
  examined: Examined,
  facts: Facts,
  confirmed: ConfirmedVersions,
  rules: ValidationRules,
): Outcome | undefined {
  if (examined.next !== 'tac' || record.tappedAt === undefined || record.tappedText === undefined) return undefined;
  const tap = {
    tappedAt: record.tappedAt,
    recordVersion: BigInt(record.hotlistVersion),
    confirmedVersion: confirmed.get(refKey(ref)) ?? 0n,
    graceMs: rules.hotlistGraceMs,
  };
  if (wasHotListed(facts.hotlist.get(record.applicationSerial) ?? [], tap)) {
    return rejected(REASON.hotListed, 'the card was hot-listed and the list in force at the terminal');
  }
  const { validTo } = examined.purse;
  if (dayOf(record.tappedText) > validTo) return rejected(REASON.cardExpired, `the card was valid until ${validTo}`);
  return undefined;
}

/** `YYYY-MM-DD` of a time that begins with `YYYYMMDD`. */
function dayOf(text: string): string {
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
}
