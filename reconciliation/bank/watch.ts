import type { Watch } from '@citycard/clearing';
import { cityDate } from '@citycard/common';
import { unmatchedEntries, unmatchedTotals } from './open-items.ts';

/** What goes into an alarm; the list of open items has the rest. */
const NAMED = 20;

/** Entries of the bank that nobody has recognised for longer than the rule allows. Texts and names of payers stay where they are. */
export const unmatchedEntryWatch: Watch = {
  rule: 'unmatched-bank-entry',
  everyMs: 60_000,
  look: async ({ db, thresholds: { afterDays = 0 } }) => {
    const today = cityDate(new Date());
    const late = (await unmatchedEntries(db, today)).filter(({ ageDays }) => ageDays > afterDays);
    if (late.length === 0) return [];
    const entries = late
      .slice(0, NAMED)
      .map(({ account, reference, part, direction, amountFen, bookedOn, ageDays }) => ({
        account,
        reference,
        part,
        direction,
        amountFen,
        bookedOn,
        ageDays,
      }));
    // The list ends somewhere; count and sum are of all.
    const totals = await unmatchedTotals(db, today, afterDays);
    return [{ subject: 'bank entries', evidence: { ...totals, entries } }];
  },
};
