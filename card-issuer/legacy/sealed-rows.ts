import type { Protection } from '../protection/protection.ts';
import { documentKey, indexKeys, nameKey, type SearchKey } from '../residents/search-keys.ts';
import type { LegacyRow } from './file.ts';

/** Rows sealed and indexed at one time: a few bulk commands of the HSM, and little memory. */
const AT_ONCE = 5_000;

/** The seal says whose it is, so that no row's seal fits another. */
export const legacyContext = (participantNo: string, legacyCardNo: string): string =>
  `legacy card ${participantNo} ${legacyCardNo}`;

/**
 * Rows of issuer.legacy_balance: of a holder nothing but blind indexes (of the same kinds as a resident's, so that the two can
 * meet) and a sealed text ever reaches the database.
 */
export async function* sealedRows(
  protection: Protection,
  { participantNo, importId }: { readonly participantNo: string; readonly importId: bigint },
  rows: readonly LegacyRow[],
): AsyncGenerator<readonly unknown[]> {
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    const some = rows.slice(at, at + AT_ONCE);
    const named = some.flatMap(({ legacyCardNo, holder }) => (holder === undefined ? [] : [{ legacyCardNo, holder }]));
    const keys = named.flatMap(({ holder }): SearchKey[] => [
      documentKey(holder.documentKind, holder.documentNo),
      nameKey(holder.name),
    ]);
    const indexes = (await indexKeys(protection, keys)).map(({ index }) => index);
    const seals = await protection.sealAll(
      named.map(({ legacyCardNo, holder }) => ({
        context: legacyContext(participantNo, legacyCardNo),
        clear: Buffer.from(JSON.stringify(holder)),
      })),
    );
    const places = new Map(named.map(({ legacyCardNo }, place) => [legacyCardNo, place]));
    for (const { legacyCardNo, balance } of some) {
      const place = places.get(legacyCardNo);
      const personal =
        place === undefined ? [null, null, null] : [indexes[2 * place], indexes[2 * place + 1], seals[place]];
      yield [participantNo, legacyCardNo, importId, balance, ...personal];
    }
  }
}
