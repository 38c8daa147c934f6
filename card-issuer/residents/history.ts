import { createHash } from 'node:crypto';
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
  /** Where it differs from the reason of the others written with it. */
  readonly why?: string;
}

/** Lines as they stand: without a gap from the first to the last, which were drawn under the lock. */
export interface WrittenChanges {
  readonly first: bigint;
  readonly last: bigint;
  /** Over resident, kind, item, sealed values, source and reason of each, in their order. */
  readonly sha256: string;
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
): Promise<WrittenChanges | undefined> {
  if (changes.length === 0) return undefined;
  const withValues = changes.filter((change) => change.before !== undefined || change.after !== undefined);
  const sealed = await protection.sealAll(
    withValues.map((change) => ({
      context: changeContext(change.residentId, change.item),
      clear: Buffer.from(JSON.stringify({ before: change.before, after: change.after })),
    })),
  );
  const sealedOf = new Map(withValues.map((change, at) => [change, sealed[at]]));
  const usual = maskDigits(reason);
  const lines = changes.map((change) => ({
    ...change,
    sealed: sealedOf.get(change) ?? null,
    why: change.why === undefined ? usual : maskDigits(change.why),
  }));
  await tx.query('select pg_advisory_xact_lock($1)', [CHANGE_LOCK]);
  const { rows } = await tx.query<{ first: bigint; last: bigint }>(
    `with written as (
       insert into issuer.resident_change (resident_id, kind, item, sealed, source, valid_at, actor, reason)
       select id, kind, item, sealed, source, coalesce(at, now()), $8, why
         from unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::timestamptz[], $7::text[])
           with ordinality as c (id, kind, item, sealed, source, at, why, place)
        order by place returning change_no)
     select min(change_no) as first, max(change_no) as last from written`,
    [
      lines.map(({ residentId }) => residentId),
      lines.map(({ kind }) => kind),
      lines.map(({ item }) => item ?? null),
      lines.map((line) => line.sealed),
      lines.map(({ source }) => source ?? null),
      lines.map(({ at }) => at ?? null),
      lines.map(({ why }) => why),
      actor.id,
    ],
  );
  const numbers = rows[0];
  if (numbers === undefined) throw new Error('changes just written cannot be found');
  return { ...numbers, sha256: changesSha256(lines) };
}

/** What the act log holds of changes that were written together. */
function changesSha256(
  lines: readonly (Pick<NewChange, 'residentId' | 'kind' | 'item' | 'source' | 'why'> & { sealed: Buffer | null })[],
): string {
  const hash = createHash('sha256');
  for (const { residentId, kind, item, sealed: value, source, why } of lines)
    hash.update(
      JSON.stringify([String(residentId), kind, item ?? null, value?.toString('hex') ?? null, source ?? null, why]),
    );
  return hash.digest('hex');
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

/** Every change of these residents, oldest first, opened. The caller logs it. */
export async function changesOf(
  deps: { readonly db: Database | Transaction; readonly protection: Protection },
  residentIds: readonly bigint[],
): Promise<ResidentChange[]> {
  const { rows } = await deps.db.query<Row>(
    `select ${COLUMNS} from issuer.resident_change where resident_id = any($1::bigint[]) order by change_no`,
    [residentIds],
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
