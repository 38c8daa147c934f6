import { type BusinessDate, businessDate, cityDate, type Transaction } from '@citycard/common';
import type { Candidate, Examined } from './examined.ts';

interface Held {
  readonly cardNo: string;
  readonly entitlementNo: bigint;
  readonly industry: number;
  readonly validFrom: BusinessDate;
  /** Included. */
  readonly validTo: BusinessDate;
  readonly visitsAllowed: number | null;
  visitsUsed: number;
}

/**
 * Counts visits: a record of amount 0 is an entry, which needs an entitlement valid on its day with a visit left; the one
 * that ends first is used. A record with an amount is a ticket that was paid, and needs none.
 */
export async function examineVisits(tx: Transaction, candidates: readonly Candidate[]): Promise<Examined[]> {
  const entries = candidates.filter(({ amountFen }) => amountFen === 0n);
  const held = await readHeld(
    tx,
    entries.map(({ cardNo }) => cardNo),
  );
  const used = new Set<Held>();
  const examined = candidates.map((candidate): Examined => {
    if (candidate.amountFen > 0n) return { candidate };
    const day = cityDate(candidate.tappedAt);
    const valid = held.filter(
      (each) =>
        each.cardNo === candidate.cardNo &&
        each.industry === candidate.industry &&
        each.validFrom <= day &&
        day <= each.validTo,
    );
    const open = valid.find(({ visitsAllowed, visitsUsed }) => visitsAllowed === null || visitsUsed < visitsAllowed);
    if (open === undefined) return { candidate, finding: valid.length === 0 ? 'not-entitled' : 'visits-used-up' };
    open.visitsUsed += 1;
    used.add(open);
    return { candidate };
  });
  await writeUsed(tx, [...used]);
  return examined;
}

async function readHeld(tx: Transaction, cardNos: readonly string[]): Promise<Held[]> {
  if (cardNos.length === 0) return [];
  const { rows } = await tx.query<Omit<Held, 'validFrom' | 'validTo'> & { validFrom: string; validTo: string }>(
    `select card_no as "cardNo", entitlement_no as "entitlementNo", industry, valid_from as "validFrom",
            least(valid_to, ended_on) as "validTo", visits_allowed as "visitsAllowed", visits_used as "visitsUsed"
       from clearing.entitlement where card_no = any($1) order by card_no, valid_to, entitlement_no for update`,
    [[...new Set(cardNos)]],
  );
  return rows.map((row) => ({
    ...row,
    validFrom: businessDate(row.validFrom),
    validTo: businessDate(row.validTo),
  }));
}

async function writeUsed(tx: Transaction, used: readonly Held[]): Promise<void> {
  if (used.length === 0) return;
  await tx.query(
    `update clearing.entitlement e set visits_used = u.used
       from unnest($1::text[], $2::bigint[], $3::integer[]) as u(card_no, entitlement_no, used)
      where e.card_no = u.card_no and e.entitlement_no = u.entitlement_no`,
    [
      used.map(({ cardNo }) => cardNo),
      used.map(({ entitlementNo }) => entitlementNo),
      used.map((each) => each.visitsUsed),
    ],
  );
}
