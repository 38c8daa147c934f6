import type { Database, Transaction } from '@citycard/common';
import type { Protection } from '../../protection/protection.ts';
import { isItemName, type ItemName, items, type Producer } from '../../residents/items.ts';
import { maskItem } from '../../residents/masking.ts';
import { populationErrors } from '../errors.ts';
import type { ConflictWhy, JudgedConflict } from './judge.ts';

/** Items of these groups are decided by two people and seen in clear only by named readers. */
export const SENSITIVE: ReadonlySet<string> = new Set(['family-planning']);

/** One item with two values, as lists show it. */
export interface Conflict {
  readonly conflictId: bigint;
  readonly department: Producer;
  readonly sequence: bigint;
  readonly row: number;
  readonly residentId: bigint;
  readonly item: ItemName;
  readonly title: string;
  readonly sensitive: boolean;
  readonly why: ConflictWhy;
  readonly ours: { readonly value: string; readonly producer: string; readonly source: string; readonly at: Date };
  readonly theirs: { readonly value: string; readonly source: string; readonly at: Date };
  readonly state: 'open' | 'theirs' | 'ours';
  readonly raisedAt: Date;
  readonly proposed?: 'theirs' | 'ours';
  readonly approvalId?: bigint;
}

export interface ConflictRow {
  readonly conflict_id: bigint;
  readonly department: Producer;
  readonly sequence: bigint;
  readonly row_no: number;
  readonly resident_id: bigint;
  readonly item: string;
  readonly sensitivity: string;
  readonly why: ConflictWhy;
  readonly sealed_values: Buffer;
  readonly our_producer: string;
  readonly our_source: string;
  readonly our_at: Date;
  readonly their_at: Date;
  readonly state: 'open' | 'theirs' | 'ours';
  readonly raised_at: Date;
  readonly proposed: 'theirs' | 'ours' | null;
  readonly approval_id: bigint | null;
}

/** A conflict about to be written down: in which row, about whom. */
export interface PlacedConflict extends JudgedConflict {
  readonly row: number;
  readonly residentId: bigint;
}

const context = (department: string, sequence: bigint | number, row: number, item: string): string =>
  `population conflict ${department} ${sequence} ${row} ${item}`;

/** Writes the conflicts of a file down, decided already where a rule decides. */
export async function noteConflicts(
  tx: Transaction,
  deps: { readonly protection: Protection },
  { department, sequence }: { readonly department: Producer; readonly sequence: number },
  conflicts: readonly PlacedConflict[],
): Promise<void> {
  if (conflicts.length === 0) return;
  const sealed = await deps.protection.sealAll(
    conflicts.map(({ row, item, held, value }) => ({
      context: context(department, sequence, row, item),
      clear: Buffer.from(JSON.stringify({ ours: held.value, theirs: value })),
    })),
  );
  await tx.query(
    `insert into issuer.population_conflict (department, sequence, row_no, resident_id, item, sensitivity, why, sealed_values,
       our_producer, our_source, our_at, their_at, state, decided_by, decided_at)
     select $1, $2, row_no, resident_id, item, sensitivity, why, sealed, producer, source, our_at, their_at, state,
            case when state <> 'open' then 'rule' end, case when state <> 'open' then now() end
       from unnest($3::int[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::text[], $10::text[],
                   $11::timestamptz[], $12::timestamptz[], $13::text[]) with ordinality
         as c (row_no, resident_id, item, sensitivity, why, sealed, producer, source, our_at, their_at, state, place)
      order by place`,
    [
      department,
      sequence,
      conflicts.map(({ row }) => row),
      conflicts.map(({ residentId }) => residentId),
      conflicts.map(({ item }) => item),
      conflicts.map(({ item }) => items[item].group),
      conflicts.map(({ why }) => why),
      sealed,
      conflicts.map(({ held }) => held.producer),
      conflicts.map(({ held }) => held.source),
      conflicts.map(({ held }) => held.at),
      conflicts.map(({ at }) => at),
      conflicts.map(({ decision }) => (decision === 'person' ? 'open' : decision)),
    ],
  );
}

const PAGE = 100;
const COLUMNS = `conflict_id, department, sequence, row_no, resident_id, item, sensitivity, why, sealed_values, our_producer,
  our_source, our_at, their_at, state, raised_at, proposed, approval_id`;

/** Conflicts of a state behind the given number, oldest first, every value masked. */
export async function listConflicts(
  deps: { readonly db: Database; readonly protection: Protection },
  { state, after }: { readonly state: Conflict['state']; readonly after: bigint },
): Promise<{ conflicts: Conflict[]; next?: bigint }> {
  const { rows } = await deps.db.query<ConflictRow>(
    `select ${COLUMNS} from issuer.population_conflict where state = $1 and conflict_id > $2
      order by conflict_id limit ${PAGE}`,
    [state, after],
  );
  const conflicts = await Promise.all(rows.map((row) => masked(deps.protection, row)));
  const last = rows.at(-1);
  return { conflicts, ...(rows.length === PAGE && last !== undefined ? { next: last.conflict_id } : {}) };
}

/** One conflict as lists show it. @throws card-issuer.population.conflict-unknown */
export async function maskedConflict(
  deps: { readonly db: Database; readonly protection: Protection },
  conflictId: bigint,
): Promise<Conflict> {
  const row = await findConflict(deps.db, conflictId);
  if (row === undefined) throw populationErrors.conflictUnknown({ conflictId });
  return masked(deps.protection, row);
}

async function masked(protection: Protection, row: ConflictRow): Promise<Conflict> {
  const mask = (value: string) => (value === '' || !isItemName(row.item) ? value : maskItem(row.item, value));
  return conflictView(row, await openConflict(protection, row), mask);
}

export async function findConflict(
  db: Database | Transaction,
  conflictId: bigint,
  options: { lock?: boolean } = {},
): Promise<ConflictRow | undefined> {
  const { rows } = await db.query<ConflictRow>(
    `select ${COLUMNS} from issuer.population_conflict where conflict_id = $1 ${options.lock === true ? 'for update' : ''}`,
    [conflictId],
  );
  return rows[0];
}

/** Both values in clear; whoever shows them logs it. An empty value of theirs means they take theirs back. */
export async function openConflict(
  protection: Protection,
  row: ConflictRow,
): Promise<{ readonly ours: string; readonly theirs: string }> {
  const place = context(row.department, row.sequence, row.row_no, row.item);
  const clear = await protection.open(place, row.sealed_values);
  return JSON.parse(clear.toString()) as { ours: string; theirs: string };
}

export function conflictView(
  row: ConflictRow,
  values: { readonly ours: string; readonly theirs: string },
  shown: (value: string) => string,
): Conflict {
  if (!isItemName(row.item)) throw new Error(`conflict ${row.conflict_id} is about an item the dictionary has lost`);
  return {
    conflictId: row.conflict_id,
    department: row.department,
    sequence: row.sequence,
    row: row.row_no,
    residentId: row.resident_id,
    item: row.item,
    title: items[row.item].title,
    sensitive: isSensitive(row),
    why: row.why,
    ours: { value: shown(values.ours), producer: row.our_producer, source: row.our_source, at: row.our_at },
    theirs: { value: shown(values.theirs), source: row.department, at: row.their_at },
    state: row.state,
    raisedAt: row.raised_at,
    ...(row.proposed === null ? {} : { proposed: row.proposed }),
    ...(row.approval_id === null ? {} : { approvalId: row.approval_id }),
  };
}

export function isSensitive(row: Pick<ConflictRow, 'sensitivity'>): boolean {
  return SENSITIVE.has(row.sensitivity);
}
