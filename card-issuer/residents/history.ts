import type { Database, Principal, Transaction } from '@citycard/common';
import type { Protection } from '../protection/protection.ts';
import { isItemName, type ItemName, items, type Producer } from './items.ts';

export type ChangeKind =
  'registered' | 'changed' | 'moved-out' | 'moved-in' | 'deceased' | 'death-corrected' | 'merged';

/** A line to add to the history. */
export interface NewChange {
  readonly residentId: bigint;
  readonly kind: ChangeKind;
  readonly item?: ItemName;
  readonly before?: string;
  readonly after?: string;
  readonly source?: Producer;
  /** When it was so; the default is now. */
  readonly at?: Date;
}

/** A line of the history, opened. */
export interface ResidentChange extends NewChange {
  readonly changeNo: bigint;
  readonly producer?: Producer;
  readonly actor: string;
  readonly reason: string;
  readonly recordedAt: Date;
}

/** Any number serves, as long as every writer of the history takes the same one. */
const CHANGE_LOCK = 5_012_019_370_710n;

/**
 * Adds to issuer.resident_change. From here to the end of the transaction other writers of the history wait, so that its
 * numbers come in the order of commits and a reader who remembers the last one misses none. Call it late.
 */
export async function recordChanges(
  tx: Transaction,
  protection: Protection,
  actor: Principal,
  reason: string,
  changes: readonly NewChange[],
): Promise<void> {
  if (changes.length === 0) return;
  const withValues = changes.filter((change) => change.before !== undefined || change.after !== undefined);
  const sealed = await protection.sealAll(
    withValues.map((change) => ({
      context: changeContext(change.residentId, change.item),
      clear: Buffer.from(JSON.stringify({ before: change.before, after: change.after })),
    })),
  );
  const sealedOf = new Map(withValues.map((change, at) => [change, sealed[at]]));
  await tx.query('select pg_advisory_xact_lock($1)', [CHANGE_LOCK]);
  await tx.query(
    `insert into issuer.resident_change (resident_id, kind, item, sealed, source, valid_at, actor, reason)
     select id, kind, item, sealed, source, coalesce(at, now()), $7, $8
       from unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::timestamptz[])
         with ordinality as c (id, kind, item, sealed, source, at, place)
      order by place`,
    [
      changes.map(({ residentId }) => residentId),
      changes.map(({ kind }) => kind),
      changes.map(({ item }) => item ?? null),
      changes.map((change) => sealedOf.get(change) ?? null),
      changes.map(({ source }) => source ?? null),
      changes.map(({ at }) => at ?? null),
      actor.id,
      maskDigits(reason),
    ],
  );
}

/** Takes the lock of {@link recordChanges} for a caller who writes lines in bulk himself. */
export async function lockHistory(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [CHANGE_LOCK]);
}

/** A reason or purpose in free words is kept in clear; long numbers have no place in it. */
export function maskDigits(text: string): string {
  return text.normalize('NFKC').replaceAll(/[0-9][0-9Xx -]{5,}[0-9Xx]/g, '*****');
}

interface Row {
  readonly change_no: bigint;
  readonly resident_id: bigint;
  readonly kind: ChangeKind;
  readonly item: string | null;
  readonly sealed: Buffer | null;
  readonly source: Producer | null;
  readonly valid_at: Date;
  readonly actor: string;
  readonly reason: string;
  readonly recorded_at: Date;
}

const COLUMNS = 'change_no, resident_id, kind, item, sealed, source, valid_at, actor, reason, recorded_at';

/** Every change of one resident, oldest first, opened. The caller logs it. */
export async function changesOf(
  deps: { readonly db: Database | Transaction; readonly protection: Protection },
  residentId: bigint,
): Promise<ResidentChange[]> {
  const { rows } = await deps.db.query<Row>(
    `select ${COLUMNS} from issuer.resident_change where resident_id = $1 order by change_no`,
    [residentId],
  );
  return openChanges(deps.protection, rows);
}

async function openChanges(protection: Protection, rows: readonly Row[]): Promise<ResidentChange[]> {
  return Promise.all(
    rows.map(async (row) => {
      const item = row.item !== null && isItemName(row.item) ? row.item : undefined;
      const clear =
        row.sealed === null ? undefined : await protection.open(changeContext(row.resident_id, item), row.sealed);
      const values = clear === undefined ? {} : (JSON.parse(clear.toString()) as { before?: string; after?: string });
      return {
        changeNo: row.change_no,
        residentId: row.resident_id,
        kind: row.kind,
        ...(item === undefined ? {} : { item, producer: items[item].producer }),
        ...values,
        ...(row.source === null ? {} : { source: row.source }),
        at: row.valid_at,
        actor: row.actor,
        reason: row.reason,
        recordedAt: row.recorded_at,
      };
    }),
  );
}

function changeContext(residentId: bigint, item: ItemName | undefined): string {
  return `resident ${residentId} change of ${item ?? 'record'}`;
}
