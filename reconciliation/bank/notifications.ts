import { type Database, transact } from '@citycard/common';
import { readNotifications } from './camt.ts';
import { type EntryCounts, lockBankEntries, recordEntries } from './entries.ts';
import { onceOnly } from './messages.ts';

/**
 * Takes in a camt.054: each credit is recognised by its reference and posted once per (account, bank reference), each
 * debit matched to the payment it executes; what nobody recognises stays on the list of unmatched entries. Whole or not
 * at all; the same message again answers the first result.
 *
 * @throws CityCardError of the bank catalogue; then nothing was changed
 */
export async function takeNotification(
  db: Database,
  xml: Buffer,
): Promise<{ result: EntryCounts & { messageId: string }; repeated: boolean }> {
  const { messageId, reports } = readNotifications(xml);
  return transact(db, async (tx) => {
    await lockBankEntries(tx);
    return onceOnly(tx, { kind: 'camt.054', messageId, xml }, async () => {
      const total = { entries: 0, recognised: 0, matched: 0, unmatched: 0, repeated: 0 };
      for (const { accountNo, entries } of reports) {
        const counts = await recordEntries(tx, { kind: 'camt.054', messageId, accountNo }, entries);
        for (const key of Object.keys(total) as (keyof EntryCounts)[]) total[key] += counts[key];
      }
      return { messageId, ...total };
    });
  });
}
